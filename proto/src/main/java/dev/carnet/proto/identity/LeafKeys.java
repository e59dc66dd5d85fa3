package dev.carnet.proto.identity;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** The keys that a leaf may have: those that can sign a key proof (SPEC section 10). */
public final class LeafKeys {
    private static final int EC_BITS = 256;
    private static final int RSA_BITS_MIN = 2_048;
    private static final int RSA_BITS_MAX = 8_192;

    private LeafKeys() {}

    /**
     * @param whose for the sentence
     * @throws IdentityException where it is none of EC P-256, Ed25519 and RSA of 2,048 to 8,192 bits
     */
    public static void check(PublicKey key, String whose) {
        boolean good = switch (key) {
            // Of the curves with 256 bits the platform knows P-256 alone.
            case ECPublicKey ec -> ec.getParams().getCurve().getField().getFieldSize() == EC_BITS;
            case EdECPublicKey ed -> ed.getParams().getName().equals("Ed25519");
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= RSA_BITS_MIN && rsa.getModulus().bitLength() <= RSA_BITS_MAX;
            default -> false;
        };
        if (!good) {
            throw new IdentityException("the key of " + whose + " is none of: EC P-256, Ed25519, RSA of " + RSA_BITS_MIN
                    + " to " + RSA_BITS_MAX + " bits");
        }
    }
}
