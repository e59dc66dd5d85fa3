package dev.carnet.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import dev.carnet.client.Json;
import dev.carnet.client.verify.PublishedCheckpoint;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.oms.OmsSigner;
import dev.carnet.proto.oms.TreeBundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code carnet export oms}, with a daemon and without. */
@Timeout(30)
class ExportCommandTest implements OmsSigner {
    private static final String JOB = "00112233445566778899aabbccddeeff";
    private static final int PAGE = 200;

    @TempDir
    private Path temp;

    private KeyPair pair;
    private Shell shell;
    private PublishedCheckpoint checkpoint;
    private byte[] bundle;
    private Path out;

    @Override
    public byte[] publicKey() {
        return pair.getPublic().getEncoded();
    }

    @Override
    public byte[] sign(byte[] sha256) {
        try {
            Signature ecdsa = Signature.getInstance("NONEwithECDSA");
            ecdsa.initSign(pair.getPrivate());
            ecdsa.update(sha256);
            return ecdsa.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void publish() throws Exception {
        KeyPairGenerator maker = KeyPairGenerator.getInstance("EC");
        maker.initialize(new ECGenParameterSpec("secp256r1"));
        pair = maker.generateKeyPair();
        shell = new Shell(temp.resolve("s"));
        out = temp.resolve("out.sig");
        checkpoint = new PublishedCheckpoint(Files.createDirectory(temp.resolve("volume")), "step-1");
        Files.createDirectory(checkpoint.root());
        Files.writeString(checkpoint.root().resolve("weights"), "1.0 2.0");
        Files.writeString(checkpoint.root().resolve("config"), "{}");
        checkpoint.recordIt();
        bundle = make(Hash.BLAKE3);
        Files.write(checkpoint.record("oms.sigstore.json"), bundle);
    }

    /** Of SHA-256 with the digests of BLAKE3, which nobody here reads again. */
    private byte[] make(Hash hash) throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        var measure = TreeBundle.measure(() -> Files.newInputStream(checkpoint.record("tree")), hash, "step-1");
        TreeBundle.write(() -> Files.newInputStream(checkpoint.record("tree")), measure, this, made);
        return made.toByteArray();
    }

    private String keys() {
        ManifestKey key = new ManifestKey(publicKey());
        return FakeDaemon.json(200, Json.write(Map.of("keys", List.of(Map.of("hint", key.hint(), "pem", key.pem())))));
    }

    private static String page(byte[] whole, String request) {
        int offset = Integer.parseInt(request.replaceAll(".*offset=([0-9]+).*", "$1"));
        byte[] some = Arrays.copyOfRange(whole, offset, Math.min(whole.length, offset + PAGE));
        return FakeDaemon.json(
                200,
                Json.write(Map.of(
                        "volume",
                        "models",
                        "name",
                        "step-1",
                        "hash",
                        "x",
                        "size",
                        whole.length,
                        "offset",
                        offset,
                        "content",
                        Base64.getEncoder().encodeToString(some))));
    }

    private static String job(String state, String more) {
        return "{\"id\":\"" + JOB + "\",\"kind\":\"export\",\"volume\":\"models\",\"name\":\"step-1\",\"state\":\""
                + state + "\",\"files\":2,\"bytes\":9,\"bytes_total\":9" + more + "}";
    }

    private Function<String, String> answers(byte[] whole, String ended) {
        return request -> {
            if (request.startsWith("POST /v1/exports")) {
                return FakeDaemon.json(202, job("running", ""));
            }
            if (request.startsWith("GET /v1/jobs/")) {
                return FakeDaemon.json(200, ended);
            }
            return request.startsWith("GET /v1/bundle") ? page(whole, request) : keys();
        };
    }

    @Test
    void the_bundle_that_is_there_is_copied_without_a_daemon() throws IOException {
        assertThat(shell.run("export", "oms", checkpoint.root().toString(), "-o", out.toString()))
                .as(shell.err())
                .isZero();
        assertThat(out).hasBinaryContent(bundle);
        assertThat(shell.out()).contains("2 files with blake3, as step-1").contains("the daemon was not asked");
        assertThat(shell.run("export", "oms", checkpoint.root().toString(), "-o", out.toString()))
                .as("again")
                .isEqualTo(3);
        assertThat(shell.err()).contains("BAD_FILE").contains("is not replaced");
    }

    @Test
    void a_bundle_that_does_not_fit_its_tree_is_not_copied() throws IOException {
        Files.writeString(checkpoint.root().resolve("weights"), "1.0 2.1");
        checkpoint.recordIt();
        assertThat(shell.run("export", "oms", checkpoint.root().toString(), "-o", out.toString(), "--json"))
                .isEqualTo(5);
        assertThat(shell.lastLine().text("code")).isEqualTo("DAMAGED");
        assertThat(shell.lastLine().text("error")).contains("'weights'");
        assertThat(out).doesNotExist();
        try (var left = Files.list(temp)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("volume");
        }
    }

    @Test
    void the_key_is_written_beside_it_and_has_signed_it() throws IOException {
        Path pem = temp.resolve("key.pem");
        try (var daemon = shell.daemon(answers(bundle, ""))) {
            assertThat(shell.run(
                            "export",
                            "oms",
                            checkpoint.root().toString(),
                            "-o",
                            out.toString(),
                            "--public-key",
                            pem.toString(),
                            "--json"))
                    .as(shell.err())
                    .isZero();
            assertThat(daemon.requests()).containsExactly("GET /v1/manifest-keys");
        }
        assertThat(pem).hasContent(new ManifestKey(publicKey()).pem());
        assertThat(shell.lastLine().flag("signature_verified")).isTrue();
    }

    @Test
    void a_bundle_whose_signature_is_broken_is_not_written_nor_is_the_key() throws IOException {
        String text = new String(bundle, UTF_8);
        int at = text.indexOf("\"sig\":\"") + 20;
        char other = text.charAt(at) == 'A' ? 'B' : 'A';
        Files.writeString(
                checkpoint.record("oms.sigstore.json"), text.substring(0, at) + other + text.substring(at + 1));
        Path pem = temp.resolve("key.pem");
        try (var _ = shell.daemon(answers(bundle, ""))) {
            assertThat(shell.run(
                            "export",
                            "oms",
                            checkpoint.root().toString(),
                            "-o",
                            out.toString(),
                            "--public-key",
                            pem.toString()))
                    .isEqualTo(5);
        }
        assertThat(shell.err()).contains("DAMAGED").contains("does not verify with the key");
        assertThat(out).doesNotExist();
        assertThat(pem).doesNotExist();
    }

    @Test
    void a_bundle_of_sha256_is_made_by_the_daemon_and_read_page_by_page() throws IOException {
        byte[] made = make(Hash.SHA256);
        try (var daemon = shell.daemon(answers(made, job("done", "")))) {
            assertThat(shell.run("export", "oms", "--sha256", checkpoint.root().toString(), "-o", out.toString()))
                    .as(shell.err())
                    .isZero();
            assertThat(daemon.requests().getFirst())
                    .isEqualTo("POST /v1/exports {\"path\":\"" + checkpoint.root() + "\"}");
            assertThat(daemon.requests())
                    .contains("GET /v1/bundle?hash=sha256&offset=200&name=step-1&volume=models")
                    .last()
                    .isEqualTo("GET /v1/manifest-keys");
        }
        assertThat(out).hasBinaryContent(made);
        assertThat(shell.out()).contains("model_signing verify key " + checkpoint.root());
    }

    @Test
    void by_name_the_daemon_is_asked_for_what_is_there() throws IOException {
        try (var daemon = shell.daemon(answers(bundle, ""))) {
            assertThat(shell.run("export", "oms", "--daemon", "models/step-1", "-o", out.toString()))
                    .as(shell.err())
                    .isZero();
            assertThat(daemon.requests().getFirst())
                    .isEqualTo("GET /v1/bundle?hash=blake3&offset=0&name=step-1&volume=models");
        }
        assertThat(out).hasBinaryContent(bundle);
    }

    @Test
    void what_the_daemon_sends_has_to_be_what_was_asked_for_and_signed() throws IOException {
        try (var _ = shell.daemon(answers(bundle, job("done", "")))) {
            assertThat(shell.run("export", "oms", "--sha256", checkpoint.root().toString(), "-o", out.toString()))
                    .isEqualTo(5);
            assertThat(shell.err()).contains("a digest of the kind blake3");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void a_job_that_failed_says_why() throws IOException {
        String failed = job("failed", ",\"code\":\"TREE_MISMATCH\",\"reason\":\"'weights' has other bytes\"");
        try (var _ = shell.daemon(answers(bundle, failed))) {
            assertThat(shell.run("export", "oms", "--sha256", checkpoint.root().toString(), "-o", out.toString()))
                    .isEqualTo(5);
        }
        assertThat(shell.err()).contains("TREE_MISMATCH: 'weights' has other bytes");
        assertThat(out).doesNotExist();
    }

    @Test
    void of_a_volume_that_is_only_read_the_daemon_has_the_record() throws IOException {
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        assertThat(shell.run("export", "oms", elsewhere.toString(), "-o", out.toString()))
                .as("nobody answers")
                .isEqualTo(3);
        assertThat(shell.err()).contains("NOT_ON_RECORD");
        try (var daemon = shell.daemon(answers(bundle, ""))) {
            assertThat(shell.run("export", "oms", elsewhere.toString(), "-o", out.toString()))
                    .as(shell.err())
                    .isZero();
            assertThat(daemon.requests().getFirst()).contains("&path=");
        }
        assertThat(out).hasBinaryContent(bundle);
    }

    @Test
    void nothing_is_written_into_the_checkpoint() {
        Path inside = checkpoint.root().resolve("model.sig");
        assertThat(shell.run("export", "oms", checkpoint.root().toString(), "-o", inside.toString()))
                .isEqualTo(2);
        assertThat(shell.err()).contains("one file more than was signed");
        assertThat(inside).doesNotExist();
        assertThat(shell.run("export")).isEqualTo(2);
    }

    @Test
    void a_checkpoint_without_a_bundle_is_told() throws IOException {
        Files.delete(checkpoint.record("oms.sigstore.json"));
        assertThat(shell.run("export", "oms", checkpoint.root().toString(), "-o", out.toString()))
                .isEqualTo(3);
        assertThat(shell.err()).contains("NOT_ON_RECORD: there is no bundle among the records of step-1");
    }
}
