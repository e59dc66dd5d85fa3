package dev.carnet.client.audit;

/**
 * Something that does not hold of a ledger.
 *
 * @param kind the rule of LEDGER.md, section 3
 * @param place the file, and the entry where there is one
 * @param sentence what is wrong there
 */
public record Finding(Kind kind, String place, String sentence) {
    /** The rules, by the names of LEDGER.md. */
    public enum Kind {
        UNREADABLE("unreadable", Weight.UNREADABLE),
        CHECKPOINT("checkpoint", Weight.WRONG),
        BUNDLE("bundle", Weight.WRONG),
        TILE("tile", Weight.WRONG),
        ROOT("root", Weight.WRONG),
        ENTRY("entry", Weight.WRONG),
        BINDING("binding", Weight.WRONG),
        SIGNATURE("signature", Weight.WRONG),
        LOG_SIGNATURE("log-signature", Weight.WRONG),
        BLOB("blob", Weight.MISSING),
        BLOB_DIGEST("blob", Weight.WRONG),
        TRUST("trust", Weight.MISSING);

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
