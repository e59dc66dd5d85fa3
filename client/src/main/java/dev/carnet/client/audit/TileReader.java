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

/** Tiles and bundles out of a ledger's files; where a partial one is gone, the full one begins with it. */
final class TileReader {
    private final LedgerFiles files;

    TileReader(LedgerFiles files) {
        this.files = files;
    }

    byte[] hashes(Tile tile) throws Broken {
        Optional<byte[]> exact = read(tile, tile.width() * Hash32.BYTES);
        byte[] bytes = exact.isPresent()
                ? exact.get()
                : read(full(tile), Tile.WIDTH * Hash32.BYTES)
                        .map(whole -> Arrays.copyOf(whole, Math.min(whole.length, tile.width() * Hash32.BYTES)))
                        .orElseThrow(() -> missing(tile));
        if (bytes.length != tile.width() * Hash32.BYTES) {
            throw new Broken(
                    Kind.TILE, tile.path(), "it has " + bytes.length + " bytes, not " + tile.width() * Hash32.BYTES);
        }
        return bytes;
    }

    List<byte[]> entries(Tile bundle) throws Broken {
        try {
            Optional<byte[]> exact = read(bundle, Bundle.BYTES_MAX);
            if (exact.isPresent()) {
                return Bundle.read(exact.get(), bundle.width());
            }
            byte[] whole = read(full(bundle), Bundle.BYTES_MAX).orElseThrow(() -> missing(bundle));
            return Bundle.read(whole, Tile.WIDTH).subList(0, bundle.width());
        } catch (LogException e) {
            throw new Broken(Kind.BUNDLE, bundle.path(), String.valueOf(e.getMessage()));
        }
    }

    private static Tile full(Tile tile) {
        return new Tile(tile.level(), tile.index(), Tile.WIDTH);
    }

    /** One byte more than the most, where there is more: it is not the tile that it should be. */
    private Optional<byte[]> read(Tile tile, int bytesMax) throws Broken {
        try {
            Optional<InputStream> opened = files.open(tile.path());
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (InputStream in = opened.get()) {
                return Optional.of(in.readNBytes(bytesMax + 1));
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
