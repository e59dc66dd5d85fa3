package dev.carnet.proto.ledger;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Verifies the two kinds of signatures that envelopes carry. Ed25519 is Bouncy Castle's (eight times as fast as the JDK's), ML-DSA-44 the JDK's.
 *
 * <p>Ed25519 is strict, so that no two verifiers can differ about a signature: key and R are canonically written points of the prime-order group (no small
 * order, no such component), s is below the group's order.
 */
public final class Signatures {
    public static final int ED25519_BYTES = 64;
    public static final int MLDSA44_BYTES = 2420;

    private static final String MLDSA44 = "ML-DSA-44";

    /** The JDK's own, whatever else a program has registered. */
    private static final String PROVIDER = "SUN";

    private Signatures() {}

    /**
     * Whether an Ed25519 signature is right.
     *
     * @param spki the key
     * @throws StatementException if the key is none
     */
    public static boolean ed25519(byte[] spki, byte[] message, byte[] signature) {
        return verified(Spki.rawEd25519(spki), message, signature);
    }

    /** With a raw key that has been found to be {@linkplain #ed25519Point a point of the group}, which takes as long as the rest. */
    static boolean verified(byte[] key, byte[] message, byte[] signature) {
        return signature.length == ED25519_BYTES
                && ed25519Point(Arrays.copyOf(signature, Ed25519.PUBLIC_KEY_SIZE))
                && Ed25519.verify(signature, 0, key, 0, message, 0, message.length);
    }

    /**
     * Whether an ML-DSA-44 signature (FIPS 204, pure, empty context) is right.
     *
     * @param spki the key
     * @throws StatementException if the key is none
     */
    public static boolean mldsa44(byte[] spki, byte[] message, byte[] signature) {
        Spki.rawMldsa44(spki);
        if (signature.length != MLDSA44_BYTES) {
            return false;
        }
        try {
            PublicKey key = KeyFactory.getInstance(MLDSA44, PROVIDER).generatePublic(new X509EncodedKeySpec(spki));
            Signature verifier = Signature.getInstance(MLDSA44, PROVIDER);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // its hints are not written as FIPS 204 says
        } catch (GeneralSecurityException e) {
            throw new StatementException("an ML-DSA-44 key that cannot be read", e);
        }
    }

    /** A canonically written point of the prime-order group, other than its neutral element. */
    static boolean ed25519Point(byte[] raw) {
        return Ed25519.validatePublicKeyFull(raw, 0);
    }
}
