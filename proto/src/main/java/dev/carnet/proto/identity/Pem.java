package dev.carnet.proto.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The text form of certificates and keys (RFC 7468). Text around the blocks is skipped, as everybody's tools do. */
public final class Pem {
    public static final String CERTIFICATE = "CERTIFICATE";

    /** PKCS #8, unencrypted. */
    public static final String PRIVATE_KEY = "PRIVATE KEY";

    public static final String CERTIFICATE_REQUEST = "CERTIFICATE REQUEST";

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int LINE_CHARS = 64;
    private static final List<String> KEY_ALGORITHMS = List.of("EC", "EdDSA", "RSA");

    private Pem() {}

    /** One block. */
    public record Block(String label, byte[] der) {}

    /**
     * All blocks of a text, in order.
     *
     * @throws IdentityException where a block does not end or is not base64
     */
    public static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(at + BEGIN.length(), labelEnd);
            int end = labelEnd < 0 ? -1 : text.indexOf(END + label + DASHES, labelEnd);
            if (end < 0) {
                throw new IdentityException("a PEM block " + IdentityException.quote(label) + " does not end");
            }
            blocks.add(new Block(label, decode(label, text.substring(labelEnd + DASHES.length(), end))));
            at = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    /**
     * The certificates of a text, in order; other blocks are skipped.
     *
     * @throws IdentityException where there is none, or one cannot be read
     */
    public static List<X509Certificate> certificates(String text) {
        List<X509Certificate> certificates = blocks(text).stream()
                .filter(block -> block.label().equals(CERTIFICATE))
                .map(block -> Certificates.parse(block.der()))
                .toList();
        if (certificates.isEmpty()) {
            throw new IdentityException("there is no PEM block '" + CERTIFICATE + "'");
        }
        return certificates;
    }

    /**
     * The one private key of a text: EC, Ed25519 or RSA, PKCS #8, not encrypted.
     *
     * @throws IdentityException where there is none or it cannot be read; it never quotes the key
     */
    public static PrivateKey privateKey(String text) {
        List<Block> keys = blocks(text).stream()
                .filter(block -> block.label().endsWith(PRIVATE_KEY))
                .toList();
        if (keys.size() != 1 || !keys.getFirst().label().equals(PRIVATE_KEY)) {
            throw new IdentityException("there is not exactly one PEM block '" + PRIVATE_KEY
                    + "' (PKCS #8, unencrypted; convert others with: openssl pkcs8 -topk8 -nocrypt)");
        }
        var spec = new PKCS8EncodedKeySpec(keys.getFirst().der());
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Not a key of this kind: each of them knows its own alone.
            }
        }
        throw new IdentityException("the private key is none of " + String.join(", ", KEY_ALGORITHMS));
    }

    /** A block with its last newline. */
    public static String encode(String label, byte[] der) {
        var base64 = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'});
        return BEGIN + label + DASHES + "\n" + new String(base64.encode(der), StandardCharsets.US_ASCII) + "\n" + END
                + label + DASHES + "\n";
    }

    private static byte[] decode(String label, String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new IdentityException("a PEM block " + IdentityException.quote(label) + " is not base64", e);
        }
    }
}
