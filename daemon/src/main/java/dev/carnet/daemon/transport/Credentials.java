package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** Our own leaf: its chain and its key. Immutable; a renewal is another object, which the transport asks its supplier for at each handshake. */
public final class Credentials {
    private static final int P256_BITS = 256;
    private static final int RSA_BITS_MIN = 2048;
    private static final int SALT_BYTES = 32;
    private static final int TRAILER_FIELD = 1;
    private static final byte[] PROBE =
            "carnet: does this key belong to this certificate?".getBytes(StandardCharsets.US_ASCII);

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final Kind kind;
    private final String spiffeId;

    /** What a leaf key can be, and how it signs (SPEC section 10, key proof). */
    enum Kind {
        EC_P256("ecdsa-p256-sha256", "SHA256withECDSA"),
        ED25519("ed25519", "Ed25519"),
        RSA("rsa-pss-sha256", "RSASSA-PSS");

        final String algorithm;
        final String jca;

        Kind(String algorithm, String jca) {
            this.algorithm = algorithm;
            this.jca = jca;
        }
    }

    private Credentials(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
        this.kind = kind(key);
        this.spiffeId = Certificates.spiffeId(chain.getFirst()).uri();
        Certificates.parse(chainDer());
        if (!verifies(chain.getFirst().getPublicKey(), sign(PROBE))) {
            throw new IdentityException("the private key is not that of the certificate of " + spiffeId
                    + ": the first certificate of the chain must be the leaf");
        }
    }

    /**
     * From PEM files: the chain with the leaf first, and its key (PKCS #8, unencrypted: EC P-256, Ed25519 or RSA).
     *
     * @throws IdentityException where a file does not hold that, naming it
     * @throws UncheckedIOException where a file cannot be read, naming it
     */
    public static Credentials load(Path chain, Path key) {
        List<X509Certificate> certificates;
        try {
            certificates = Pem.certificates(read(chain));
        } catch (IdentityException e) {
            throw new IdentityException(chain + ": " + e.getMessage(), e);
        }
        try {
            return of(certificates, Pem.privateKey(read(key)));
        } catch (IdentityException e) {
            throw new IdentityException(chain + ", " + key + ": " + e.getMessage(), e);
        }
    }

    /**
     * From what is in memory.
     *
     * @param chain leaf first
     * @throws IdentityException where the key is of no known kind or not the leaf's, or the leaf has no SPIFFE ID
     */
    public static Credentials of(List<X509Certificate> chain, PrivateKey key) {
        return new Credentials(chain, key);
    }

    public String spiffeId() {
        return spiffeId;
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    /** DER, leaf first. */
    public List<byte[]> chainDer() {
        return der(chain);
    }

    /** SHA-256 of the leaf's SubjectPublicKeyInfo, hex. */
    public String keySha256() {
        return Certificates.keySha256(chain.getFirst());
    }

    /** When the first certificate of the chain ends. */
    public Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** {@code ecdsa-p256-sha256}, {@code ed25519} or {@code rsa-pss-sha256}. */
    public String algorithm() {
        return kind.algorithm;
    }

    /** Signs exactly these bytes with the leaf key, in the form of the key proof: DER for ECDSA. */
    public byte[] sign(byte[] message) {
        try {
            Signature signature = signature();
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the private key of " + spiffeId + " cannot sign: " + e.getMessage(), e);
        }
    }

    PrivateKey key() {
        return key;
    }

    Kind kind() {
        return kind;
    }

    static String sha256Hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private boolean verifies(PublicKey publicKey, byte[] signed) {
        try {
            Signature signature = signature();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // a key of another kind
        }
    }

    private Signature signature() throws GeneralSecurityException {
        Signature signature = Signature.getInstance(kind.jca);
        if (kind == Kind.RSA) {
            signature.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT_BYTES, TRAILER_FIELD));
        }
        return signature;
    }

    private static Kind kind(PrivateKey key) {
        return switch (key) {
            case ECKey ec when ec.getParams().getOrder().bitLength() == P256_BITS -> Kind.EC_P256;
            case EdECKey ed when ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName()) -> Kind.ED25519;
            case RSAKey rsa when rsa.getModulus().bitLength() >= RSA_BITS_MIN -> Kind.RSA;
            default ->
                throw new IdentityException("the private key (" + key.getAlgorithm()
                        + ") is none of EC P-256, Ed25519, RSA of " + RSA_BITS_MIN + " bits or more");
        };
    }

    static List<byte[]> der(List<X509Certificate> chain) {
        return chain.stream().map(Credentials::encoded).toList();
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IdentityException("a certificate cannot be encoded: " + e.getMessage(), e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1); // text around the blocks may be anything
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
