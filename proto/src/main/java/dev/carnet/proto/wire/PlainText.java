package dev.carnet.proto.wire;

/** Text that shows as what it is, on one line (SPEC section 4): labels, and whatever else people read in a record. */
public final class PlainText {
    private PlainText() {}

    /** Whether nothing in it controls a terminal, ends a line, or changes the direction of what stands around it. */
    public static boolean is(String text) {
        return text.codePoints().noneMatch(PlainText::misleads);
    }

    private static boolean misleads(int c) {
        return c < 0x20
                || (c >= 0x7f && c <= 0x9f) // DEL and C1: U+009B alone begins an escape sequence
                || c == 0x2028
                || c == 0x2029
                || c == 0x061c
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
