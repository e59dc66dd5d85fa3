package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Longer lines nobody sends: a proof has at most 63 hashes.
const lineBytesMax = 1 << 16

// follow checks a log again and again while it grows. Lines in, for each size:
//
//	inclusion INDEX HASH...     any number: proofs that the log's own program has made
//	consistency OLD HASH...
//	size N                      now: everything in the directory, from the beginning, and these proofs
//
// One line out for each size: "ok N ROOT", or "wrong N" and what is wrong.
func follow(dir string, key note.Verifier, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, lineBytesMax)
	var proofs []func(*Log) error
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			return fmt.Errorf("a line of %d words", len(words))
		}
		number, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return err
		}
		if words[0] == "size" {
			if log, err := checkAt(dir, key, number, proofs); err != nil {
				fmt.Fprintf(out, "wrong %d %s\n", number, strings.ReplaceAll(err.Error(), "\n", " "))
			} else {
				fmt.Fprintf(out, "ok %d %v\n", number, log.Hash)
			}
			proofs = nil
			continue
		}
		hashes, err := parseHashes(words[2:])
		if err != nil {
			return err
		}
		switch words[0] {
		case "inclusion":
			proofs = append(proofs, func(l *Log) error { return l.Inclusion(number, hashes) })
		case "consistency":
			proofs = append(proofs, func(l *Log) error { return l.Consistency(number, hashes) })
		default:
			return fmt.Errorf("no such word: %q", words[0])
		}
	}
	return lines.Err()
}

func checkAt(dir string, key note.Verifier, size int64, proofs []func(*Log) error) (*Log, error) {
	log, err := Open(dir, key)
	if err != nil {
		return nil, err
	}
	if log.N != size {
		return nil, fmt.Errorf("the checkpoint is of %d entries", log.N)
	}
	for _, proof := range proofs {
		if err := proof(log); err != nil {
			return nil, err
		}
	}
	// The library that tessera's cmd/fsck is made of. With fewer workers than files it can wait for ever.
	check := fsck.New(log.Origin, key, client.FileFetcher{Root: dir}, leafHashes, fsck.Opts{N: uint(log.Tiles)})
	if err := check.Check(context.Background()); err != nil {
		return nil, fmt.Errorf("fsck: %w", err)
	}
	return log, nil
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var found [][]byte
	for len(bundle) > 0 {
		entry, rest, err := torchwood.ReadTileEntry(bundle)
		if err != nil {
			return nil, err
		}
		found = append(found, rfc6962.DefaultHasher.HashLeaf(entry))
		bundle = rest
	}
	return found, nil
}

func parseHashes(words []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(words))
	for i, word := range words {
		var err error
		if hashes[i], err = tlog.ParseHash(word); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}
