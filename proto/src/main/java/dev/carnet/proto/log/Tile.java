package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import dev.carnet.proto.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a tile or a bundle of entries lies (C2SP tlog-tiles).
 *
 * @param level 0 to 7 for hashes, {@link #ENTRIES} for a bundle of entries
 * @param index of the tile in its level
 * @param width hashes or entries: {@value #WIDTH} where it is full
 */
public record Tile(int level, long index, int width) {
    /** The level of bundles of entries. */
    public static final int ENTRIES = -1;

    /** Hashes of a full tile. */
    public static final int WIDTH = 256;

    /** Bits of an index that one level of tiles takes. */
    public static final int HEIGHT = 8;

    /** The highest level that a tree can have. */
    public static final int LEVEL_MAX = 7;

    private static final Pattern PATH =
            Pattern.compile("tile/(entries|[0-7])((?:/x[0-9]{3})*/[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");
    private static final int GROUPS_MAX = 6;

    /**
     * Makes one.
     *
     * @throws LogException where no tree has such a tile
     */
    public Tile {
        require(level >= ENTRIES && level <= LEVEL_MAX, "a tile of level " + level);
        require(width >= 1 && width <= WIDTH, "a tile of " + width + " hashes");
        require(index >= 0 && index < 1L << 55, "a tile of index " + index);
    }

    /** Its path below the log's root: {@code tile/0/x001/067.p/112}. */
    public String path() {
        StringBuilder path = new StringBuilder("tile/").append(level == ENTRIES ? "entries" : Integer.toString(level));
        StringBuilder digits = new StringBuilder();
        long rest = index;
        digits.append(String.format(Locale.ROOT, "%03d", rest % 1000));
        for (rest /= 1000; rest > 0; rest /= 1000) {
            digits.insert(0, String.format(Locale.ROOT, "x%03d/", rest % 1000));
        }
        path.append('/').append(digits);
        if (width < WIDTH) {
            path.append(".p/").append(width);
        }
        return path.toString();
    }

    /**
     * Reads a path.
     *
     * @throws LogException where it is not written the one way there is
     */
    public static Tile parse(String path) {
        Matcher matcher = PATH.matcher(path);
        require(matcher.matches(), "no path of a tile: " + path);
        String[] groups = matcher.group(2).substring(1).split("/", -1);
        require(groups.length <= GROUPS_MAX, "no path of a tile: " + path);
        long index = 0;
        for (String group : groups) {
            index = index * 1000 + Integer.parseInt(group, group.length() - 3, group.length(), 10);
        }
        String width = matcher.group(3);
        int level = matcher.group(1).equals("entries") ? ENTRIES : Integer.parseInt(matcher.group(1));
        Tile tile = new Tile(level, index, width == null ? WIDTH : Integer.parseInt(width));
        require(tile.path().equals(path), "no path of a tile: " + path);
        return tile;
    }

    /** Whether it has all of its hashes. */
    public boolean full() {
        return width == WIDTH;
    }

    /** How many hashes a tree of {@code size} entries has in the tiles of {@code level}, or entries in its bundles. */
    public static long hashesAt(int level, long size) {
        return size >>> (HEIGHT * Math.max(level, 0));
    }

    /** Every tile and bundle that a tree of {@code size} entries has, and the tree of {@code old} entries had not, bundles first. */
    public static List<Tile> added(long old, long size) {
        List<Tile> tiles = new ArrayList<>();
        for (int level = ENTRIES; level <= LEVEL_MAX; level++) {
            long before = hashesAt(level, old);
            long now = hashesAt(level, size);
            if (now == before) {
                continue;
            }
            for (long index = before / WIDTH; index * WIDTH < now; index++) {
                tiles.add(new Tile(level, index, (int) Math.min(WIDTH, now - index * WIDTH)));
            }
        }
        return tiles;
    }

    /** The tile of this place as a tree of {@code size} entries has it: this one, or a wider one that begins with it. Empty where that tree does not have all of this one. */
    public Optional<Tile> in(long size) {
        long there = Math.min(WIDTH, hashesAt(level, size) - index * WIDTH);
        return there < width ? Optional.empty() : Optional.of(new Tile(level, index, (int) there));
    }

    /** The full tile of this place. */
    public Tile whole() {
        return new Tile(level, index, WIDTH);
    }

    /**
     * The bytes of this tile, out of those of a wider one of its place.
     *
     * @throws LogException where {@code bytes} are not those of {@code wider}
     */
    public byte[] beginning(Tile wider, byte[] bytes) {
        if (level == ENTRIES) {
            return Bundle.write(Bundle.read(bytes, wider.width).subList(0, width));
        }
        require(
                bytes.length == wider.width * Hash32.BYTES,
                wider.path() + " has " + bytes.length + " bytes, not " + wider.width * Hash32.BYTES);
        return Arrays.copyOf(bytes, width * Hash32.BYTES);
    }

    /** The tile of hashes that has the hash {@code index} of tile level {@code level} in a tree of {@code size} entries. */
    static Tile holding(int level, long index, long size) {
        long tile = index / WIDTH;
        return new Tile(level, tile, (int) Math.min(WIDTH, hashesAt(level, size) - tile * WIDTH));
    }
}
