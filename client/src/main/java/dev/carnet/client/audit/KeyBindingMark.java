package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.carnet.proto.ledger.Predicate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Tells fast that an entry is no key binding: few of a million are, and to read all as JSON takes a minute. */
final class KeyBindingMark {
    private static final int GROUP = 3;

    /** The predicate's name in base64, wherever in a group of three bytes it begins; without the characters that also depend on its neighbours. */
    private static final List<byte[]> MARKS = marks();

    private KeyBindingMark() {}

    private static List<byte[]> marks() {
        String text = Predicate.KEY_BINDING.type();
        List<byte[]> marks = new ArrayList<>();
        for (int skipped = 0; skipped < GROUP; skipped++) {
            int whole = (text.length() - skipped) / GROUP * GROUP;
            byte[] part = text.substring(skipped, skipped + whole).getBytes(ISO_8859_1);
            marks.add(Base64.getEncoder().encode(part));
        }
        return marks;
    }

    /** Whether it may be one. */
    static boolean in(byte[] entry) {
        return MARKS.stream().anyMatch(mark -> contains(entry, mark));
    }

    private static boolean contains(byte[] in, byte[] what) {
        for (int at = 0; at + what.length <= in.length; at++) {
            int same = 0;
            while (same < what.length && in[at + same] == what[same]) {
                same++;
            }
            if (same == what.length) {
                return true;
            }
        }
        return false;
    }
}
