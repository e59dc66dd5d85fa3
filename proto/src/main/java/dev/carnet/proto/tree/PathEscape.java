package dev.carnet.proto.tree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes the bytes that would break a line, and the backslash, as {@code \xHH}; no other byte. */
final class PathEscape {

    private static final HexFormat HEX = HexFormat.of();
    private static final int ESCAPE_BYTES = 4;

    private PathEscape() {}

    static void write(byte[] path, ByteArrayOutputStream out) {
        for (byte b : path) {
            if (escaped(b)) {
                out.writeBytes(("\\x" + HEX.toHexDigits(b)).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(b);
            }
        }
    }

    /**
     * Takes the escapes out of {@code text[from, to)}. What should have been escaped and is not, or the other way
     * round, is found by writing it again.
     *
     * @throws IllegalArgumentException if a backslash does not begin an escape
     */
    static byte[] read(byte[] text, int from, int to) {
        ByteArrayOutputStream path = new ByteArrayOutputStream(to - from);
        int at = from;
        while (at < to) {
            if (text[at] != '\\') {
                path.write(text[at++]);
            } else if (to - at >= ESCAPE_BYTES && text[at + 1] == 'x') {
                path.write((digit(text[at + 2]) << 4) | digit(text[at + 3]));
                at += ESCAPE_BYTES;
            } else {
                throw new IllegalArgumentException("a backslash begins an escape of the form \\xHH");
            }
        }
        return path.toByteArray();
    }

    private static boolean escaped(byte b) {
        return (b >= 0 && b < 0x20) || b == '\\' || b == 0x7f;
    }

    private static int digit(byte b) {
        if (!HexFormat.isHexDigit(b)) {
            throw new IllegalArgumentException("an escape has two hexadecimal digits");
        }
        return HexFormat.fromHexDigit(b);
    }
}
