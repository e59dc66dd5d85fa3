package dev.carnet.client.cli;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Text for a terminal. Names and sentences come from files and from other machines; one that holds an escape sequence could
 * rewrite what was shown before, and one that turns the direction of writing can look like another.
 */
final class Shown {
    /** What to say of an argument that is {@link #garbled}, after its text. */
    static final String GARBLED =
            "is not valid UTF-8 (or holds U+FFFD, which stands for bytes that are not): it would be sent under another name;"
                    + " rename it, or ask the daemon at its socket";

    private Shown() {}

    /** Whether Java could not read an argument: what it puts in place of bad bytes is there, and which bytes they were is lost. */
    static boolean garbled(String argument) {
        return argument.indexOf('\ufffd') >= 0;
    }

    /**
     * Escapes what is not plainly visible: C0, DEL and the backslash as {@code \xHH} (as in a tree), everything else as
     * {@code \}{@code u{H}}.
     */
    static String text(String text) {
        if (text.codePoints().allMatch(Shown::plain)) {
            return text;
        }
        var shown = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (plain(c)) {
                shown.appendCodePoint(c);
            } else if (c < 0x80) {
                shown.append(String.format(Locale.ROOT, "\\x%02x", c));
            } else {
                shown.append(String.format(Locale.ROOT, "\\u{%x}", c));
            }
        });
        return shown.toString();
    }

    /**
     * As {@link #text}, but for the backslash, which stays: for sentences of the daemon, in which the names of files are escaped already. One that pretends an escape
     * cannot command a terminal.
     */
    static String sentence(String sentence) {
        return Stream.of(sentence.split("\\\\", -1)).map(Shown::text).collect(Collectors.joining("\\"));
    }

    private static boolean plain(int c) {
        if (c < 0x80) {
            return c >= 0x20 && c != 0x7f && c != '\\';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Cuts to columns; what is cut off is marked. East Asian characters take two columns. */
    static String cut(String text, int columns) {
        int used = 0;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int width = width(c);
            if (used + width > columns) {
                return text.substring(0, fit(text, columns - 1)) + "…";
            }
            used += width;
            at += Character.charCount(c);
        }
        return text;
    }

    private static int fit(String text, int columns) {
        int used = 0;
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            used += width(c);
            if (used > columns) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    static int width(String text) {
        return text.codePoints().map(Shown::width).sum();
    }

    private static int width(int c) {
        if (c < 0x300) {
            return 1;
        }
        if (Character.getType(c) == Character.NON_SPACING_MARK || Character.getType(c) == Character.ENCLOSING_MARK) {
            return 0;
        }
        return (c >= 0x1100 && c <= 0x115f)
                        || (c >= 0x2e80 && c <= 0xd7a3)
                        || (c >= 0xf900 && c <= 0xfaff)
                        || (c >= 0xfe30 && c <= 0xfe6f)
                        || (c >= 0xff00 && c <= 0xff60)
                        || c >= 0x1f300
                ? 2
                : 1;
    }
}
