package dev.carnet.client.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/** Names of files as bytes, as strings, and as a terminal may see them. */
public final class Names {

    private static final HexFormat HEX = HexFormat.of();

    private Names() {}

    /**
     * Makes a name fit to be shown: control characters, what reverses or hides text, and the backslash are written as
     * {@code \xHH} per byte of their UTF-8, as a tree does for those that it escapes.
     */
    public static String show(String name) {
        StringBuilder shown = new StringBuilder(name.length() + 16);
        name.codePoints().forEach(point -> {
            if (point == '\\' || hides(point)) {
                escape(Character.toString(point).getBytes(UTF_8), shown);
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }

    /** The last component of a path as text; empty where its bytes are no valid UTF-8. */
    static Optional<String> text(Path path) {
        Path name = path.getFileName();
        if (name == null) {
            return Optional.empty();
        }
        // A path keeps its bytes; the text of bytes that are no UTF-8 gives other ones back.
        String text = name.toString();
        return text.indexOf('\ufffd') < 0 || path.resolveSibling(text).equals(path)
                ? Optional.of(text)
                : Optional.empty();
    }

    /** The last component of a path, fit to be shown, whatever its bytes are. */
    static String shownName(Path path) {
        return text(path).map(Names::show).orElseGet(() -> shownBytes(path));
    }

    /** Only the URI of a path tells its bytes. */
    private static String shownBytes(Path path) {
        String raw = path.toAbsolutePath().toUri().getRawPath();
        raw = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
        raw = raw.substring(raw.lastIndexOf('/') + 1);
        StringBuilder shown = new StringBuilder(raw.length() + 16);
        for (int at = 0; at < raw.length(); at++) {
            if (raw.charAt(at) != '%') {
                shown.append(raw.charAt(at));
                continue;
            }
            byte b = (byte) HexFormat.fromHexDigits(raw, at + 1, at + 3);
            if (b >= 0x20 && b != '\\' && b != 0x7f) {
                shown.append((char) b);
            } else {
                escape(new byte[] {b}, shown);
            }
            at += 2;
        }
        return shown.toString();
    }

    private static boolean hides(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static void escape(byte[] bytes, StringBuilder to) {
        for (byte b : bytes) {
            to.append("\\x").append(HEX.toHexDigits(b));
        }
    }
}
