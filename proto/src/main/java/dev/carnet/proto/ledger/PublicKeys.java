package dev.carnet.proto.ledger;

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
    public record Pair(byte[] ed25519, byte[] mldsa44) {}
}
