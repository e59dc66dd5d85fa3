package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.wire.Limits;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The rules for the path of a member, relative to the checkpoint's root (SPEC.md, section 4): 1 to 64 components joined
 * by {@code /}, 4,096 bytes at most; a component has 1 to 255 bytes of valid UTF-8 without NUL and is not {@code .} or
 * {@code ..} or {@code .carnet}. The root itself is {@code .}.
 */
public final class MemberPath {

    /** The path of the root. */
    public static final String ROOT = ".";

    /**
     * The order of a tree: the root first, then by the path's UTF-8 bytes, unsigned. {@link String}'s own order
     * differs.
     */
    public static final Comparator<String> ORDER = (a, b) -> {
        if (a.equals(ROOT) || b.equals(ROOT)) {
            return Boolean.compare(b.equals(ROOT), a.equals(ROOT));
        }
        return compareCodePoints(a, b);
    };

    private static final byte[] RECORDS = ".carnet".getBytes(UTF_8);

    private MemberPath() {}

    /**
     * Checks a path.
     *
     * @return the path
     * @throws IllegalArgumentException naming the rule that it breaks
     */
    public static String check(String path) {
        byte[] bytes = utf8(path);
        if (path.equals(ROOT)) {
            return path;
        }
        require(bytes.length <= Limits.PATH_BYTES_MAX, "a path has at most " + Limits.PATH_BYTES_MAX + " bytes");
        int components = 0;
        int start = 0;
        for (int at = 0; at <= bytes.length; at++) {
            if (at == bytes.length || bytes[at] == '/') {
                checkComponent(bytes, start, at);
                components++;
                start = at + 1;
            }
        }
        require(components <= Limits.DEPTH_MAX, "a path has at most " + Limits.DEPTH_MAX + " components");
        return path;
    }

    /**
     * The bytes of a path.
     *
     * @throws IllegalArgumentException if it has none: an unpaired surrogate
     */
    static byte[] utf8(String path) {
        try {
            ByteBuffer encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(path));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a path is valid Unicode", e);
        }
    }

    private static void checkComponent(byte[] path, int from, int to) {
        require(to > from, "a component of a path has at least one byte");
        require(
                to - from <= Limits.COMPONENT_BYTES_MAX,
                "a component of a path has at most " + Limits.COMPONENT_BYTES_MAX + " bytes");
        boolean dots = path[from] == '.' && (to - from == 1 || (to - from == 2 && path[from + 1] == '.'));
        require(!dots, "no component of a path is \".\" or \"..\"");
        for (int at = from; at < to; at++) {
            require(path[at] != 0, "no path has a NUL");
        }
        require(
                !Arrays.equals(path, from, to, RECORDS, 0, RECORDS.length),
                "no component of a path is \".carnet\": that is where a daemon keeps its records");
    }

    /** Code points compare as their UTF-8 does; UTF-16 puts surrogates before U+E000 to U+FFFF. */
    private static int compareCodePoints(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean bothOrNone = Character.isSurrogate(x) == Character.isSurrogate(y);
                return bothOrNone ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
