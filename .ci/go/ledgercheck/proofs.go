package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Inclusion checks a proof that was made elsewhere, for an entry of this log.
func (l *Log) Inclusion(index int64, proof tlog.RecordProof) error {
	leaf, err := l.leaf(index)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, l.N, l.Hash, index, leaf); err != nil {
		return fmt.Errorf("inclusion of entry %d: %w", index, err)
	}
	return nil
}

// Consistency checks a proof that was made elsewhere. The root of the smaller tree is computed from the entries, too.
func (l *Log) Consistency(old int64, proof tlog.TreeProof) error {
	if old < 1 || old > l.N {
		return fmt.Errorf("consistency from %d to %d", old, l.N)
	}
	root, err := tlog.TreeHash(old, l)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, l.N, l.Hash, old, root); err != nil {
		return fmt.Errorf("consistency from %d to %d: %w", old, l.N, err)
	}
	return nil
}

// File checks a C2SP tlog-proof of an entry of this log, whose checkpoint the log's key has signed.
func (l *Log) File(path string, key note.Verifier) error {
	proof, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	index, err := indexOf(proof)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	leaf, err := l.leaf(index)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.SingleVerifierPolicy(key), torchwood.OriginPolicy(l.Origin))
	if err := torchwood.VerifyProof(policy, leaf, proof); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (l *Log) leaf(index int64) (tlog.Hash, error) {
	if index < 0 || index >= l.N {
		return tlog.Hash{}, fmt.Errorf("entry %d of %d", index, l.N)
	}
	found, err := l.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return tlog.Hash{}, err
	}
	return found[0], nil
}

// indexOf finds the one line of a tlog-proof that says which entry it is about.
func indexOf(proof []byte) (int64, error) {
	for line := range bytes.Lines(proof) {
		if digits, ok := bytes.CutPrefix(line, []byte("index ")); ok {
			return strconv.ParseInt(string(bytes.TrimSuffix(digits, []byte("\n"))), 10, 64)
		}
	}
	return 0, fmt.Errorf("no line with an index")
}
