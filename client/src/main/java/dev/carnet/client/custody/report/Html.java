package dev.carnet.client.custody.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Writes HTML. What comes from ledgers is written by {@link #text} and {@link #block} alone: names are strangers' words. What would not be seen, or would turn the direction of writing, is shown by
 * its number.
 */
final class Html {
    /** One above the other: more than any script needs would cover the lines above. */
    private static final int MARKS_MAX = 4;

    /** Letters, marks and symbols that have no form; variation selectors besides. */
    private static final String UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0";

    private final Appendable out;

    Html(Appendable out) {
        this.out = out;
    }

    /** Markup of our own. */
    Html raw(String markup) {
        try {
            out.append(markup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Somebody's words: in an element, or in an attribute between double quotes. */
    Html text(String words) {
        return raw(escaped(words, false));
    }

    /** Somebody's lines: in an element that keeps white space. */
    Html block(String lines) {
        return raw(escaped(lines, true));
    }

    /** One element of somebody's words. */
    Html element(String tag, String words) {
        return raw("<" + tag + ">").text(words).raw("</" + tag + ">");
    }

    /** One element with a class. */
    Html element(String tag, String style, String words) {
        return raw("<" + tag + " class=\"" + style + "\">").text(words).raw("</" + tag + ">");
    }

    static String escaped(String words, boolean lines) {
        StringBuilder safe = new StringBuilder(words.length() + 16);
        int marks = 0;
        for (int c : words.codePoints().toArray()) {
            marks = combines(c) ? marks + 1 : 0;
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                case '\\' -> safe.append(lines ? "\\" : "\\x5c");
                default -> {
                    if ((visible(c) && marks <= MARKS_MAX) || (lines && c == '\n')) {
                        safe.appendCodePoint(c);
                    } else {
                        safe.append(String.format(Locale.ROOT, "\\u{%x}", c));
                    }
                }
            }
        }
        return safe.toString();
    }

    private static boolean combines(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    private static boolean visible(int c) {
        if (UNSEEN.indexOf(c) >= 0 || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef)) {
            return false;
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
}
