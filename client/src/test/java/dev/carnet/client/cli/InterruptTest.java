package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process that is told to end while it waits. SIGTERM stands for Ctrl-C: a build may run where SIGINT is ignored, and both run the same hook. */
@Timeout(60)
class InterruptTest {
    private static final String ID = "3f2a91bc00000000000000000000beef";
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path temp;

    @Test
    void a_push_that_is_interrupted_goes_on_in_the_daemon() throws Exception {
        String open = PullAndPauseTest.transfer("OPEN", false, "");
        assertThat(interrupted(r -> FakeDaemon.json(200, open), "GET /v1/transfers/", "push", "/d/x", "b:m/n"))
                .contains("The transfer goes on in the daemon.")
                .contains("`carnet status " + ID + " --watch` follows it")
                .contains("`carnet cancel " + ID + "` stops it");
    }

    @Test
    void a_pull_that_is_interrupted_goes_on_in_the_daemon() throws Exception {
        String open = PullAndPauseTest.transfer("RECEIVING", false, "");
        assertThat(interrupted(r -> FakeDaemon.json(200, open), "GET /v1/transfers/", "pull", "b:m/n", "m/n"))
                .contains("The transfer goes on in the daemon.");
    }

    @Test
    void a_seal_that_is_interrupted_is_cancelled() throws Exception {
        String job = "{\"id\":\"" + ID + "\",\"kind\":\"seal\",\"volume\":\"m\",\"name\":\"n\",\"state\":\"%s\"}";
        assertThat(interrupted(
                        r -> FakeDaemon.json(200, job.formatted(r.contains("/cancel") ? "cancelled" : "running")),
                        "GET /v1/jobs/",
                        "seal",
                        "/d/x"))
                .contains("The job " + ID + " is cancelled; nothing of it is on record.");
    }

    /** What a command said on standard error by the time it was gone; it is ended once it has asked for {@code awaited}. */
    private String interrupted(Function<String, String> answers, String awaited, String... words) throws Exception {
        var asked = new CountDownLatch(1);
        try (var daemon = new FakeDaemon(temp.resolve("s"), request -> {
            if (request.startsWith(awaited)) {
                asked.countDown();
            }
            return answers.apply(request);
        })) {
            var process = start(words);
            assertThat(asked.await(30, TimeUnit.SECONDS))
                    .as("%s", daemon.requests())
                    .isTrue();
            process.toHandle().destroy(); // Process.destroy would close the streams too
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isEqualTo(TERMINATED);
            return said;
        }
    }

    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(words));
        command.addAll(List.of("--socket", temp.resolve("s").toString()));
        return new ProcessBuilder(command).start();
    }
}
