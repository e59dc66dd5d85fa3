package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a witness may answer over HTTP (C2SP tlog-witness), and what it may not. */
@Timeout(60)
class WebWitnessTest {
    private static final String NAME = "witness.example/w";
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(700);

    private static final HttpClient HTTP = WebWitness.client();

    private static Node node;
    private static LedgerFixture witness;
    private static LedgerFixture other;

    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** Whoever has asked waits no more. */
    private final CountDownLatch left = new CountDownLatch(1);

    private HttpServer server;
    private SignedCheckpoint note;
    private volatile Answer answer = exchange -> {};

    /** A request as the specification writes it. */
    private record Asked(long old, List<Hash32> proof, SignedCheckpoint note) {
        static Asked read(byte[] body) {
            String text = new String(body, UTF_8);
            int gap = text.indexOf("\n\n");
            List<String> lines = List.of(text.substring(0, gap).split("\n", -1));
            return new Asked(
                    Long.parseLong(lines.getFirst().substring("old ".length())),
                    lines.stream()
                            .skip(1)
                            .map(line -> Hash32.at(Base64.getDecoder().decode(line), 0))
                            .toList(),
                    SignedCheckpoint.parse(text.substring(gap + 2).getBytes(UTF_8)));
        }
    }

    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeAll
    static void open(@TempDir Path temp) throws Exception {
        witness = LedgerFixture.open(temp.resolve("witness"), "spiffe://witness.example/w");
        other = LedgerFixture.open(temp.resolve("other"), "spiffe://other.example/w");
        node = new Node(temp.resolve("node"), "spiffe://a.example/carnetd").start();
        node.awaitPublished(node.record("one"));
        node.awaitPublished(node.record("two"));
    }

    @AfterAll
    static void close() {
        HTTP.shutdownNow();
        node.close();
        witness.close();
        other.close();
    }

    /** The node remembers nothing of the witness. */
    @BeforeEach
    void start() throws Exception {
        byte[] row = ("witness " + Integer.toHexString(key(witness).id())).getBytes(UTF_8);
        node.fixture.store.update(tx -> tx.delete(Table.META, row));
        note = node.published();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/w/add-checkpoint", exchange -> {
            try (exchange) {
                asked.add(Asked.read(exchange.getRequestBody().readAllBytes()));
                answer.to(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.stop(0);
        node.policy = Optional.empty();
    }

    private static NoteKey key(LedgerFixture of) {
        return LogKeys.witness(NAME, of.ledger.keys().publicKeys().witness()).getFirst();
    }

    private String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/w";
    }

    private WebWitness web(String url, Duration patience) {
        return new WebWitness(
                "w",
                key(witness),
                url,
                node.fixture.store,
                new OwnLog(node.fixture.store, node.fixture.ledger, node.merkle),
                HTTP,
                patience);
    }

    private List<NoteSignature> cosign() throws IOException, InterruptedException {
        return web(url(), LONG).cosign(note);
    }

    private static void say(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void answers(int status, String type, String body) {
        answer = exchange -> say(exchange, status, type, body);
    }

    private static String lines(LedgerFixture by, LogCheckpoint checkpoint) {
        return by.ledger.keys().cosign(NAME, checkpoint, Instant.now()).stream()
                .map(NoteSignature::line)
                .collect(Collectors.joining());
    }

    private void refused(Class<? extends Exception> as, String why) {
        assertThatThrownBy(this::cosign).isInstanceOf(as).hasMessageContaining(why);
    }

    /** A witness as the specification has it, which has cosigned this far. */
    private void serves(long begin) {
        long[] has = {begin};
        answer = exchange -> {
            Asked request = asked.getLast();
            if (request.old() != has[0]) {
                say(exchange, 409, "text/x.tlog.size", has[0] + "\n");
                return;
            }
            LogCheckpoint now = request.note().checkpoint();
            try {
                Proofs.checkConsistency(
                        has[0],
                        now.size(),
                        has[0] == 0 ? Merkle.EMPTY_ROOT : Proofs.root(has[0], node.merkle.hashes(has[0])),
                        now.root(),
                        request.proof());
            } catch (LogException e) {
                say(exchange, 422, "text/plain", "no\n");
                return;
            }
            has[0] = now.size();
            say(exchange, 200, "text/plain", lines(witness, now));
        };
    }

    @Test
    void its_cosignature_is_verified_and_the_next_request_goes_on_from_there() throws Exception {
        serves(0);
        assertThat(cosign()).hasSize(1).allMatch(line -> key(witness).named(line));
        assertThat(asked).extracting(Asked::old).containsExactly(0L);
        long before = note.checkpoint().size();
        node.awaitPublished(node.record("three"));
        note = node.published();
        assertThat(cosign()).hasSize(1);
        assertThat(asked).extracting(Asked::old).containsExactly(0L, before);
        assertThat(cosign()).as("the same again").hasSize(1);
    }

    @Test
    void an_old_size_that_is_wrong_is_mended() throws Exception {
        serves(1);
        assertThat(cosign()).hasSize(1);
        assertThat(asked).extracting(Asked::old).containsExactly(0L, 1L);
    }

    @Test
    void one_that_has_lost_its_state_begins_again() throws Exception {
        serves(0);
        cosign();
        serves(0);
        assertThat(cosign()).hasSize(1);
        assertThat(asked)
                .extracting(Asked::old)
                .containsExactly(0L, note.checkpoint().size(), 0L);
    }

    @Test
    void lines_of_others_beside_its_own_are_left_out() throws Exception {
        answers(200, "text/plain", lines(other, note.checkpoint()) + lines(witness, note.checkpoint()));
        assertThat(cosign()).hasSize(1).allMatch(line -> key(witness).named(line));
    }

    @Test
    void a_cosignature_of_an_unknown_key_is_none() {
        answers(200, "text/plain", lines(other, note.checkpoint()));
        refused(LogException.class, "no cosignature of its key");
    }

    @Test
    void a_cosignature_of_something_else_is_none() {
        LogCheckpoint now = note.checkpoint();
        answers(200, "text/plain", lines(witness, new LogCheckpoint(now.origin(), now.size() + 1, now.root())));
        refused(LogException.class, "does not verify");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "hello", "— " + NAME + "\n", "— " + NAME + " AAAA\n", "<html>\n</html>\n"})
    void garbage_is_no_cosignature(String body) {
        answers(200, "text/plain", body);
        refused(LogException.class, "");
    }

    @Test
    void an_answer_that_is_too_long_is_not_read() {
        answers(200, "text/plain", "x".repeat(65 << 10));
        refused(IOException.class, "");
    }

    @Test
    void an_answer_without_an_end_is_not_read() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] some = new byte[1 << 10];
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < 1 << 14; i++) {
                    out.write(some);
                }
            }
        };
        refused(IOException.class, "");
    }

    @Test
    void an_answer_that_comes_byte_by_byte_is_not_waited_for() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            drip(exchange.getResponseBody());
        };
        tooSlow("not answered within 1400 ms");
    }

    private void drip(OutputStream out) throws IOException {
        try {
            do {
                out.write('x');
                out.flush();
            } while (!left.await(100, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void no_answer_is_not_waited_for() {
        answer = exchange -> {
            try {
                left.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        tooSlow("timed out");
    }

    private void tooSlow(String why) {
        try {
            assertThatThrownBy(() -> web(url(), SHORT).cosign(note))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(why);
        } finally {
            left.countDown();
        }
    }

    /** Its answer has no effect before there is room: it is asked again then. */
    @Test
    void a_full_disk_is_waited_for() throws Exception {
        node.close();
        serves(0);
        node.policy =
                Optional.of(new TrustPolicy(List.of(), Map.of("w", key(witness)), Map.of("w", url()), Map.of(), "w"));
        node.full = true;
        node.start();
        long sequence = node.record("four");
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (node.publisher
                .waitingFor()
                .filter(why -> why.contains("w (no room)"))
                .isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
        node.full = false;
        node.awaitPublished(sequence);
        assertThat(node.fatal).isEmpty();
    }

    @Test
    void nobody_there_is_no_answer() {
        server.stop(0);
        refused(IOException.class, "it does not answer: ConnectException");
    }

    @Test
    void an_address_that_is_none_is_told() {
        assertThatThrownBy(() -> web("http://[w", LONG).cosign(note))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("its address in the policy is none");
    }

    @ParameterizedTest
    @CsvSource({
        "404,does not know this ledger",
        "403,does not take the signature",
        "422,may have another history",
        "400,status 400",
        "500,status 500",
        "204,status 204"
    })
    void other_answers_say_why(int status, String why) {
        answers(status, "text/plain", "");
        refused(LogException.class, why);
        assertThat(asked).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void nobody_is_followed_elsewhere(int status) {
        answer = exchange -> {
            exchange.getResponseHeaders().set("Location", url() + "/add-checkpoint");
            exchange.sendResponseHeaders(status, -1);
        };
        refused(LogException.class, "status " + status);
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_conflict_is_another_root_at_that_size() throws Exception {
        serves(0);
        cosign();
        answers(409, "text/plain", "conflict\n");
        refused(
                LogException.class,
                "another log checkpoint of " + note.checkpoint().size());
        answers(409, "text/x.tlog.size", note.checkpoint().size() + "\n");
        refused(
                LogException.class,
                "another log checkpoint of " + note.checkpoint().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1\n", "0x10\n", "many\n", "99999999999999999999\n", "007\n"})
    void a_size_that_is_none_is_told(String size) {
        answers(409, "text/x.tlog.size", size);
        refused(LogException.class, "no size");
    }

    @Test
    void one_that_names_another_size_each_time_is_left_alone() {
        answer = exchange -> say(exchange, 409, "text/x.tlog.size; charset=utf-8", asked.size() % 2 + "\n");
        refused(LogException.class, "another size each time");
        assertThat(asked).hasSize(2);
    }

    @Test
    void a_size_above_ours_may_be_the_truth() {
        answers(409, "text/x.tlog.size", note.checkpoint().size() + 1 + "\n");
        refused(LogException.class, "restored from an older copy");
        assertThat(asked).hasSize(1);
    }

    /** It alone could have cosigned what this daemon does not remember: nothing is signed until that is clear. */
    @Test
    void where_it_says_that_it_knows_more_nothing_is_signed_after_a_start() throws Exception {
        node.close();
        long more = note.checkpoint().size() + 1;
        answers(409, "text/x.tlog.size", more + "\n");
        node.policy =
                Optional.of(new TrustPolicy(List.of(), Map.of("w", key(witness)), Map.of("w", url()), Map.of(), "w"));
        node.start();
        long sequence = node.record("three");
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (node.publisher
                .waitingFor()
                .filter(why -> why.contains("w (it says that it has cosigned a log checkpoint of " + more))
                .isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
        assertThat(node.merkle.signed().orElseThrow().checkpoint()).isEqualTo(note.checkpoint());
        serves(note.checkpoint().size());
        node.awaitPublished(sequence);
        assertThat(node.published().verify(List.of(key(witness)))).hasSize(1);
    }
}
