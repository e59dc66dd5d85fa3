package dev.carnet.client.audit;

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

    /** As LEDGER.md writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
