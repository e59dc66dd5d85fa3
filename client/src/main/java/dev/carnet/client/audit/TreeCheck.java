package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Derives every tile and the root from the entries, in their order, and compares the tiles with the files. */
final class TreeCheck {
    private final TileReader tiles;
    private final Consumer<Finding> found;
    private final List<Level> levels = new ArrayList<>();

    TreeCheck(TileReader tiles, Consumer<Finding> found) {
        this.tiles = tiles;
        this.found = found;
    }

    private static final class Level {
        final byte[] hashes = new byte[Tile.WIDTH * Hash32.BYTES];
        int filled;
        long index;
    }

    /** The next entries' hashes: those of one bundle. */
    void add(List<Hash32> leaves) throws Broken {
        for (Hash32 leaf : leaves) {
            put(0, leaf);
        }
    }

    private void put(int number, Hash32 hash) throws Broken {
        if (levels.size() == number) {
            levels.add(new Level());
        }
        Level level = levels.get(number);
        hash.copyTo(level.hashes, level.filled * Hash32.BYTES);
        if (++level.filled == Tile.WIDTH) {
            compare(number, level);
            put(number + 1, Merkle.tile(level.hashes));
            level.filled = 0;
            level.index++;
        }
    }

    /** After the last entry: the partial tiles are compared too. The root of all. */
    Hash32 end() throws Broken {
        for (int number = 0; number < levels.size(); number++) {
            if (levels.get(number).filled > 0) {
                compare(number, levels.get(number));
            }
        }
        return root();
    }

    private void compare(int number, Level level) throws Broken {
        Tile tile = new Tile(number, level.index, level.filled);
        byte[] there = tiles.hashes(tile);
        for (int i = 0; i < level.filled; i++) {
            if (!Hash32.at(there, i * Hash32.BYTES).equals(Hash32.at(level.hashes, i * Hash32.BYTES))) {
                long at = level.index * Tile.WIDTH + i;
                found.accept(new Finding(
                        Kind.TILE,
                        tile.path(),
                        number == 0
                                ? "hash " + i + " is not that of entry " + at
                                : "hash " + i + " is not that of tile " + at + " of level " + (number - 1)));
                return; // one is enough to look at the file
            }
        }
    }

    /** From the levels as they are, the lowest hashes rightmost. */
    private Hash32 root() {
        Hash32 right = null;
        for (Level level : levels) {
            if (level.filled > 0) {
                Frontier own = frontier(level);
                right = right == null ? own.root() : own.rootWith(right);
            }
        }
        return right == null ? Merkle.EMPTY_ROOT : right;
    }

    /** The subtrees of a level's hashes alone. */
    private static Frontier frontier(Level level) {
        Frontier frontier = new Frontier();
        for (int i = 0; i < level.filled; i++) {
            frontier.add(Hash32.at(level.hashes, i * Hash32.BYTES));
        }
        return frontier;
    }
}
