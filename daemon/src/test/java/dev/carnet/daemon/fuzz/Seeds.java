package dev.carnet.daemon.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.JoinAnswer;
import dev.carnet.proto.wire.v1.Control;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Writes the seeds out of proto/vectors and of messages as daemons make them: {@code java … dev.carnet.daemon.fuzz.Seeds}. What is there stays. */
final class Seeds {
    private static final int FEW = 14;
    private static final int BYTES_MAX = 12_000;

    private Seeds() {}

    public static void main(String[] args) throws Exception {
        wire();
        chunks();
        records();
        bindings();
        texts();
        api();
    }

    private static void wire() throws Exception {
        JsonNode control = Vectors.read("wire/control.json");
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.write(40);
        for (JsonNode vector : control.get("valid")) {
            byte[] frame = frame(vector);
            if (frame.length < BYTES_MAX) {
                put("control-message", frame);
                stream.writeBytes(ByteBuffer.allocate(4).putInt(frame.length).array());
                stream.writeBytes(frame);
                Control message = Control.parseFrom(frame);
                if (message.hasOffer()) {
                    put("offer", message.getOffer().getOffer().toByteArray());
                }
                byte[] one = ByteBuffer.allocate(5 + frame.length)
                        .put((byte) 3)
                        .putInt(frame.length)
                        .put(frame)
                        .array();
                put("control-stream", one);
            }
        }
        put("control-stream", stream.toByteArray());
        put("control-stream", new byte[] {1, 0, 1, 0, 0, 0});
        few("control-message", control.get("invalid"), v -> frame(v));
        JsonNode joins = Vectors.read("wire/joins.json");
        few("join", joins.get("valid"), v -> frame(v));
        few("join", joins.get("invalid"), v -> frame(v));
        few(
                "join-answer",
                joins.get("refusals"),
                v -> HexFormat.of().parseHex(v.get("bytes").asText()));
        put("join-answer", JoinAnswer.ACCEPTED.encode());
        put("join-answer", JoinAnswer.refused("no such session; dial again").encode());
    }

    /** Some vectors say a long frame as a beginning and something repeated: those are too long for seeds. */
    private static byte[] frame(JsonNode vector) {
        return vector.has("frame") ? HexFormat.of().parseHex(vector.get("frame").asText()) : new byte[BYTES_MAX];
    }

    private static void chunks() throws Exception {
        byte[] plain = new byte[3000];
        new Random(7).nextBytes(plain);
        java.util.Arrays.fill(plain, 0, 2500, (byte) 3);
        byte[] packed = Zstd.compress(plain);
        byte[] raw = frame(ChunkHeader.CODEC_RAW, 1, 700, java.util.Arrays.copyOf(plain, 700));
        byte[] zstd = frame(ChunkHeader.CODEC_ZSTD, 1, plain.length, packed);
        byte[] old = frame(ChunkHeader.CODEC_RAW, 7, 300, java.util.Arrays.copyOf(plain, 300));
        for (byte[] one : List.of(raw, zstd, old)) {
            put("chunk-header", java.util.Arrays.copyOf(one, ChunkHeader.BYTES));
        }
        for (int kind : new int[] {2, 3, 4}) {
            byte[] other = java.util.Arrays.copyOf(raw, ChunkHeader.BYTES);
            other[0] = (byte) kind;
            put("chunk-header", other);
        }
        put("chunk-stream", join(new byte[] {5}, raw, old, zstd, raw));
        put("chunk-stream", join(new byte[] {0}, zstd, java.util.Arrays.copyOf(raw, 400)));
        for (int level : new int[] {1, 19}) {
            byte[] frame = Zstd.compress(plain, level);
            put("zstd-chunk", join(length(plain.length), frame));
            put("zstd-chunk", join(length(plain.length - 1), frame));
            put("zstd-chunk", join(length(plain.length), frame, frame));
        }
        byte[] zeros = new byte[1 << 20];
        put("zstd-chunk", join(length(zeros.length), Zstd.compress(zeros)));
        put("zstd-chunk", join(length(64), Zstd.compress(zeros)));
    }

    private static byte[] frame(byte codec, int attempt, int length, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(ChunkHeader.BYTES + payload.length);
        new ChunkHeader(ChunkHeader.KIND_DATA, codec, attempt, new byte[16], 1, 0, length, payload.length, new byte[32])
                .write(out);
        return out.put(payload).array();
    }

    private static byte[] length(int length) {
        return new byte[] {(byte) (length >> 16), (byte) (length >> 8), (byte) length};
    }

    private static void records() throws Exception {
        few("canonical-json", Vectors.read("json/valid.json"), v -> Vectors.base64(v, "base64"));
        few("canonical-json", Vectors.read("json/invalid.json"), v -> Vectors.base64(v, "base64"));
        JsonNode envelopes = Vectors.read("record/envelopes.json");
        few("envelope", envelopes.get("valid"), v -> Vectors.base64(v, "base64"));
        few("envelope", envelopes.get("invalid"), v -> Vectors.base64(v, "base64"));
        JsonNode statements = Vectors.read("record/statements.json");
        few("statement", statements.get("valid"), v -> v.get("payload").asText().getBytes(UTF_8));
        few(
                "statement",
                statements.get("invalid"),
                v -> v.get("payload").asText().getBytes(UTF_8));
        put("sessions-more", statements.get("sessionsMore").get("text").asText().getBytes(UTF_8));
        put("chunk-list", statements.get("chunks").get("text").asText().getBytes(UTF_8));
        put("chunk-list", "carnet-chunks v1\n".getBytes(UTF_8));
        byte[] key = "transfer/0123456789abcdef0123456789abcdef/seal".getBytes(UTF_8);
        byte[] envelope = Vectors.base64(envelopes.get("valid").get(0), "base64");
        byte[] record = ByteBuffer.allocate(88 + key.length + envelope.length)
                .putLong(0x4341524e45544a31L)
                .putLong(3)
                .putInt(key.length)
                .putInt(envelope.length)
                .put(new byte[32])
                .put(MessageDigest.getInstance("SHA-256").digest(envelope))
                .put(key)
                .put(envelope)
                .array();
        put("journal-record", record);
        put("journal-record", join(record, new byte[3]));
    }

    private static void bindings() throws Exception {
        JsonNode bindings = Vectors.read("record/bindings.json");
        for (String kind : new String[] {"valid", "invalid"}) {
            int count = 0;
            for (JsonNode vector : bindings.get(kind)) {
                byte[] binding = Vectors.base64(vector, "binding");
                byte[] proof = Vectors.base64(vector, "proof");
                if (kind.equals("valid") && binding.length + proof.length < 2 * BYTES_MAX && count++ < 3) {
                    byte[] length = ByteBuffer.allocate(2)
                            .putShort((short) binding.length)
                            .array();
                    put("key-binding", join(length, binding, proof));
                    put("key-proof", proof);
                    KeyProof read = KeyProof.read(proof);
                    put("key-list", read.list());
                    for (byte[] der : read.chain()) {
                        put("certificate", der);
                        String text = "-----BEGIN CERTIFICATE-----\n"
                                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END CERTIFICATE-----\n";
                        put("pem", text.getBytes(UTF_8));
                    }
                }
            }
        }
        put(
                "pem",
                "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIGCw/rbBoo8v60bz08FdEE/dXnz+nmU3FMxrTh8aM+ws\n-----END PRIVATE KEY-----\n"
                        .getBytes(UTF_8));
        for (String id : List.of(
                "spiffe://example.org/carnet/north",
                "spiffe://example.org",
                "spiffe://a.b-c_d/%41",
                "spiffe://x//y",
                "SPIFFE://x/y",
                "spiffe://x/../y")) {
            put("spiffe-id", id.getBytes(UTF_8));
        }
    }

    private static void texts() throws Exception {
        few("tree", Vectors.read("tree/valid.json"), v -> v.get("text").asText().getBytes(UTF_8));
        few("tree", Vectors.read("tree/invalid.json"), v -> Vectors.base64(v, "base64"));
        Path example =
                Corpus.root().resolveSibling("../../conf/carnetd.example.toml").normalize();
        String text = Files.readString(example);
        put("config", text.getBytes(UTF_8));
        put(
                "config",
                text.replaceAll("(?m)^#.*\n", "").replaceAll("(?m)^\n", "").getBytes(UTF_8));
        put("config", text.replaceAll("(?m)^# ?([a-z\\[].*)$", "$1").getBytes(UTF_8));
        put(
                "config",
                "[daemon]\nstate = \"/var/lib/carnet\"\nlisten = \"[::]:7443\"\n[identity]\ncertificate = \"c\"\nkey = \"k\"\n[identity.trust]\n\"example.org\" = [\"a\", \"b\"]\n"
                        .getBytes(UTF_8));
        VerifyTarget verify = new VerifyTarget();
        for (int i = 0; i < VerifyTarget.RECORDS.length; i++) {
            put("verify-records", join(new byte[] {(byte) i}, verify.good(VerifyTarget.RECORDS[i])));
        }
    }

    private static void api() throws Exception {
        String body =
                "{\"source\":\"/srv/run\",\"peer\":\"south\",\"volume\":\"models\",\"name\":\"a/b\",\"streams\":4,\"bytesPerSecondMax\":1000,\"dereference\":true}";
        put("api-body", body.getBytes(UTF_8));
        put("api-body", "{\"source\":1,\"source\":\"/x\",\"other\":[[[{}]]]}".getBytes(UTF_8));
        put("api-body", "{\"source\":\"/\\ud800\",\"peer\":\"\\u0000\",\"streams\":1e3}".getBytes(UTF_8));
        String post = "POST /v1/transfers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        put("api-connection", (post + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(UTF_8));
        put("api-connection", (post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").getBytes(UTF_8));
        put(
                "api-connection",
                "GET /v1/checkpoints?volume=models&after=a&max=3 HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/transfers?max=0 HTTP/1.1\r\n\r\n"
                        .getBytes(UTF_8));
        put(
                "api-connection",
                "GET /v1/doctor HTTP/1.1\r\nConnection: close\r\n\r\nGET /v1/peers HTTP/1.0\r\n\r\n".getBytes(UTF_8));
        put(
                "api-connection",
                "POST /v1/transfers/0123abcd/cancel HTTP/1.1\r\nContent-Length: 0\r\n\r\nDELETE /v1/daemon HTTP/1.1\r\n\r\nGET /%zz?%f HTTP/1.1\r\n\r\n"
                        .getBytes(UTF_8));
        put("api-connection", (post + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n").getBytes(UTF_8));
    }

    private interface Bytes {
        byte[] of(JsonNode vector) throws Exception;
    }

    private static void few(String target, JsonNode vectors, Bytes bytes) throws Exception {
        int step = Math.max(1, vectors.size() / FEW);
        for (int i = 0; i < vectors.size(); i += step) {
            byte[] input = bytes.of(vectors.get(i));
            if (input.length < BYTES_MAX) {
                put(target, input);
            }
        }
    }

    private static void put(String target, byte[] input) throws IOException, GeneralSecurityException {
        String name =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(input), 0, 8);
        Files.write(Files.createDirectories(Corpus.folder(target)).resolve(name), input);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
