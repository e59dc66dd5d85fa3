package dev.carnet.proto.ledger;

import java.util.Arrays;

/**
 * The public halves of a daemon's long-lived keys (SPEC section 10), each a DER SubjectPublicKeyInfo.
 *
 * @param entry signs DSSE envelopes
 * @param log signs log checkpoints
 * @param witness signs cosignatures for peers
 * @param manifestP256 signs OMS bundles
 */
public record PublicKeys(Pair entry, Pair log, Pair witness, byte[] manifestP256) {
    /** One purpose, both algorithms: today's tools, and the years ahead. */
    public record Pair(byte[] ed25519, byte[] mldsa44) {
        /**
         * As keys that verify envelopes.
         *
         * @throws StatementException if one of them is no key of its kind
         */
        public EntryKeys entryKeys() {
            return new EntryKeys(ed25519, mldsa44);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Pair pair
                    && Arrays.equals(ed25519, pair.ed25519)
                    && Arrays.equals(mldsa44, pair.mldsa44);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ed25519);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKeys keys
                && entry.equals(keys.entry)
                && log.equals(keys.log)
                && witness.equals(keys.witness)
                && Arrays.equals(manifestP256, keys.manifestP256);
    }

    @Override
    public int hashCode() {
        return entry.hashCode();
    }
}
