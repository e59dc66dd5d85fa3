package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Sentences for people, on their way out and on their way in. */
public final class Sentences {
    private Sentences() {}

    /** Cut, between two characters, to {@link Limits#SENTENCE_BYTES_MAX} bytes; half a surrogate pair becomes {@code ?}. */
    public static String clip(String sentence) {
        StringBuilder clipped = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < sentence.length(); i += Character.charCount(sentence.codePointAt(i))) {
            int c = sentence.codePointAt(i);
            int sound = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c;
            bytes += Character.toString(sound).getBytes(UTF_8).length;
            if (bytes > Limits.SENTENCE_BYTES_MAX) {
                break;
            }
            clipped.appendCodePoint(sound);
        }
        return clipped.toString();
    }

    /** As it may be shown: what controls a terminal or reorders text is replaced by U+FFFD. */
    public static String shown(String sentence) {
        StringBuilder shown = new StringBuilder(sentence.length());
        sentence.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean controls = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            shown.appendCodePoint(controls ? 0xFFFD : c);
        });
        return shown.toString();
    }
}
