package dev.carnet.proto.ledger;

import java.util.Arrays;
import java.util.List;

/**
 * The two keys with which a daemon signs entries, each a DER SubjectPublicKeyInfo.
 */
public record EntryKeys(byte[] ed25519, byte[] mldsa44) {
    /**
     * Makes a pair.
     *
     * @throws StatementException if one of them is no key of its kind
     */
    public EntryKeys {
        Spki.rawEd25519(ed25519);
        Spki.rawMldsa44(mldsa44);
    }

    /** Lower-case hex SHA-256 of the Ed25519 key. */
    public String ed25519Id() {
        return Spki.keyId(ed25519);
    }

    /** Lower-case hex SHA-256 of the ML-DSA-44 key. */
    public String mldsa44Id() {
        return Spki.keyId(mldsa44);
    }

    /** Both: Ed25519, ML-DSA-44, as a receipt's {@code entryKeys} names them. */
    public List<String> ids() {
        return List.of(ed25519Id(), mldsa44Id());
    }

    /**
     * Both keys have signed; others may have, too.
     *
     * @throws StatementException if a signature is missing or wrong
     */
    public void verifyBoth(Dsse dsse) {
        verifyEd25519(dsse);
        byte[] signature = signature(dsse, mldsa44Id(), "ML-DSA-44");
        Forms.require(
                Signatures.mldsa44(mldsa44, Dsse.pae(dsse.payload()), signature),
                "the ML-DSA-44 signature by entry key " + mldsa44Id() + " does not verify");
    }

    /**
     * The Ed25519 key has signed; others may have, too.
     *
     * @throws StatementException if the signature is missing or wrong
     */
    public void verifyEd25519(Dsse dsse) {
        byte[] signature = signature(dsse, ed25519Id(), "Ed25519");
        Forms.require(
                Signatures.verified(Spki.checkedEd25519(ed25519), Dsse.pae(dsse.payload()), signature),
                "the Ed25519 signature by entry key " + ed25519Id() + " does not verify");
    }

    private static byte[] signature(Dsse dsse, String keyId, String algorithm) {
        return dsse.signatures().stream()
                .filter(s -> s.keyId().equals(keyId))
                .findFirst()
                .orElseThrow(() -> new StatementException("no " + algorithm + " signature by entry key " + keyId))
                .value();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EntryKeys keys
                && Arrays.equals(ed25519, keys.ed25519)
                && Arrays.equals(mldsa44, keys.mldsa44);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ed25519);
    }
}
