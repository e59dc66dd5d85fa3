package dev.carnet.client.custody.report;

import dev.carnet.client.custody.Copy;
import dev.carnet.client.custody.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How states, times and names look in the report. Never by colour alone. */
final class Marks {
    private static final String PREFIXES = "kMGTPE";

    private Marks() {}

    /** A sign before the word. */
    static String sign(State state) {
        return switch (state) {
            case HELD -> "●";
            case SOURCE -> "◆";
            case DESTROYING -> "▲";
            case ONE_SIDED -> "◐";
            case RECEIPTED -> "◑";
            case POSSIBLE -> "?";
            case PARTIAL -> "◔";
            case RELEASED -> "○";
            case DESTROYED -> "✕";
        };
    }

    /** Sign and word; with a mark where somebody else's word would be needed to believe it. */
    static String word(Copy copy) {
        boolean alone = copy.unsure() && copy.state().kind() == State.Kind.THERE;
        return sign(copy.state()) + " " + copy.state().label() + (alone ? " !" : "");
    }

    /** Of the style sheet. */
    static String style(Copy copy) {
        return copy.unsure() ? "unsure" : style(copy.state());
    }

    /** Of a state by itself. */
    static String style(State state) {
        return switch (state.kind()) {
            case THERE -> state == State.DESTROYING ? "unsure" : "there";
            case UNSURE -> "unsure";
            case GONE -> "gone";
        };
    }

    /** To the second: the milliseconds are in the entries. */
    static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC");
    }

    /** A daemon by the end of its SPIFFE ID; the whole one stands beside it. */
    static String daemon(String spiffe) {
        int scheme = spiffe.indexOf("://");
        int path = spiffe.indexOf('/', scheme < 0 ? 0 : scheme + 3);
        return path < 0 || path == spiffe.length() - 1 ? spiffe : spiffe.substring(path + 1);
    }

    static String place(Copy copy) {
        return copy.place().isEmpty() ? "(where it was sealed)" : copy.place();
    }

    /** With an ellipsis where it is longer. */
    static String cut(String text, int charsMax) {
        int chars = text.codePointCount(0, text.length());
        return chars <= charsMax ? text : text.substring(0, text.offsetByCodePoints(0, charsMax - 1)) + "…";
    }

    /** Three digits, decimal units. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        int prefix = -1;
        while (value >= 999.5 && prefix < PREFIXES.length() - 1) {
            value /= 1000;
            prefix++;
        }
        String format = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value) + " " + PREFIXES.charAt(prefix) + "B";
    }

    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d", number) + " " + (number == 1 ? one : many);
    }
}
