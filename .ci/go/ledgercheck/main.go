// Command ledgercheck verifies a log in a directory with Go's sumdb packages and torchwood: the checkpoint's Ed25519
// signature, and every hash, recomputed from the entries.
//
//	ledgercheck VKEY[,VKEY...] DIR [PROOF...]   once, and C2SP tlog-proofs of its entries
//	ledgercheck -follow VKEY DIR                again and again while it grows: see follow
//
// The first VKEY is the log's; others are those of witnesses that must have cosigned.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"
)

func main() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ledgercheck:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	following := len(args) > 0 && args[0] == "-follow"
	if following {
		args = args[1:]
	}
	if len(args) < 2 || following && len(args) > 2 {
		return fmt.Errorf("usage: ledgercheck [-follow] VKEY[,VKEY...] DIR [PROOF...]")
	}
	keys, err := verifiers(strings.Split(args[0], ","))
	if err != nil {
		return err
	}
	dir := args[1]
	if following {
		return follow(dir, keys[0], os.Stdin, os.Stdout)
	}
	log, err := Open(dir, keys...)
	if err != nil {
		return err
	}
	for _, proof := range args[2:] {
		if err := log.File(proof, keys[0]); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d entries, root %v, %d tiles and bundles, %d signatures, %d proofs\n",
		log.Origin, log.N, log.Hash, log.Tiles, len(keys), len(args)-2)
	return nil
}

// verifiers reads the log's key, and those of its witnesses.
func verifiers(vkeys []string) ([]note.Verifier, error) {
	log, err := note.NewVerifier(vkeys[0])
	if err != nil {
		return nil, fmt.Errorf("the log's key: %w", err)
	}
	all := []note.Verifier{log}
	for _, vkey := range vkeys[1:] {
		witness, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("a witness's key: %w", err)
		}
		all = append(all, witness)
	}
	return all, nil
}
