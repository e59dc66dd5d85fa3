package dev.carnet.proto.ledger;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;

/** Certificates of a key proof, and the signature by the key in the leaf. */
final class LeafSignature {
    static final String ECDSA = "ecdsa-p256-sha256";
    static final String ED25519 = "ed25519";
    static final String RSA = "rsa-pss-sha256";
    static final List<String> ALGORITHMS = List.of(ECDSA, ED25519, RSA);

    private static final int RSA_BITS_MIN = 2048;
    /** Verification costs time that grows with the cube of this. */
    private static final int RSA_BITS_MAX = 8192;

    /** As RFC 8446's rsa_pss_*_sha256: MGF1 with the same hash, a salt as long as the hash. */
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

    private LeafSignature() {}

    /** Leaf first; whether they lead to an anchor is not asked here. */
    static List<X509Certificate> chain(List<byte[]> der) {
        try {
            return Certificates.parse(der);
        } catch (IdentityException e) {
            throw new StatementException("the key proof's chain: " + e.getMessage(), e);
        }
    }

    /** The one URI among the leaf's subject alternative names. */
    static String spiffeId(X509Certificate leaf) {
        try {
            return Certificates.spiffeId(leaf).uri();
        } catch (IdentityException e) {
            throw new StatementException("the key proof's leaf: " + e.getMessage(), e);
        }
    }

    static void verify(X509Certificate leaf, String algorithm, byte[] message, byte[] signature) {
        PublicKey key = leaf.getPublicKey();
        try {
            boolean right = switch (algorithm) {
                case ECDSA -> ecdsa(key, message, signature);
                case ED25519 -> Signatures.ed25519(key.getEncoded(), message, signature);
                case RSA -> rsa(key, message, signature);
                default -> throw new StatementException("proof.algorithm is none of " + ALGORITHMS);
            };
            Forms.require(right, "the key proof's signature (" + algorithm + ") does not verify with the leaf's key");
        } catch (GeneralSecurityException e) {
            throw new StatementException("the key proof's signature (" + algorithm + ") cannot be verified", e);
        }
    }

    private static boolean ecdsa(PublicKey key, byte[] message, byte[] signature) throws GeneralSecurityException {
        Spki.checkP256(key.getEncoded());
        return verify(Signature.getInstance("SHA256withECDSA"), key, message, signature);
    }

    private static boolean rsa(PublicKey key, byte[] message, byte[] signature) throws GeneralSecurityException {
        int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
        Forms.between(bits, RSA_BITS_MIN, RSA_BITS_MAX, "the number of bits of the leaf's RSA key");
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(PSS);
        return verify(verifier, key, message, signature);
    }

    private static boolean verify(Signature verifier, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        verifier.initVerify(key);
        verifier.update(message);
        try {
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // not even the form of one
        }
    }
}
