package dev.carnet.client.verify;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What an entry says (SPEC.md, section 11), as a person reads it: the statement inside of the DSSE envelope. No signature is checked here.
 *
 * @param payload the exact bytes that were signed
 * @param body the whole statement
 * @param signatures who signed
 */
public record Statement(byte[] payload, JsonNode body, List<Signature> signatures) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One signature.
     *
     * @param keyId SHA-256 of the key's SubjectPublicKeyInfo, hex
     * @param bytes the length of the signature: 64 for Ed25519, 2,420 for ML-DSA-44
     */
    public record Signature(String keyId, int bytes) {

        /** The algorithm, told by the length. */
        public String algorithm() {
            return switch (bytes) {
                case 64 -> "Ed25519";
                case 2_420 -> "ML-DSA-44";
                default -> bytes + " bytes";
            };
        }
    }

    /**
     * Takes an envelope apart.
     *
     * @throws IOException if it is none; the message says why
     */
    public static Statement read(byte[] envelope) throws IOException {
        if (envelope.length > Limits.ENTRY_BYTES_MAX) {
            throw new IOException("longer than an entry can be");
        }
        try {
            JsonNode outer = JSON.readTree(envelope);
            byte[] payload = Base64.getDecoder().decode(text(outer, "payload"));
            List<Signature> signatures = new ArrayList<>();
            for (JsonNode signature : outer.path("signatures")) {
                signatures.add(new Signature(
                        text(signature, "keyid"), Base64.getDecoder().decode(text(signature, "sig")).length));
            }
            return new Statement(payload, JSON.readTree(payload), List.copyOf(signatures));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException("no DSSE envelope around a JSON statement", e);
        }
    }

    /** The name of the predicate, such as {@code seal}; empty where it is none of ours. */
    public String name() {
        String type = body.path("predicateType").asText("");
        return type.startsWith("https://carnet.dev/") && type.endsWith("/v1")
                ? type.substring("https://carnet.dev/".length(), type.length() - "/v1".length())
                : "";
    }

    /** SHA-256 of the first subject, hex; empty where there is none. */
    public String subject() {
        return body.path("subject").path(0).path("digest").path("sha256").asText("");
    }

    /** The predicate. */
    public JsonNode predicate() {
        return body.path("predicate");
    }

    private static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("no " + name);
        }
        return value.asText();
    }
}
