package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tiles and bundles out of a ledger's files. Where a partial one is gone, the full one begins with it, or else the one that the ledger ends with by now. */
final class TileReader {
    private final LedgerFiles files;

    TileReader(LedgerFiles files) {
        this.files = files;
    }

    /** What was found in a tile's place: it, or a wider one. */
    private record Found(Tile tile, byte[] bytes) {}

    byte[] hashes(Tile tile) throws Broken {
        Found found = find(tile);
        byte[] bytes = found.tile().equals(tile)
                ? found.bytes()
                : Arrays.copyOf(found.bytes(), Math.min(found.bytes().length, tile.width() * Hash32.BYTES));
        if (bytes.length != tile.width() * Hash32.BYTES) {
            throw new Broken(
                    Kind.TILE, tile.path(), "it has " + bytes.length + " bytes, not " + tile.width() * Hash32.BYTES);
        }
        return bytes;
    }

    List<byte[]> entries(Tile bundle) throws Broken {
        Found found = find(bundle);
        try {
            return Bundle.read(found.bytes(), found.tile().width()).subList(0, bundle.width());
        } catch (LogException e) {
            throw new Broken(Kind.BUNDLE, bundle.path(), String.valueOf(e.getMessage()));
        }
    }

    private Found find(Tile tile) throws Broken {
        Optional<byte[]> bytes = read(tile);
        Tile there = tile;
        if (bytes.isEmpty() && !tile.full()) {
            there = tile.whole();
            bytes = read(there);
            if (bytes.isEmpty()) {
                there = now(tile);
                bytes = there.equals(tile) ? Optional.empty() : read(there);
            }
        }
        return new Found(there, bytes.orElseThrow(() -> missing(tile)));
    }

    /** As it is in the ledger that has grown since its log checkpoint was read; the same where it has not. */
    private Tile now(Tile tile) {
        try {
            return tile.in(LedgerView.checkpoint(files).checkpoint().size()).orElse(tile);
        } catch (Broken e) {
            return tile; // told of the one that it was read by
        }
    }

    /** One byte more than the most, where there is more: it is not the tile that it should be. */
    private Optional<byte[]> read(Tile tile) throws Broken {
        int most = tile.level() == Tile.ENTRIES ? Bundle.BYTES_MAX : tile.width() * Hash32.BYTES;
        try {
            Optional<InputStream> opened = files.open(tile.path());
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (InputStream in = opened.get()) {
                return Optional.of(in.readNBytes(most + 1));
            }
        } catch (IOException e) {
            throw new Broken(Kind.UNREADABLE, tile.path(), String.valueOf(e.getMessage()));
        }
    }

    private static Broken missing(Tile tile) {
        return new Broken(
                Kind.UNREADABLE,
                tile.path(),
                "it is not there, nor is the full one, and the size of the log demands it");
    }
}
