package dev.carnet.daemon.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.tree.MemberPath;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;

/** Names as bytes (what the kernel sees), as strings (what the rest of the daemon sees), and as text for people. */
final class Names {
    /** Unsigned bytes. */
    static final Comparator<byte[]> ORDER = Arrays::compareUnsigned;

    private static final int SHOWN_MAX = 400;
    private static final HexFormat HEX = HexFormat.of();

    private Names() {}

    /**
     * The bytes of a path.
     *
     * @throws VolumeException BAD_NAME where it is no valid Unicode
     */
    static byte[] bytes(String path) {
        try {
            ByteBuffer encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(path));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new VolumeException(VolumeException.Kind.BAD_NAME, "bad name: it is no valid Unicode", e);
        }
    }

    /**
     * The text of a name.
     *
     * @throws VolumeException BAD_NAME where it is no valid UTF-8, naming it in {@code directory}
     */
    static String text(byte[] name, String directory) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
        } catch (CharacterCodingException e) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_NAME,
                    "the name '" + show(name) + "' in " + directory + " is no valid UTF-8: rename it",
                    e);
        }
    }

    /** A name for people: what is no printable ASCII is written as \xHH. */
    static String show(byte[] name) {
        var shown = new StringBuilder(name.length);
        for (byte b : name) {
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                shown.append((char) b);
            } else {
                shown.append("\\x").append(HEX.toHexDigits(b));
            }
        }
        return shown.toString();
    }

    /** A path for people: as it is, but for control characters; the middle of a very long one is left out, so that the sentence around it can be read. */
    static String show(String path) {
        String shown = path.codePoints().anyMatch(Character::isISOControl) ? show(path.getBytes(UTF_8)) : path;
        if (shown.length() <= SHOWN_MAX) {
            return shown;
        }
        int from = Character.isLowSurrogate(shown.charAt(shown.length() - SHOWN_MAX / 2)) ? 1 : 0;
        int to = Character.isHighSurrogate(shown.charAt(SHOWN_MAX / 2 - 1)) ? 1 : 0;
        return shown.substring(0, SHOWN_MAX / 2 - to) + "[...]"
                + shown.substring(shown.length() - SHOWN_MAX / 2 + from);
    }

    /** {@code base} for the root, else {@code base/path}. */
    static String join(String base, String path) {
        return path.equals(MemberPath.ROOT) ? base : base + '/' + path;
    }

    static byte[] join(byte[] base, byte[] name) {
        if (base.length == 0) {
            return name;
        }
        byte[] joined = Arrays.copyOf(base, base.length + 1 + name.length);
        joined[base.length] = '/';
        System.arraycopy(name, 0, joined, base.length + 1, name.length);
        return joined;
    }

    /** Index of the last slash, -1 where there is none. */
    static int lastSlash(byte[] path) {
        for (int at = path.length - 1; at >= 0; at--) {
            if (path[at] == '/') {
                return at;
            }
        }
        return -1;
    }

    /**
     * Checks the path of a member.
     *
     * @throws VolumeException BAD_NAME naming the rule that it breaks
     */
    static void checkMember(String path) {
        try {
            MemberPath.check(path);
        } catch (IllegalArgumentException e) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_NAME, "bad path '" + show(path) + "': " + e.getMessage(), e);
        }
    }
}
