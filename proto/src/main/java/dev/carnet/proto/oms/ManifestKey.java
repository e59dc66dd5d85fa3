package dev.carnet.proto.oms;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.ledger.Spki;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** The public half of a manifest key: EC P-256, which signs bundles. */
public final class ManifestKey {
    private static final int PEM_COLUMNS = 64;

    private final byte[] spki;
    private final PublicKey key;

    /**
     * Takes a key.
     *
     * @param spki DER SubjectPublicKeyInfo
     * @throws dev.carnet.proto.ledger.StatementException if these bytes are no P-256 key in its one form
     */
    public ManifestKey(byte[] spki) {
        Spki.checkP256(spki);
        this.spki = spki.clone();
        try {
            key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /** As a file of other people's tools: PEM, lines of {@value #PEM_COLUMNS} characters that end in a newline. */
    public String pem() {
        String base64 = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(spki);
        return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
    }

    /** By which a bundle names the key: lower-case hex SHA-256 of {@link #pem}. */
    public String hint() {
        return HexFormat.of().formatHex(sha256().digest(pem().getBytes(US_ASCII)));
    }

    /** Whether the key has signed the message of this SHA-256; {@code signature} is ECDSA's in DER. */
    public boolean verifies(byte[] sha256, byte[] signature) {
        try {
            Signature ecdsa = Signature.getInstance("NONEwithECDSA");
            ecdsa.initVerify(key);
            ecdsa.update(sha256);
            return ecdsa.verify(signature);
        } catch (java.security.SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has ECDSA", e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** SHA-256, begun with what DSSE signs before the payload itself. */
    static MessageDigest signed(String payloadType, long payloadBytes) {
        MessageDigest digest = sha256();
        byte[] type = payloadType.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        digest.update(("DSSEv1 " + type.length + " ").getBytes(US_ASCII));
        digest.update(type);
        digest.update((" " + payloadBytes + " ").getBytes(US_ASCII));
        return digest;
    }
}
