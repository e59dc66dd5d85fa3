package dev.carnet.client.identity;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What people want to know of a certificate or a request: names and values, in the order in which they are shown. Nothing is verified but a request's signature. */
public final class CertificateFacts {
    private static final List<String> USAGES = List.of(
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly");
    private static final Map<String, String> PURPOSES =
            Map.of("1.3.6.1.5.5.7.3.1", "serverAuth", "1.3.6.1.5.5.7.3.2", "clientAuth");

    private CertificateFacts() {}

    /**
     * Of every certificate and request in a PEM file, in its order.
     *
     * @throws IdentityException where there is none
     */
    public static List<Map<String, String>> ofFile(Path file) throws IOException {
        String text = IdentityFolder.read(file);
        List<Map<String, String>> all = new ArrayList<>();
        for (Pem.Block block : Pem.blocks(text)) {
            if (block.label().equals(Pem.CERTIFICATE)) {
                all.add(of(Certificates.parse(List.of(block.der())).getFirst()));
            } else if (block.label().equals(Pem.CERTIFICATE_REQUEST)) {
                all.add(of(SigningRequest.read(Pem.encode(block.label(), block.der()))));
            }
        }
        if (all.isEmpty()) {
            throw new IdentityException(
                    file + " has no PEM block '" + Pem.CERTIFICATE + "' or '" + Pem.CERTIFICATE_REQUEST + "'");
        }
        return all;
    }

    public static Map<String, String> of(X509Certificate certificate) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kind", certificate.getBasicConstraints() < 0 ? "certificate" : "CA certificate");
        facts.put("spiffeId", name(certificate));
        facts.put("subject", certificate.getSubjectX500Principal().getName());
        facts.put("issuer", certificate.getIssuerX500Principal().getName());
        facts.put("serial", certificate.getSerialNumber().toString(16));
        facts.put("notBefore", certificate.getNotBefore().toInstant().toString());
        facts.put("notAfter", certificate.getNotAfter().toInstant().toString());
        facts.put("key", key(certificate.getPublicKey()));
        facts.put("keyUsage", usages(certificate));
        facts.put("extendedKeyUsage", purposes(certificate));
        facts.put("sha256", sha256(encoded(certificate)));
        facts.put("keySha256", sha256(certificate.getPublicKey().getEncoded()));
        return facts;
    }

    private static Map<String, String> of(SigningRequest request) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kind", "request");
        facts.put("spiffeId", request.id().uri());
        facts.put("key", key(request.key()));
        facts.put("keySha256", sha256(request.key().getEncoded()));
        return facts;
    }

    private static String name(X509Certificate certificate) {
        try {
            SpiffeId id = Certificates.spiffeId(certificate);
            return id.uri();
        } catch (IdentityException e) {
            return "none: " + e.getMessage();
        }
    }

    private static String key(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> "EC, " + ec.getParams().getCurve().getField().getFieldSize() + " bits";
            case RSAPublicKey rsa -> "RSA, " + rsa.getModulus().bitLength() + " bits";
            default -> key.getAlgorithm();
        };
    }

    private static String usages(X509Certificate certificate) {
        boolean[] bits = certificate.getKeyUsage();
        if (bits == null) {
            return "any";
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < Math.min(bits.length, USAGES.size()); i++) {
            if (bits[i]) {
                names.add(USAGES.get(i));
            }
        }
        return String.join(", ", names);
    }

    private static String purposes(X509Certificate certificate) {
        try {
            List<String> ids = certificate.getExtendedKeyUsage();
            return ids == null
                    ? "any"
                    : String.join(
                            ", ",
                            ids.stream()
                                    .map(id -> PURPOSES.getOrDefault(id, id))
                                    .toList());
        } catch (CertificateParsingException e) {
            return "unreadable";
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IdentityException("a certificate cannot be encoded", e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
