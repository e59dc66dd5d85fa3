package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class IdentityCommandTest {
    private static final String NORTH = "spiffe://example.org/carnet/north";

    @TempDir
    Path work;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void the_steps_of_the_help_work() throws Exception {
        assertThat(run("ca", "--trust-domain", "example.org", "--out", "ca")).isZero();
        assertThat(run("request", "--id", NORTH, "--out", "node")).isZero();
        assertThat(run("sign", "--ca", "ca", "--request", "node/request.pem", "--out", "north.pem", "--days", "7"))
                .isZero();
        assertThat(out.toString()).contains("spiffeId          " + NORTH, "digitalSignature", "serverAuth, clientAuth");
        assertThat(run("install", "--certificate", "north.pem", "--ca", "ca/ca.pem", "--into", "node"))
                .isZero();
        assertThat(work.resolve("node/cert.pem")).hasSameBinaryContentAs(work.resolve("north.pem"));
        assertThat(work.resolve("node/trust.pem")).hasSameBinaryContentAs(work.resolve("ca/ca.pem"));
        assertThat(out.toString()).doesNotContain("PRIVATE");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void every_step_speaks_json() throws Exception {
        assertThat(json("ca", "--trust-domain", "example.org", "--out", "ca")
                        .get("kind")
                        .asText())
                .isEqualTo("CA certificate");
        assertThat(json("request", "--id", NORTH, "--out", "node")
                        .get("spiffeId")
                        .asText())
                .isEqualTo(NORTH);
        JsonNode signed = json("sign", "--ca", "ca", "--request", "node/request.pem", "--out", "north.pem");
        assertThat(signed.get("written").asText()).endsWith("north.pem");
        JsonNode installed = json(
                "install", "--certificate", "north.pem", "--ca", "ca/ca.pem", "--key", "node/key.pem", "--into", "in");
        assertThat(installed.get("key").asText()).endsWith("in/key.pem");
        assertThat(work.resolve("in/key.pem")).hasSameBinaryContentAs(work.resolve("node/key.pem"));
        JsonNode shown = json("show", "north.pem").get("found").get(0);
        assertThat(shown.get("sha256")).isEqualTo(signed.get("sha256"));
        assertThat(json("show", "node/request.pem").get("found").get(0).get("keySha256"))
                .isEqualTo(signed.get("keySha256"));
    }

    @Test
    void what_fails_says_one_sentence() throws Exception {
        assertThat(run("ca", "--trust-domain", "example.org", "--out", "ca")).isZero();
        assertThat(run("ca", "--trust-domain", "example.org", "--out", "ca")).isEqualTo(3);
        assertThat(err.toString())
                .startsWith("carnet: BAD_FILE: ")
                .contains("ca-key.pem is there already and is not replaced")
                .hasLineCount(2);
        assertThat(run("request", "--id", "spiffe://other.org/x", "--out", "node"))
                .isZero();
        assertThat(run("sign", "--ca", "ca", "--request", "node/request.pem", "--out", "x.pem"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("its own trust domain alone");
        assertThat(work.resolve("x.pem")).doesNotExist();
        assertThat(run("sign", "--ca", "ca", "--request", "none.pem", "--out", "x.pem"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("none.pem does not exist");
        Files.writeString(work.resolve("empty.pem"), "");
        assertThat(run("show", "empty.pem")).isEqualTo(3);
    }

    @Test
    void a_wrong_command_line_is_usage() {
        assertThat(run("request", "--id", "spiffe://Example.org/x", "--out", "node"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("bad SPIFFE ID");
        assertThat(run("ca", "--trust-domain", "a b", "--out", "ca")).isEqualTo(2);
        assertThat(run("ca")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(work).isEmptyDirectory();
    }

    private JsonNode json(String... args) throws Exception {
        String[] all = java.util.Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--json";
        out.getBuffer().setLength(0);
        assertThat(run(all)).as(err.toString()).isZero();
        assertThat(out.toString()).hasLineCount(1);
        return new ObjectMapper().readTree(out.toString());
    }

    /** Paths are relative to the work folder. */
    private int run(String... args) {
        String[] absolute = args.clone();
        for (int i = 0; i < args.length; i++) {
            boolean path = args[0].equals("show")
                    ? i == 1
                    : i > 0
                            && java.util.List.of("--out", "--ca", "--request", "--certificate", "--into", "--key")
                                    .contains(args[i - 1]);
            if (path) {
                absolute[i] = work.resolve(args[i]).toString();
            }
        }
        return new CommandLine(new IdentityCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(absolute);
    }
}
