package dev.carnet.proto.ledger;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;

/** An ML-DSA-44 key for pairs of keys of which only the other one matters. */
final class AnyMldsa {
    /** SubjectPublicKeyInfo, DER. */
    static final byte[] SPKI = made();

    private AnyMldsa() {}

    private static byte[] made() {
        try {
            return KeyPairGenerator.getInstance("ML-DSA-44")
                    .generateKeyPair()
                    .getPublic()
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
