package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.FakeDaemon;
import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ledgers in directories, behind URLs and behind the daemon's socket; whoever serves them. */
@Timeout(60)
class FilesTest {
    @TempDir
    Path temp;

    private HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void at(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            handler.handle(exchange);
        });
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void files(String context, Path directory) {
        at(context, exchange -> {
            Path file = directory.resolve(exchange.getRequestURI().getPath().substring(context.length()));
            if (Files.isRegularFile(file)) {
                answer(exchange, 200, Files.readAllBytes(file));
            } else {
                answer(exchange, 404, new byte[0]);
            }
        });
    }

    private TestLedger ledger(int entries) {
        TestLedger ledger = new TestLedger("spiffe://example.org/north", temp.resolve("identity"));
        while (ledger.size() < entries) {
            ledger.refuse(ledger.size());
        }
        return ledger;
    }

    @Test
    void a_ledger_behind_a_url_verifies_as_it_does_in_its_directory() throws IOException {
        TestLedger ledger = ledger(300);
        files("/north/", ledger.write(temp.resolve("north")));
        Trust trust = TestLedger.trust(ledger.trusted(), "quorum none\n");
        for (String base : List.of(url("/north"), url("/north/"))) {
            var result = LedgerCheck.run(HttpFiles.of(base), trust, EntryVisitor.NONE);
            assertThat(result.findings()).isEmpty();
            assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
        }
        assertThat(asked).contains("/north/checkpoint", "/north/tile/entries/000", "/north/tile/1/000.p/1");
        assertThat(asked.stream().filter("/north/checkpoint"::equals))
                .as("the log checkpoint is read once a time")
                .hasSize(2);
    }

    /** Between the log checkpoint and the rest a daemon has gone on, and taken the partial tiles away. */
    @Test
    void a_partial_tile_that_is_gone_is_the_beginning_of_the_full_one_or_of_a_newer_one() throws IOException {
        TestLedger ledger = ledger(300);
        byte[] old = ledger.note().encode();
        Trust trust = TestLedger.trust(ledger.trusted(), "quorum none\n");
        for (int size : new int[] {301, 511, 600}) {
            while (ledger.size() < size) {
                ledger.refuse(ledger.size());
            }
            Path grown = ledger.write(temp.resolve("grown" + size));
            assertThat(grown.resolve("tile/0/001.p/44")).doesNotExist();
            AtomicBoolean read = new AtomicBoolean();
            files("/" + size + "/", grown);
            at(
                    "/" + size + "/checkpoint",
                    exchange -> answer(
                            exchange, 200, read.getAndSet(true) ? ledger.note().encode() : old));
            var result = LedgerCheck.run(HttpFiles.of(url("/" + size + "/")), trust, EntryVisitor.NONE);
            assertThat(result.findings()).isEmpty();
            assertThat(result.checkpoint().checkpoint().size()).isEqualTo(300);
        }
    }

    @Test
    void a_tile_that_is_not_there_at_all_is_told() throws IOException {
        Path here = ledger(300).write(temp.resolve("here"));
        Files.delete(here.resolve("tile/0/001.p/44"));
        var result = LedgerCheck.run(new DirectoryFiles(here), Trust.NONE, EntryVisitor.NONE);
        assertThat(result.findings()).last().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(Kind.UNREADABLE);
            assertThat(found.place()).isEqualTo("tile/0/001.p/44");
        });
    }

    @Test
    void an_error_is_not_an_absence() {
        at("/", exchange -> answer(exchange, 500, new byte[0]));
        var result = LedgerCheck.run(HttpFiles.of(url("/")), Trust.NONE, EntryVisitor.NONE);
        assertThat(result.findings()).singleElement().satisfies(f -> {
            assertThat(f.kind()).isEqualTo(Kind.UNREADABLE);
            assertThat(f.sentence()).contains("HTTP status 500");
        });
        assertThat(result.verdict()).isEqualTo(Verdict.UNREADABLE);
    }

    @Test
    void redirects_are_followed_within_their_scheme_and_not_for_ever() throws IOException {
        at("/from/", exchange -> {
            exchange.getResponseHeaders().add("Location", "/to/checkpoint");
            answer(exchange, 302, new byte[0]);
        });
        at("/to/", exchange -> answer(exchange, 200, "found".getBytes(UTF_8)));
        assertThat(HttpFiles.of(url("/from/")).read("checkpoint", 100))
                .hasValueSatisfying(
                        bytes -> assertThat(new String(bytes, UTF_8)).isEqualTo("found"));
        at("/file/", exchange -> {
            exchange.getResponseHeaders().add("Location", "file:///etc/passwd");
            answer(exchange, 301, new byte[0]);
        });
        assertThatThrownBy(() -> HttpFiles.of(url("/file/")).open("checkpoint")).hasMessageContaining("another scheme");
        at("/secure/", exchange -> {
            exchange.getResponseHeaders().add("Location", "https://127.0.0.1/x");
            answer(exchange, 301, new byte[0]);
        });
        assertThatThrownBy(() -> HttpFiles.of(url("/secure/")).open("checkpoint"))
                .hasMessageContaining("another scheme");
        at("/round/", exchange -> {
            exchange.getResponseHeaders().add("Location", "/round/again");
            answer(exchange, 307, new byte[0]);
        });
        assertThatThrownBy(() -> HttpFiles.of(url("/round/")).open("checkpoint"))
                .hasMessageContaining("redirects");
    }

    @Test
    void more_bytes_than_a_file_may_have_are_not_read() {
        at("/", exchange -> answer(exchange, 200, new byte[1001]));
        assertThatThrownBy(() -> HttpFiles.of(url("/")).read("checkpoint", 1000))
                .hasMessageContaining("more than 1000");
    }

    @Test
    void a_server_that_falls_silent_is_not_waited_for_for_ever() {
        at("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        HttpFiles files = HttpFiles.of(url("/"), Duration.ofMillis(300));
        assertThatThrownBy(() -> files.read("checkpoint", 1000)).hasMessageContaining("nothing more came");
    }

    @Test
    void a_server_that_gives_a_byte_now_and_then_is_not_waited_for_for_ever() {
        at("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            try {
                for (int i = 0; i < 1000; i++) {
                    exchange.getResponseBody().write(1);
                    exchange.getResponseBody().flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        HttpFiles files = HttpFiles.of(url("/"), Duration.ofMillis(300));
        assertThatThrownBy(() -> files.read("checkpoint", 1000)).hasMessageContaining("bytes came in a second");
    }

    /** For longer than two silences may be. */
    @Test
    void a_server_that_is_slow_and_gives_enough_is_waited_for() throws IOException {
        at("/checkpoint", exchange -> {
            exchange.sendResponseHeaders(200, 20 * 1_000);
            try (var out = exchange.getResponseBody()) {
                for (int i = 0; i < 20; i++) {
                    out.write(new byte[1_000]);
                    out.flush();
                    Thread.sleep(100);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        HttpFiles files = HttpFiles.of(url("/"), Duration.ofMillis(300));
        assertThat(files.read("checkpoint", 20_000).orElseThrow()).hasSize(20_000);
    }

    @Test
    void an_answer_that_breaks_off_is_an_error() {
        at("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getHttpContext().getServer().stop(0);
        });
        assertThatThrownBy(() -> HttpFiles.of(url("/"), Duration.ofSeconds(5)).read("checkpoint", 1000))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://", "http:///x", "http://user@host/", "http://host/?q", "http://host/#f", "http://h ost/"
            })
    void what_is_no_url_of_a_ledger_is_refused(String url) {
        assertThatThrownBy(() -> HttpFiles.of(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_pipe_or_a_link_in_a_directory_is_not_opened() throws Exception {
        Path ledger = ledger(3).write(temp.resolve("north"));
        Path checkpoint = ledger.resolve("checkpoint");
        Files.delete(checkpoint);
        assertThat(new ProcessBuilder("mkfifo", checkpoint.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> new DirectoryFiles(ledger).open("checkpoint")).hasMessageContaining("no plain file");
        Files.delete(checkpoint);
        Files.createSymbolicLink(checkpoint, Path.of("/etc/hostname"));
        assertThatThrownBy(() -> new DirectoryFiles(ledger).open("checkpoint")).hasMessageContaining("no plain file");
    }

    // ---- the daemon's socket

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    @Test
    void the_daemon_is_asked_for_each_file_at_its_socket() throws IOException {
        Path socket = temp.resolve("s");
        String large = "x".repeat(20 << 20);
        try (var daemon = new FakeDaemon(socket, request -> switch (request) {
            case "GET /v1/ledger/checkpoint" -> ok("note");
            case "GET /v1/ledger/blobs/sha256/ab" -> ok(large);
            case "GET /v1/ledger/tile/0/000" -> "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ntoo short";
            case "GET /v1/ledger/tile/0/001" -> FakeDaemon.problem(503, "BUSY", "later");
            default -> FakeDaemon.problem(404, "UNSUPPORTED", "no such file");
        })) {
            SocketFiles files = new SocketFiles(new CarnetClient(socket, Duration.ofSeconds(5)));
            assertThat(files.read("checkpoint", 100))
                    .hasValueSatisfying(b -> assertThat(b).hasSize(4));
            try (var in = files.open("blobs/sha256/ab").orElseThrow()) {
                long count = 0;
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    count += n;
                }
                assertThat(count).as("more than any other answer may have").isEqualTo(20 << 20);
            }
            assertThat(files.read(new Tile(1, 0, 256).path(), 100)).isEmpty();
            assertThatThrownBy(() -> files.read("tile/0/000", 1000)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> files.open("tile/0/001"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("BUSY");
            assertThat(daemon.requests()).first().isEqualTo("GET /v1/ledger/checkpoint");
        }
        assertThatThrownBy(() -> new SocketFiles(new CarnetClient(socket)).open("checkpoint"))
                .isInstanceOf(ApiException.class);
    }

    @Test
    void a_daemon_that_knows_no_ledger_is_too_old_and_not_empty() throws IOException {
        Path socket = temp.resolve("s");
        try (var _ = new FakeDaemon(socket, request -> FakeDaemon.problem(404, "UNSUPPORTED", "no such path"))) {
            assertThatThrownBy(() -> new SocketFiles(new CarnetClient(socket)).open("checkpoint"))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("cannot do this");
        }
    }
}
