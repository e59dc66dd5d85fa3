package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.client.verify.PublishedCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

    @TempDir
    Path volume;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private PublishedCheckpoint checkpoint;

    @BeforeEach
    void publish() throws IOException {
        checkpoint = new PublishedCheckpoint(volume, "step-1");
        Files.createDirectory(checkpoint.root());
        Files.writeString(checkpoint.root().resolve("weights"), "1.0 2.0");
        checkpoint.recordIt();
    }

    @Test
    void saysThatItVerifiesAndHowItCompared() {
        assertThat(run("verify", checkpoint.root().toString())).isZero();
        assertThat(out.toString())
                .startsWith("step-1 verifies: 1 file, 7 bytes")
                .contains("modes           compared as recorded, without a mask")
                .contains("signatures are not checked here");
    }

    @Test
    void everyDifferenceIsALineAndTheExitCodeIsFive() throws IOException {
        Files.writeString(checkpoint.root().resolve("weights"), "1.0 2.1");
        Files.writeString(checkpoint.root().resolve("extra"), "");
        assertThat(run("verify", checkpoint.root().toString())).isEqualTo(5);
        assertThat(out.toString())
                .contains("extra: is not on record: an extra file\n")
                .contains("weights: its bytes differ in 1 of 1 chunk: chunk 0 (bytes 0 to 6)\n")
                .contains("step-1 DOES NOT VERIFY");
        assertThat(run("verify", "--json", checkpoint.root().toString())).isEqualTo(5);
        assertThat(last().path("ok").asBoolean(true)).isFalse();
        assertThat(last().path("differences").size()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void jsonIsOneObjectOnTheLastLine() throws IOException {
        assertThat(run(
                        "verify",
                        "--json",
                        "--mode-mask",
                        "0777",
                        checkpoint.root().toString()))
                .isZero();
        assertThat(last().path("ok").asBoolean()).isTrue();
        assertThat(last().path("mode_mask").asText()).isEqualTo("0777");
        assertThat(last().path("tree_digest").asText()).hasSize(64);
        assertThat(last().path("bytes").asLong()).isEqualTo(7);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void whatIsNotOnRecordIsRefused() throws IOException {
        assertThat(run("verify", "--json", volume.resolve("other").toString())).isEqualTo(3);
        assertThat(err.toString())
                .startsWith("carnet: NOT_ON_RECORD: nothing was published as")
                .contains("carnet ls");
        assertThat(last().path("code").asText()).isEqualTo("NOT_ON_RECORD");
        Files.writeString(checkpoint.record("tree"), "damage");
        assertThat(run("verify", checkpoint.root().toString())).isEqualTo(5);
        Files.delete(checkpoint.record("tree"));
        assertThat(run("verify", "--json", checkpoint.root().toString())).isEqualTo(5);
        assertThat(err.toString())
                .contains("carnet: DAMAGED: "
                        + checkpoint.record("name").toRealPath().resolveSibling("tree"))
                .doesNotContain("bug");
        assertThat(last().path("code").asText()).isEqualTo("DAMAGED");
    }

    @Test
    void wrongUseIsUsage() {
        assertThat(run("verify")).isEqualTo(2);
        assertThat(run("verify", "--mode-mask", "9", checkpoint.root().toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("an octal number such as 0750");
        assertThat(run(
                        "demo",
                        "--work",
                        volume.resolve("w").toString(),
                        volume.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("start the demo through the launcher");
    }

    private JsonNode last() throws IOException {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    private int run(String... words) {
        Env env = new Env(
                java.io.InputStream.nullInputStream(),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of(),
                false,
                80,
                System::nanoTime,
                time -> {});
        return Main.commandLine(env).execute(words);
    }
}
