package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A bundle of entries (C2SP tlog-tiles): each a length of 2 bytes, big-endian, and its bytes. */
public final class Bundle {
    /** More bytes an entry cannot have. */
    public static final int ENTRY_BYTES_MAX = 0xffff;

    /** More bytes a bundle cannot have. */
    public static final int BYTES_MAX = Tile.WIDTH * (2 + ENTRY_BYTES_MAX);

    private Bundle() {}

    /**
     * The bundle's bytes.
     *
     * @throws IllegalArgumentException where an entry is too long
     */
    public static byte[] write(List<byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            if (entry.length > ENTRY_BYTES_MAX) {
                throw new IllegalArgumentException("an entry of " + entry.length + " bytes");
            }
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    /**
     * Its entries.
     *
     * @param width how many there have to be
     * @throws LogException where there are more or fewer, or one is cut off
     */
    public static List<byte[]> read(byte[] bundle, int width) {
        List<byte[]> entries = new ArrayList<>(width);
        int at = 0;
        while (at < bundle.length) {
            require(at + 2 <= bundle.length, "entry " + entries.size() + " of the bundle has half a length");
            int length = (bundle[at] & 0xff) << 8 | (bundle[at + 1] & 0xff);
            require(
                    at + 2 + length <= bundle.length,
                    "entry " + entries.size() + " of the bundle has " + (bundle.length - at - 2) + " bytes of "
                            + length);
            entries.add(Arrays.copyOfRange(bundle, at + 2, at + 2 + length));
            at += 2 + length;
            require(entries.size() <= width, "the bundle has more than " + width + " entries");
        }
        require(entries.size() == width, "the bundle has " + entries.size() + " entries, not " + width);
        return entries;
    }
}
