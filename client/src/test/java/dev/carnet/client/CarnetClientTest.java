package dev.carnet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the library makes of daemons that are well, odd, silent or gone. */
@Timeout(30)
class CarnetClientTest {
    @TempDir
    private Path temp;

    private Path socket() {
        return temp.resolve("s");
    }

    private static void assertCode(Runnable call, String code) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void requests_are_well_formed() throws IOException {
        try (var daemon =
                new FakeDaemon(socket(), r -> FakeDaemon.json(200, "{\"checkpoints\":[],\"transfers\":[]}"))) {
            var client = new CarnetClient(socket());
            client.transfers(7);
            client.checkpoints("m", "a b/ü&+%", 3);
            assertThat(daemon.requests())
                    .containsExactly(
                            "GET /v1/transfers?max=7",
                            "GET /v1/checkpoints?volume=m&after=a%20b%2F%C3%BC%26%2B%25&max=3");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{]",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{} x",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"transfers\":[1]",
                "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"transfers\":[1]}",
                "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"transfers\":7}",
                "HTTP/1.1 500 x\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
                "nonsense\r\n\r\n"
            })
    void an_odd_daemon_is_called_odd(String response) throws IOException {
        try (var daemon = new FakeDaemon(socket(), r -> response)) {
            assertCode(() -> new CarnetClient(socket()).transfers(1), ApiException.PROTOCOL);
            assertThat(daemon.requests()).hasSize(1);
        }
    }

    /** As one that is killed: it may come back, and is waited for. */
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"trans"})
    void a_daemon_that_leaves_in_the_middle_is_away(String response) throws IOException {
        try (var daemon = new FakeDaemon(socket(), r -> response)) {
            assertCode(() -> new CarnetClient(socket()).transfers(1), ApiException.UNREACHABLE);
            assertThat(daemon.requests()).hasSize(1);
        }
    }

    @Test
    void a_silent_daemon_is_not_waited_for() throws IOException {
        try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket()));
            long begun = System.nanoTime();
            assertCode(() -> new CarnetClient(socket(), Duration.ofMillis(200)).transfers(1), ApiException.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_daemon_that_dribbles_is_not_waited_for() throws IOException {
        try (var daemon = new FakeDaemon(socket(), r -> {
            try {
                Thread.sleep(600);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "HTTP/1.1 200 OK\r\n";
        })) {
            assertCode(() -> new CarnetClient(socket(), Duration.ofMillis(200)).transfers(1), ApiException.TIMEOUT);
            assertThat(daemon.requests()).hasSize(1);
        }
    }

    @Test
    void nobody_there() throws IOException {
        var client = new CarnetClient(socket());
        assertCode(() -> client.transfers(1), ApiException.UNREACHABLE);
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThatThrownBy(() -> client.transfers(1)).hasMessageContaining("nobody listens");
        assertCode(() -> new CarnetClient(temp.resolve("x".repeat(200))).daemon(), ApiException.UNREACHABLE);
    }

    @Test
    void the_socket_is_looked_for_in_order() throws IOException {
        var runtime = Files.createDirectories(temp.resolve("carnet")).resolve("carnetd.sock");
        Map<String, String> environment = Map.of(
                "XDG_RUNTIME_DIR",
                temp.toString(),
                "XDG_CONFIG_HOME",
                temp.resolve("none").toString());
        assertThat(DaemonSocket.find(environment)).isEqualTo(DaemonSocket.SYSTEM);
        Files.createFile(Files.createDirectories(temp.resolve("config/carnet")).resolve("carnetd.toml"));
        assertThat(DaemonSocket.find(Map.of(
                        "XDG_RUNTIME_DIR",
                        temp.toString(),
                        "XDG_CONFIG_HOME",
                        temp.resolve("config").toString())))
                .as("who has configured a daemon of his own means that one, even while it is not there")
                .isEqualTo(runtime);
        var state = temp.resolve("state/carnet/run/carnetd.sock");
        Map<String, String> bare =
                Map.of("XDG_STATE_HOME", temp.resolve("state").toString());
        if (!Files.exists(Path.of("/run/user/" + UserFolders.uid().orElseThrow()))) {
            Files.createFile(Files.createDirectories(state.getParent()).resolve("carnetd.sock"));
            assertThat(DaemonSocket.find(bare)).isEqualTo(state);
        }
        Files.createFile(runtime);
        assertThat(DaemonSocket.find(environment)).isEqualTo(runtime);
        assertThat(DaemonSocket.find(Map.of("XDG_RUNTIME_DIR", temp.toString(), "CARNET_SOCKET", "/x/y")))
                .isEqualTo(Path.of("/x/y"));
        assertThat(DaemonSocket.candidates(Map.of())).last().isEqualTo(DaemonSocket.SYSTEM);
    }
}
