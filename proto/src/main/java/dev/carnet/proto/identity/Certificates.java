package dev.carnet.proto.identity;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/** Certificates out of bytes that a stranger sent, and the ID in a leaf. */
public final class Certificates {
    /** Certificates of one chain, SPEC section 4. */
    public static final int CHAIN_CERTIFICATES_MAX = 4;

    /** Bytes of one chain, DER, SPEC section 4. */
    public static final int CHAIN_BYTES_MAX = 32 << 10;

    private static final int URI_NAME = 6;

    private Certificates() {}

    /**
     * Parses a chain, leaf first. Limits are checked before anything is parsed.
     *
     * @param der one DER certificate each, without trailing bytes
     * @throws IdentityException where there is none, there are too many, or one is none
     */
    public static List<X509Certificate> parse(List<byte[]> der) {
        checkCount(der.size());
        checkBytes(der.stream().mapToLong(bytes -> bytes.length).sum());
        List<X509Certificate> chain = new ArrayList<>(der.size());
        for (byte[] bytes : der) {
            chain.add(parse(bytes));
        }
        return List.copyOf(chain);
    }

    static X509Certificate parse(byte[] der) {
        try {
            ByteArrayInputStream in = new ByteArrayInputStream(der);
            var certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            if (in.available() != 0) {
                throw new IdentityException("a certificate has bytes behind its end");
            }
            return certificate;
        } catch (CertificateException e) {
            throw new IdentityException("a certificate cannot be read: " + e.getMessage(), e);
        } catch (IndexOutOfBoundsException e) { // what JDK 25 throws for an Ed25519 key of no bytes
            throw new IdentityException("a certificate cannot be read: its key is cut short", e);
        }
    }

    /**
     * The SPIFFE ID of a certificate: the one URI in its subjectAltName; other kinds of names are ignored. Nothing is verified.
     *
     * @throws IdentityException where there is none, more than one, or one that is no SPIFFE ID
     */
    public static SpiffeId spiffeId(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        for (List<?> name : alternativeNames(certificate)) {
            if (name.getFirst().equals(URI_NAME)) {
                uris.add((String) name.get(1));
            }
        }
        if (uris.size() != 1) {
            throw new IdentityException("the certificate " + describe(certificate) + " has " + uris.size()
                    + " URIs in its subjectAltName, not exactly one");
        }
        return SpiffeId.parse(uris.getFirst());
    }

    /** Subject and serial number, for sentences. */
    public static String describe(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return (subject.isEmpty() ? "without a subject" : IdentityException.quote(subject)) + " (serial number "
                + certificate.getSerialNumber().toString(16) + ")";
    }

    /** SHA-256 of the SubjectPublicKeyInfo (DER), lower-case hex: what a key is called in configurations and receipts. */
    public static String keySha256(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static void checkLimits(List<X509Certificate> chain) {
        checkCount(chain.size());
        long bytes = 0;
        for (X509Certificate certificate : chain) {
            bytes += der(certificate).length;
        }
        checkBytes(bytes);
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IdentityException("the certificate " + describe(certificate) + " cannot be encoded", e);
        }
    }

    private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            throw new IdentityException(
                    "the subjectAltName of the certificate " + describe(certificate) + " cannot be read", e);
        }
    }

    private static void checkCount(int count) {
        if (count < 1 || count > CHAIN_CERTIFICATES_MAX) {
            throw new IdentityException("a chain has " + count + " certificates, not 1 to " + CHAIN_CERTIFICATES_MAX);
        }
    }

    private static void checkBytes(long bytes) {
        if (bytes > CHAIN_BYTES_MAX) {
            throw new IdentityException("a chain has " + bytes + " bytes, more than " + CHAIN_BYTES_MAX);
        }
    }
}
