package dev.carnet.proto.oms;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads bundles, also those of others: any JSON that says what OMS v1.0 asks for. It reads twice, since what is signed begins with the length of the payload; each time it holds one resource.
 */
public final class OmsReader {
    static final int STRING_CHARS_MAX = 64 << 10;
    private static final int SIGNATURE_CHARS_MAX = 8 << 10;
    private static final int DEPTH_MAX = 32;

    static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .build())
            .build();

    /** Opens the bundle from its beginning, each time it is asked. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    /** Sees each resource in the order in which they are listed; what it sees counts only when the reading has ended well. */
    @FunctionalInterface
    public interface Visitor {
        void resource(String name, String algorithm, byte[] digest) throws IOException;
    }

    private boolean mediaType;
    private boolean payloadType;
    private @Nullable String signer;
    private @Nullable String hint;
    private boolean logged;
    private boolean payload;
    private byte @Nullable [] signature;

    private OmsReader() {}

    /**
     * Reads a bundle; verifies its form and the digest of its subject, and no signature.
     *
     * @throws OmsException naming the rule that it breaks
     * @throws IOException as the source and the visitor throw it
     */
    public static OmsBundle read(Source source, Visitor visitor) throws IOException {
        long[] bytes = new long[1];
        envelope(source, new OutputStream() {
            @Override
            public void write(int b) {
                bytes[0]++;
            }

            @Override
            public void write(byte[] some, int from, int length) {
                bytes[0] += length;
            }
        });
        MessageDigest signed = ManifestKey.signed(OmsFormat.PAYLOAD_TYPE, bytes[0]);
        StatementReader statement = new StatementReader(signed, visitor);
        OmsReader read = envelope(source, statement);
        statement.end();
        if (statement.bytes() != bytes[0] || read.signer == null || read.signature == null) {
            throw new OmsException("the bundle changed while it was read");
        }
        return new OmsBundle(
                read.signer,
                read.hint,
                statement.model(),
                statement.digest(),
                statement.hash(),
                statement.allowSymlinks(),
                statement.ignored(),
                statement.resources(),
                statement.ordered(),
                signed.digest(),
                read.signature);
    }

    private static OmsReader envelope(Source source, OutputStream payload) throws IOException {
        OmsReader reader = new OmsReader();
        try (InputStream in = source.open();
                JsonParser json = JSON.createParser(in)) {
            reader.bundle(json, payload);
            require(json.nextToken() == null, "bytes after the end of the bundle");
        } catch (JsonProcessingException e) {
            throw new OmsException("not the JSON of a bundle: " + e.getOriginalMessage(), e);
        }
        require(reader.mediaType, "a bundle has a mediaType");
        require(reader.signer != null, "a bundle has verificationMaterial with a publicKey or a certificate");
        require(reader.payload && reader.payloadType, "a bundle has a dsseEnvelope with payload and payloadType");
        require(reader.signature != null, "a bundle has exactly one signature");
        require(
                !"sigstore".equals(reader.signer) || reader.logged,
                "a bundle with a short-lived certificate has tlogEntries");
        return reader;
    }

    private void bundle(JsonParser json, OutputStream to) throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT, "a bundle is a JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "mediaType" -> {
                    exactly(json, value, OmsFormat.MEDIA_TYPE, name);
                    mediaType = true;
                }
                case "verificationMaterial" -> material(json, value);
                case "dsseEnvelope" -> dsse(json, value, to);
                default -> throw new OmsException("a bundle has no member " + shown(name));
            }
        }
    }

    private void material(JsonParser json, @Nullable JsonToken first) throws IOException {
        require(first == JsonToken.START_OBJECT, "verificationMaterial is an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "publicKey" -> {
                    signer("key");
                    key(json, value);
                }
                case "x509CertificateChain" -> {
                    signer("certificate");
                    json.skipChildren();
                }
                case "certificate" -> {
                    signer("sigstore");
                    json.skipChildren();
                }
                case "tlogEntries" -> {
                    require(value == JsonToken.START_ARRAY, "tlogEntries is an array");
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        require(json.currentToken() == JsonToken.START_OBJECT, "an entry of tlogEntries is an object");
                        json.skipChildren();
                        logged = true;
                    }
                }
                default -> json.skipChildren(); // timestamps, and what later versions add
            }
        }
    }

    private void signer(String method) throws OmsException {
        require(signer == null, "verificationMaterial names one signer");
        signer = method;
    }

    private void key(JsonParser json, @Nullable JsonToken first) throws IOException {
        require(first == JsonToken.START_OBJECT, "publicKey is an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            if (json.currentName().equals("hint")) {
                hint = json.nextToken() == JsonToken.VALUE_NULL ? null : text(json, json.currentToken(), "hint");
            } else {
                json.nextToken();
                json.skipChildren();
            }
        }
    }

    private void dsse(JsonParser json, @Nullable JsonToken first, OutputStream to) throws IOException {
        require(first == JsonToken.START_OBJECT, "dsseEnvelope is an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "payload" -> {
                    require(value == JsonToken.VALUE_STRING, "the payload is a string");
                    decode(json, to);
                    payload = true;
                }
                case "payloadType" -> {
                    exactly(json, value, OmsFormat.PAYLOAD_TYPE, name);
                    payloadType = true;
                }
                case "signatures" -> signatures(json, value);
                default -> throw new OmsException("an envelope has no member " + shown(name));
            }
        }
    }

    /** As it is read, whatever its length. */
    private static void decode(JsonParser json, OutputStream to) throws IOException {
        try {
            json.readBinaryValue(to);
        } catch (IllegalArgumentException e) {
            throw new OmsException("the payload is not base64", e);
        }
    }

    private void signatures(JsonParser json, @Nullable JsonToken first) throws IOException {
        require(first == JsonToken.START_ARRAY, "signatures is an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(
                    json.currentToken() == JsonToken.START_OBJECT && signature == null,
                    "a bundle has exactly one signature");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("sig")) {
                    signature = base64(text(json, value, "sig"));
                } else {
                    json.skipChildren(); // keyid: OMS gives it no meaning
                }
            }
        }
    }

    private static byte[] base64(String text) throws OmsException {
        require(text.length() <= SIGNATURE_CHARS_MAX, "a signature of " + text.length() + " characters");
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new OmsException("the signature is not base64", e);
        }
    }

    private static void exactly(JsonParser json, @Nullable JsonToken value, String wanted, String name)
            throws IOException {
        String found = text(json, value, name);
        require(found.equals(wanted), name + " is " + shown(found) + ", not " + wanted);
    }

    private static String text(JsonParser json, @Nullable JsonToken value, String name) throws IOException {
        require(value == JsonToken.VALUE_STRING, name + " is a string");
        return json.getText();
    }

    static void require(boolean holds, String rule) throws OmsException {
        if (!holds) {
            throw new OmsException(rule);
        }
    }

    /** The beginning, for a sentence. */
    static String shown(String text) {
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }
}
