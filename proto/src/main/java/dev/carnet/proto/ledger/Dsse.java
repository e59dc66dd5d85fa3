package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A DSSE envelope, in the one form that SPEC section 11 allows: RFC 8785 JSON, signatures sorted by key id, no key twice.
 *
 * @param payload the statement's canonical bytes
 * @param signatures sorted by key id; 1 to {@value Limits#SIGNATURES_MAX}
 */
public record Dsse(byte[] payload, List<Signature> signatures) {
    public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /** Object, array, object: an envelope nests no deeper. */
    private static final int DEPTH_MAX = 3;

    /**
     * One signature.
     *
     * @param keyId hex SHA-256 of the key's SubjectPublicKeyInfo
     * @param value 1 to {@value Signatures#MLDSA44_BYTES} bytes
     */
    public record Signature(String keyId, byte[] value) {
        /**
         * Makes one.
         *
         * @throws StatementException if id or value cannot be those of a signature
         */
        public Signature {
            Forms.digest(keyId, "keyid");
            Forms.between(value.length, 1, Signatures.MLDSA44_BYTES, "the number of bytes of a signature");
        }
    }

    /**
     * Makes one; the order of the signatures does not matter.
     *
     * @throws StatementException if there is no signature, or too many, or a key signs twice
     */
    public Dsse {
        signatures = signatures.stream()
                .sorted(Comparator.comparing(Signature::keyId))
                .toList();
        Forms.between(signatures.size(), 1, Limits.SIGNATURES_MAX, "the number of signatures");
        Forms.require(
                signatures.stream().map(Signature::keyId).distinct().count() == signatures.size(),
                "a key has signed twice");
    }

    /**
     * Reads an envelope; verifies nothing.
     *
     * @throws StatementException if the bytes are not exactly what {@link #encode} gives, or more than {@link Limits#ENTRY_BYTES_MAX}
     */
    public static Dsse parse(byte[] envelope) {
        Members members =
                new Members(CanonicalJson.readObject(envelope, Limits.ENTRY_BYTES_MAX, DEPTH_MAX), "envelope");
        byte[] payload = members.base64("payload");
        Forms.require(
                members.string("payloadType").equals(PAYLOAD_TYPE), "envelope.payloadType is not " + PAYLOAD_TYPE);
        List<Members> elements = members.objects("signatures");
        members.end();
        Forms.between(elements.size(), 1, Limits.SIGNATURES_MAX, "the number of signatures");
        List<Signature> signatures = new ArrayList<>();
        for (Members element : elements) {
            signatures.add(new Signature(element.string("keyid"), element.base64("sig")));
            element.end();
        }
        Dsse dsse = new Dsse(payload, signatures);
        // The text was canonical, and so was each base64 in it: only this order is left that could be another.
        Forms.require(dsse.signatures().equals(signatures), "the signatures of an envelope are sorted by keyid");
        return dsse;
    }

    /**
     * The envelope's bytes.
     *
     * @throws StatementException if they are more than {@link Limits#ENTRY_BYTES_MAX}
     */
    public byte[] encode() {
        Base64.Encoder base64 = Base64.getEncoder();
        byte[] envelope = CanonicalJson.write(Map.of(
                "payload",
                base64.encodeToString(payload),
                "payloadType",
                PAYLOAD_TYPE,
                "signatures",
                signatures.stream()
                        .map(s -> Map.of("keyid", s.keyId(), "sig", base64.encodeToString(s.value())))
                        .toList()));
        Forms.require(
                envelope.length <= Limits.ENTRY_BYTES_MAX,
                "an envelope of " + envelope.length + " bytes; the limit is " + Limits.ENTRY_BYTES_MAX);
        return envelope;
    }

    /** What is signed: DSSE's pre-authentication encoding of the payload. */
    public static byte[] pae(byte[] payload) {
        String head = "DSSEv1 " + PAYLOAD_TYPE.length() + " " + PAYLOAD_TYPE + " " + payload.length + " ";
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + payload.length);
        out.writeBytes(head.getBytes(US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /**
     * The same payload with more signatures.
     *
     * @throws StatementException if one of the keys has signed already
     */
    public Dsse with(List<Signature> more) {
        List<Signature> all = new ArrayList<>(signatures);
        all.addAll(more);
        return new Dsse(payload, all);
    }

    /** SHA-256 of the payload, lower-case hex: what joins two ledgers. */
    public String payloadDigest() {
        return Digests.sha256Hex(payload);
    }
}
