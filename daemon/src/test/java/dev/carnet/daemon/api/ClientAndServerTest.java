package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.PullRequest;
import dev.carnet.client.PushRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The library and the server understand each other. */
@Timeout(30)
class ClientAndServerTest {
    @TempDir
    private Path temp;

    private final FakeTransfers transfers = new FakeTransfers();
    private LocalApi api;
    private CarnetClient client;

    @BeforeEach
    void start() {
        api = LocalApi.create(temp.resolve("api/d.sock"), transfers, new FakeFacts());
        api.start();
        client = new CarnetClient(api.socket());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static PushRequest request(String name) {
        return new PushRequest("/d/step ü \"100\"", "b", "models", name, true, 5_000_000_000L, 7);
    }

    @Test
    void push_and_look() {
        var transfer = client.push(request("a b/%2f+ü"));
        assertThat(transfer.name()).isEqualTo("a b/%2f+ü");
        assertThat(transfers.requests())
                .containsExactly(new dev.carnet.daemon.transfer.PushRequest(
                        "local",
                        transfers.requests().getFirst().caller(),
                        "/d/step ü \"100\"",
                        "b",
                        "models",
                        "a b/%2f+ü",
                        true,
                        5_000_000_000L,
                        7));
        var again = client.transfer(transfer.id());
        assertThat(again.json().members()).isEqualTo(transfer.json().members());
        assertThat(again.role()).isEqualTo("source");
        assertThat(again.bytesDone()).isEqualTo(500);
        assertThat(again.rateAverage()).isEqualTo(125.5);
        assertThat(again.etaSeconds()).hasValue(4);
        assertThat(again.waitingFor()).isEmpty();
        assertThat(client.transfers(10)).hasSize(1);
        assertThat(client.cancel(transfer.id()).state()).isEqualTo("ABORTED");
    }

    @Test
    void pull_with_everything() {
        var _ = client.pull(new PullRequest(
                "b", "models", "n", "m", "got", List.of("*.bin"), 5_000_000_000L, 7, Map.of("run", "7")));
        assertThat(transfers.pulls)
                .containsExactly(new dev.carnet.daemon.transfer.PullRequest(
                        "local",
                        transfers.pulls.getFirst().caller(),
                        "b",
                        "models",
                        "n",
                        "m",
                        "got",
                        List.of("*.bin"),
                        5_000_000_000L,
                        7,
                        Map.of("run", "7")));
    }

    @Test
    void catalogue_peers_and_doctor() {
        transfers.publish("m", "a/1");
        transfers.publish("m", "a/2 ü&max=1");
        transfers.publish("m", "a/3");
        assertThat(client.checkpoints(10)).hasSize(3);
        assertThat(client.checkpoints("m", "a/2 ü&max=1", 10)).hasSize(1);
        assertThat(client.peers().get(1).whyNot()).hasValue("connection refused by 10.0.0.3:7777");
        assertThat(client.doctor().getFirst().check()).isEqualTo("hash");
        assertThat(client.daemon().hash()).isEqualTo("vector 512");
    }

    @Test
    void a_reload_says_what_is_in_force() {
        var expected = new FakeFacts().reload();
        var answer = client.reload();
        assertThat(answer.flag("ok")).isEqualTo(expected.ok());
        assertThat(answer.text("detail")).isEqualTo(expected.detail());
        assertThat(answer.text("needs_restart"))
                .as("either spelling will do")
                .isEqualTo(answer.text("needsRestart"))
                .isEqualTo(expected.needsRestart());
    }

    @Test
    void a_refusal_keeps_code_status_and_sentence() {
        assertThatThrownBy(() -> client.push(request("NAME_TAKEN"))).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.code()).isEqualTo("NAME_TAKEN");
            assertThat(e.status()).isEqualTo(409);
            assertThat(e.sentence()).isEqualTo("no: NAME_TAKEN");
        });
    }

    @Test
    void a_request_that_is_too_long_still_gets_its_answer() {
        var huge = new PushRequest("/" + "x".repeat(2_000_000), "b", "m", "n", false, 0, 0);
        assertThatThrownBy(() -> client.push(huge))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo("LIMIT"));
    }

    @Test
    void a_daemon_that_does_not_answer_is_not_waited_for() {
        transfers.gate = new CountDownLatch(1);
        var hasty = new CarnetClient(api.socket(), Duration.ofMillis(200));
        assertThatThrownBy(() -> hasty.transfers(1))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ApiException.TIMEOUT));
        transfers.gate.countDown();
    }

    @Test
    void a_daemon_that_is_gone_is_unreachable() {
        api.close();
        assertThatThrownBy(() -> client.daemon())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ApiException.UNREACHABLE))
                .hasMessageContaining("no such socket");
    }
}
