package dev.carnet.client.audit;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What all findings together mean (LEDGER.md, section 6). */
public enum Verdict {
    /** Nothing is wrong, nothing is missing, and a trust file vouches for it. */
    VERIFIES,
    /** Nothing is wrong; something is missing, or nobody vouches for it. */
    INCOMPLETE,
    /** It does not verify. */
    WRONG,
    /** It cannot be read to its end. */
    UNREADABLE;

    /** Something wrong weighs more than something unread, and that more than something missing. */
    private static final List<Verdict> WEIGHED = List.of(VERIFIES, INCOMPLETE, UNREADABLE, WRONG);

    /** What weighs most; of none, {@link #VERIFIES}. */
    public static Verdict worst(Collection<Verdict> all) {
        return all.stream().max(Comparator.comparingInt(WEIGHED::indexOf)).orElse(VERIFIES);
    }

    /** As LEDGER.md writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
