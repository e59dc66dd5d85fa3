package dev.carnet.client.audit;

import java.util.Comparator;
import java.util.OptionalLong;

/**
 * Something that does not hold of a ledger.
 *
 * @param kind the rule of LEDGER.md, sections 3 and 5
 * @param place the file, and the entry where there is one
 * @param sentence what is wrong there
 * @param entry index of the entry that it is about, where it is about one
 */
public record Finding(Kind kind, String place, String sentence, OptionalLong entry) {
    /** What stands first is told first: by rule, then by place. */
    public static final Comparator<Finding> ORDER = Comparator.comparing(Finding::kind)
            .thenComparingLong(finding -> finding.entry().orElse(-1))
            .thenComparing(Finding::place)
            .thenComparing(Finding::sentence);

    /** About no entry. */
    public Finding(Kind kind, String place, String sentence) {
        this(kind, place, sentence, OptionalLong.empty());
    }

    /** The rules, by the names of LEDGER.md and in its order. */
    public enum Kind {
        UNREADABLE("unreadable", Weight.UNREADABLE),
        CHECKPOINT("checkpoint", Weight.WRONG),
        BUNDLE("bundle", Weight.WRONG),
        TILE("tile", Weight.WRONG),
        ROOT("root", Weight.WRONG),
        PROOF("proof", Weight.WRONG),
        ENTRY("entry", Weight.WRONG),
        BINDING("binding", Weight.WRONG),
        SIGNATURE("signature", Weight.WRONG),
        LOG_SIGNATURE("log-signature", Weight.WRONG),
        BLOB_DIGEST("blob", Weight.WRONG),
        FORK("fork", Weight.WRONG),
        BLOB("blob", Weight.MISSING),
        TRUST("trust", Weight.MISSING),
        RECEIPT_DIFFERS("receipt-differs", Weight.WRONG),
        RECEIPT_SIGNATURE("receipt-signature", Weight.WRONG),
        SEAL_WRONG("seal-missing", Weight.WRONG),
        RECEIPT_MISSING("receipt-missing", Weight.MISSING),
        SEAL_MISSING("seal-missing", Weight.MISSING),
        INTENT_MISSING("intent-missing", Weight.MISSING),
        FORK_UNPROVED("fork", Weight.MISSING);

        private final String label;
        private final Weight weight;

        Kind(String label, Weight weight) {
            this.label = label;
            this.weight = weight;
        }

        /** As LEDGER.md writes it. */
        public String label() {
            return label;
        }

        public Weight weight() {
            return weight;
        }
    }

    /** What a finding means for the whole. */
    public enum Weight {
        /** It could not be looked at. */
        UNREADABLE,
        /** It does not verify. */
        WRONG,
        /** It verifies, and something is missing or not vouched for. */
        MISSING
    }
}
