package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// More bytes than any file of a log has: 256 entries of 65,535 bytes, and their lengths.
const fileBytesMax = 256 * (2 + 65_535)

// A Log is what a directory holds, with every hash recomputed from the entries.
type Log struct {
	torchwood.Checkpoint
	Tiles  int         // how many tiles and bundles were read
	hashes []tlog.Hash // in the order of tlog.StoredHashIndex
}

// Open reads the log in dir, and fails where anything in it is not what the entries give or the keys have signed.
// Every one of the keys has to have signed the checkpoint; the first is the log's own.
func Open(dir string, keys ...note.Verifier) (*Log, error) {
	signed, err := read(dir, "checkpoint")
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if len(opened.Sigs) != len(keys) {
		return nil, fmt.Errorf("checkpoint: signed by %d of %d keys", len(opened.Sigs), len(keys))
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if checkpoint.Origin != keys[0].Name() || checkpoint.Extension != "" {
		return nil, fmt.Errorf("checkpoint: of %q, with the extension %q", checkpoint.Origin, checkpoint.Extension)
	}
	log := &Log{Checkpoint: checkpoint}
	if err := log.readEntries(dir); err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(log.N, log)
	if err != nil {
		return nil, err
	}
	if root != log.Hash {
		return nil, fmt.Errorf("root: the entries have %v, the checkpoint says %v", root, log.Hash)
	}
	return log, log.compareTiles(dir)
}

// ReadHashes gives hashes that were computed here; the files' own are never believed.
func (l *Log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("hash %d of %d", index, len(l.hashes))
		}
		found[i] = l.hashes[index]
	}
	return found, nil
}

func (l *Log) readEntries(dir string) error {
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, l.N) {
		if tile.L != 0 {
			continue
		}
		bundle := tlog.Tile{H: tile.H, L: -1, N: tile.N, W: tile.W}
		rest, full, err := readTile(dir, bundle)
		if err != nil {
			return err
		}
		l.Tiles++
		for i := range tile.W {
			var entry []byte
			if entry, rest, err = torchwood.ReadTileEntry(rest); err != nil {
				return fmt.Errorf("%s, entry %d: %w", torchwood.TilePath(bundle), i, err)
			}
			next, err := tlog.StoredHashes(tile.N<<tile.H+int64(i), entry, l)
			if err != nil {
				return err
			}
			l.hashes = append(l.hashes, next...)
		}
		if len(rest) != 0 && !full {
			return fmt.Errorf("%s: %d bytes after its last entry", torchwood.TilePath(bundle), len(rest))
		}
	}
	return nil
}

func (l *Log) compareTiles(dir string) error {
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, l.N) {
		want, err := tlog.ReadTileData(tile, l)
		if err != nil {
			return err
		}
		have, full, err := readTile(dir, tile)
		if err != nil {
			return err
		}
		if full {
			have = have[:min(len(have), len(want))]
		}
		if !bytes.Equal(have, want) {
			return fmt.Errorf("%s: not what the entries give", torchwood.TilePath(tile))
		}
		l.Tiles++
	}
	return nil
}

// readTile reads a tile; where a partial one is gone, the full one that took its place.
func readTile(dir string, tile tlog.Tile) (data []byte, full bool, err error) {
	data, err = read(dir, torchwood.TilePath(tile))
	if errors.Is(err, fs.ErrNotExist) && tile.W < torchwood.TileWidth {
		tile.W = torchwood.TileWidth
		data, err = read(dir, torchwood.TilePath(tile))
		return data, true, err
	}
	return data, false, err
}

func read(dir, path string) ([]byte, error) {
	file, err := os.Open(filepath.Join(dir, path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, fileBytesMax+1))
	if err == nil && len(data) > fileBytesMax {
		err = fmt.Errorf("%s: more than %d bytes", path, fileBytesMax)
	}
	return data, err
}
