package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import dev.carnet.proto.hash.Hash32;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The subtrees of a tree of a given size, from its tiles. A few tiles are kept in memory. Not for several threads. */
public final class TileHashes implements SubtreeHashes {
    private static final int KEPT = 64;

    private final long size;
    private final Function<Tile, byte[]> tiles;
    private final Map<Tile, byte[]> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Tile, byte[]> eldest) {
            return size() > KEPT;
        }
    };

    /**
     * Reads tiles where they are asked for.
     *
     * @param size entries of the tree
     * @param tiles gives the bytes of a tile
     */
    public TileHashes(long size, Function<Tile, byte[]> tiles) {
        this.size = size;
        this.tiles = tiles;
    }

    @Override
    public Hash32 complete(int level, long index) {
        require(
                index >= 0 && index < size >>> level,
                "subtree " + index + " of level " + level + " in a tree of " + size);
        int tileLevel = level / Tile.HEIGHT;
        int within = level % Tile.HEIGHT;
        long first = index << within;
        Tile tile = Tile.holding(tileLevel, first, size);
        byte[] bytes = bytes(tile);
        int offset = (int) (first - tile.index() * Tile.WIDTH);
        List<Hash32> hashes = IntStream.range(offset, offset + (1 << within))
                .mapToObj(i -> Hash32.at(bytes, i * Hash32.BYTES))
                .toList();
        return Merkle.complete(hashes);
    }

    private byte[] bytes(Tile tile) {
        byte[] known = kept.get(tile);
        if (known == null) {
            known = tiles.apply(tile);
            require(
                    known.length == tile.width() * Hash32.BYTES,
                    tile.path() + " has " + known.length + " bytes, not " + tile.width() * Hash32.BYTES);
            kept.put(tile, known);
        }
        return known;
    }
}
