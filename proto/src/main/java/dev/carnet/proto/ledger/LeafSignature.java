package dev.carnet.proto.ledger;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Collection;
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

    private static final int SAN_URI = 6;

    private LeafSignature() {}

    static X509Certificate certificate(byte[] der) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
            Forms.require(
                    Arrays.equals(certificate.getEncoded(), der),
                    "a certificate that is not DER, or has more after it");
            return certificate;
        } catch (CertificateException e) {
            throw new StatementException("a certificate that cannot be read", e);
        }
    }

    /** The one URI among the leaf's subject alternative names. */
    static String uri(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            List<String> uris = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.getFirst() instanceof Integer kind && kind == SAN_URI)
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
            Forms.require(uris.size() == 1, "a leaf certificate with " + uris.size() + " URIs; it has exactly one");
            return uris.getFirst();
        } catch (CertificateParsingException e) {
            throw new StatementException("a leaf certificate whose names cannot be read", e);
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
        return verifier.verify(signature);
    }
}
