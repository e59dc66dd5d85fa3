package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.transfer.PushRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over a real socket, asked by hand. */
@Timeout(30)
class LocalApiTest {
    private static final String PUSH = """
            {"source":"/d/x","peer":"b","volume":"models","name":"run/1"}""";
    private static final ApiLimits SMALL = new ApiLimits(2048, 4096, 3, 3, 4, 1, 2, 2, 2);

    @TempDir
    private Path temp;

    private final FakeTransfers transfers = new FakeTransfers();
    private final AtomicReference<Caller> caller = new AtomicReference<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final RefusalSink refusals =
            (who, code, volume, sentence) -> refused.add(who + " " + code + " " + volume + ": " + sentence);
    private LocalApi api;

    @BeforeEach
    void start() {
        api = serve(ApiLimits.DEFAULT, c -> Optional.of("local"));
    }

    private LocalApi serve(ApiLimits limits) {
        return serve(limits, c -> Optional.of("local"));
    }

    /** Everybody who has a label may do everything. */
    private LocalApi serve(ApiLimits limits, Function<Caller, Optional<String>> principals) {
        Policy policy = new Policy() {
            @Override
            public Optional<Rule> allows(String peer, Act act, String volume) {
                return Optional.empty();
            }

            @Override
            public Optional<String> principal(Caller c) {
                caller.set(c);
                return principals.apply(c);
            }

            @Override
            public Optional<Grant> grants(String principal, Right right, String volume, String peer) {
                return Optional.of(new Grant("test"));
            }

            @Override
            public Optional<Set<String>> volumes(String principal) {
                return Optional.empty();
            }

            @Override
            public String digest() {
                return "dd".repeat(32);
            }
        };
        if (api != null) {
            api.close();
        }
        api = LocalApi.create(
                temp.resolve("api/d.sock"),
                transfers,
                new FakeFacts(),
                new Gate(() -> policy, refusals),
                new CallerPaths(List::of),
                limits);
        api.start();
        return api;
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Raw.Answer ask(String request) throws IOException {
        try (var raw = new Raw(api.socket())) {
            return raw.send(request).answer();
        }
    }

    @Test
    void the_kernel_says_who_asks() throws IOException {
        assertThat(ask(Raw.get("/v1/daemon")).status()).isEqualTo(200);
        assertThat(caller.get().pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(caller.get().uid()).isEqualTo(Files.getAttribute(temp, "unix:uid"));
        assertThat(caller.get().gid()).isEqualTo(Files.getAttribute(temp, "unix:gid"));
    }

    @Test
    void a_caller_without_a_principal_is_refused() throws IOException {
        serve(ApiLimits.DEFAULT, c -> Optional.empty());
        var answer = ask(Raw.post("/v1/transfers", PUSH));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().get("code").asText()).isEqualTo("POLICY");
        assertThat(transfers.requests()).isEmpty();
    }

    @Test
    void a_push_is_put_on_record() throws IOException {
        var answer = ask(Raw.post("/v1/transfers", """
                {"source":"/d/ünï","peer":"b","volume":"models","name":"run/1","dereference":true,
                 "bytesPerSecondMax":1000000,"streams":4}"""));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(transfers.requests())
                .containsExactly(
                        new PushRequest("local", caller.get(), "/d/ünï", "b", "models", "run/1", true, 1_000_000, 4));
        var json = answer.json();
        assertThat(json.get("id").asText()).isEqualTo("00000000000000000000000000001000");
        assertThat(json.get("created").asText()).isEqualTo("2026-02-03T04:05:06.789Z");
        assertThat(json.get("rateNow").asDouble()).as("JSON has no NaN").isZero();
        assertThat(json.get("waitingFor").isNull()).as("a null member is there").isTrue();
    }

    @Test
    void a_dry_run_says_what_would_be_and_begins_nothing() throws IOException {
        var push = ask(Raw.post("/v1/transfers", PUSH.replace("{", "{\"dry_run\":true,")));
        assertThat(push.status()).isEqualTo(200);
        assertThat(push.json().toString())
                .isEqualTo("{\"dry_run\":true,\"transfer\":null,\"peer\":\"b\",\"connected\":true,\"mode\":\"open\","
                        + "\"files\":3,\"directories\":2,\"bytes\":1000,\"rule\":\"r\",\"grant\":\"g\"}");
        var pull = ask(
                Raw.post(
                        "/v1/pulls",
                        "{\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"to_volume\":\"m\",\"to_name\":\"n\",\"dry_run\":true}"));
        assertThat(pull.status()).isEqualTo(200);
        assertThat(pull.json().get("files").isNull()).isTrue();
        assertThat(ask(Raw.get("/v1/transfers")).json().get("transfers")).isEmpty();
        assertThat(ask(Raw.post("/v1/transfers", PUSH.replace("{", "{\"dry_run\":false,")))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void transfers_are_listed_found_and_cancelled() throws IOException {
        ask(Raw.post("/v1/transfers", PUSH));
        ask(Raw.post("/v1/transfers", PUSH));
        assertThat(ask(Raw.get("/v1/transfers")).json().get("transfers")).hasSize(2);
        assertThat(ask(Raw.get("/v1/transfers?max=1")).json().get("transfers")).hasSize(1);
        String id = "00000000000000000000000000001001";
        assertThat(ask(Raw.get("/v1/transfers/" + id)).json().get("id").asText())
                .isEqualTo(id);
        assertThat(ask(Raw.get("/v1/transfers/0000")).json().get("code").asText())
                .as("not unique")
                .isEqualTo("UNKNOWN_TRANSFER");
        assertThat(ask(Raw.post("/v1/transfers/" + id + "/cancel", ""))
                        .json()
                        .get("state")
                        .asText())
                .isEqualTo("ABORTED");
        var stopped = ask(Raw.post("/v1/transfers/" + id + "/continue", ""));
        assertThat(stopped.status()).isEqualTo(409);
        assertThat(stopped.json().get("detail").asText()).isEqualTo("the disk is still full");
    }

    @Test
    void checkpoints_come_in_pages() throws IOException {
        transfers.publish("m", "a/1");
        transfers.publish("m", "a/2");
        transfers.publish("n", "b");
        assertThat(ask(Raw.get("/v1/checkpoints")).json().get("checkpoints")).hasSize(3);
        var page = ask(Raw.get("/v1/checkpoints?volume=m&after=a%2F1&max=5"))
                .json()
                .get("checkpoints");
        assertThat(page).hasSize(1);
        assertThat(page.get(0).get("name").asText()).isEqualTo("a/2");
        assertThat(ask(Raw.get("/v1/checkpoints?after=a")).status()).isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "{\"source\":\"/x\"}",
                "{\"source\":\"x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"principal\":\"root\"}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"name\":\"o\"}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"} x",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"streams\":\"4\"}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"streams\":4.5}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"streams\":65}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"bytesPerSecondMax\":-1}",
                "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":7}",
                "{\"source\":\"/x\\u0000\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"}",
                "{\"source\":{\"a\":[[[[[[[[[[1]]]]]]]]]]},\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"}"
            })
    void a_wrong_body_is_refused(String body) throws IOException {
        var answer = ask(Raw.post("/v1/transfers", body));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.head()).containsIgnoringCase("content-type: application/problem+json");
        var json = answer.json();
        assertThat(json.get("code").asText()).isEqualTo("PROTOCOL");
        assertThat(json.get("status").asInt()).isEqualTo(400);
        assertThat(json.get("detail").asText()).isNotEmpty().doesNotContain("dev.carnet");
        assertThat(transfers.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/d/x,/d/\\ud800,BAD_SOURCE,lone surrogate",
        "run/1,\\udc00,BAD_NAME,lone surrogate",
        "run/1,LONG,BAD_NAME,'the name has 401 bytes, and at most 400 are allowed'",
        "models,LONG,BAD_NAME,the volume has 401 bytes"
    })
    void what_people_type_has_a_code_of_its_own(String old, String typed, String code, String sentence)
            throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH.replace(old, typed.replace("LONG", "n".repeat(401)))));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
        assertThat(answer.json().get("detail").asText()).contains(sentence);
        assertThat(transfers.requests()).isEmpty();
    }

    @Test
    void half_a_surrogate_pair_can_be_quoted() throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH.replace("{", "{\"" + "m".repeat(63) + "😀\":1,")));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("detail").asText()).contains("mm?…'; the members are");
    }

    @Test
    void an_unknown_member_is_named() throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH.replace("{", "{\"limit\":1,")));
        assertThat(answer.json().get("detail").asText())
                .contains("'limit'")
                .contains("bytesPerSecondMax, dereference, dry_run, labels, name");
    }

    @ParameterizedTest
    @CsvSource({
        "POLICY,403",
        "NAME_TAKEN,409",
        "BAD_NAME,422",
        "UNKNOWN_PEER,422",
        "NO_SPACE,507",
        "BUSY,503",
        "CHUNK_MISMATCH,502",
        "INTERNAL,500"
    })
    void a_refusal_keeps_its_code(String code, int status) throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH.replace("run/1", code)));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
        assertThat(answer.json().get("type").asText()).endsWith("/" + code);
    }

    @Test
    void a_bug_tells_nothing_of_itself() throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH.replace("run/1", "BUG")));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("INTERNAL").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "GET /v1/nothing 404",
                "GET / 404",
                "GET /v1/transfers/ 400",
                "GET /v1/transfers/zzzz 400",
                "GET /v1/transfers/ABCD 400",
                "GET /v1/transfers/abcd 404",
                "GET /v1/transfers/abcd%2Fcancel 400",
                "GET /v1/transfers?max=0 400",
                "GET /v1/transfers?max=1001 400",
                "GET /v1/transfers?max=99999999999 400",
                "GET /v1/transfers?max=1&max=2 400",
                "GET /v1/transfers?min=1 400",
                "GET /v1/transfers/%zz 400",
                "GET /v1/transfers?max=%zz 400",
                "DELETE /v1/transfers 405",
                "GET /v1/transfers/abcd/cancel 405",
                "POST /v1/daemon 405"
            })
    void what_is_not_there_is_refused(String method, String target, int status) throws IOException {
        var answer = ask(method + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("status").asInt()).isEqualTo(status);
        if (status == 405) {
            assertThat(answer.head()).containsIgnoringCase("allow: ");
        }
    }

    @Test
    void a_form_is_not_taken_for_json() throws IOException {
        var answer = ask(Raw.post("/v1/transfers", PUSH).replace("application/json", "text/plain"));
        assertThat(answer.status()).isEqualTo(415);
    }

    @Test
    void a_long_head_is_refused() throws IOException {
        try (var raw = new Raw(api.socket())) {
            raw.sendWhileOpen("GET /v1/daemon HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
            var answer = raw.answer();
            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.json().get("code").asText()).isEqualTo("LIMIT");
            assertThat(raw.closed()).isTrue();
        }
        try (var raw = new Raw(api.socket())) {
            raw.sendWhileOpen("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n");
            assertThat(raw.answer().status()).isEqualTo(414);
        }
    }

    @Test
    void a_long_body_is_refused_before_it_is_read() throws IOException {
        try (var raw = new Raw(api.socket())) {
            raw.send("POST /v1/transfers HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n");
            var answer = raw.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.json().get("code").asText()).isEqualTo("LIMIT");
            assertThat(raw.closed()).isTrue();
        }
    }

    @Test
    void a_long_chunked_body_is_refused() throws IOException {
        try (var raw = new Raw(api.socket())) {
            raw.send(
                    "POST /v1/transfers HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 40; i++) {
                raw.sendWhileOpen("1000\r\n" + " ".repeat(4096) + "\r\n");
            }
            assertThat(raw.answer().status()).isEqualTo(413);
            assertThat(raw.closed()).isTrue();
        }
    }

    @Test
    void what_is_no_http_is_refused() throws IOException {
        try (var raw = new Raw(api.socket())) {
            assertThat(raw.send("\u0016\u0003\u0001 hello\r\n\r\n").answer().status())
                    .isEqualTo(400);
            assertThat(raw.closed()).isTrue();
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws IOException {
        try (var raw = new Raw(api.socket())) {
            var text = new StringBuilder();
            for (int i = 0; i < 10; i++) {
                text.append(Raw.post("/v1/transfers", PUSH.replace("run/1", "n" + i)));
                text.append(Raw.get("/v1/daemon"));
            }
            raw.send(text.toString());
            var answers = raw.answers(20);
            for (int i = 0; i < 10; i++) {
                assertThat(answers.get(2 * i).json().get("name").asText()).isEqualTo("n" + i);
                assertThat(answers.get(2 * i + 1).json().get("version").asText())
                        .isEqualTo("1.2.3");
            }
        }
    }

    @Test
    void too_many_pipelined_requests_end_the_connection() throws IOException {
        serve(SMALL);
        transfers.gate = new CountDownLatch(1);
        try (var raw = new Raw(api.socket())) {
            raw.sendWhileOpen(Raw.get("/v1/transfers").repeat(30));
            assertThat(raw.closed()).isTrue();
        } finally {
            transfers.gate.countDown();
        }
    }

    @Test
    void a_slow_client_is_let_go() throws IOException {
        serve(SMALL);
        long begun = System.nanoTime();
        try (var silent = new Raw(api.socket());
                var half = new Raw(api.socket())) {
            half.send("GET /v1/daemon HT");
            assertThat(silent.closed()).isTrue();
            assertThat(half.closed()).isTrue();
        }
        assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
        assertThat(ask(Raw.get("/v1/daemon")).status()).isEqualTo(200);
    }

    @Test
    void a_running_request_may_take_longer_than_the_clock() throws Exception {
        serve(SMALL);
        transfers.gate = new CountDownLatch(1);
        try (var raw = new Raw(api.socket())) {
            raw.send(Raw.get("/v1/transfers"));
            Thread.sleep(1500);
            transfers.gate.countDown();
            assertThat(raw.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void connections_are_counted() throws IOException {
        serve(SMALL);
        List<Raw> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                open.add(new Raw(api.socket()));
                assertThat(open.getLast().send(Raw.get("/v1/daemon")).answer().status())
                        .isEqualTo(200);
            }
            try (var tooMany = new Raw(api.socket())) {
                var answer = tooMany.answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.json().get("code").asText()).isEqualTo("BUSY");
            }
        } finally {
            for (Raw raw : open) {
                raw.close();
            }
        }
    }

    @Test
    void requests_that_wait_for_a_worker_are_counted() throws IOException {
        serve(new ApiLimits(2048, 4096, 16, 16, 4, 5, 2, 2, 2));
        transfers.gate = new CountDownLatch(1);
        List<Raw> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                open.add(new Raw(api.socket()).send(Raw.get("/v1/transfers")));
            }
            // Two run and two wait, at the latest once a fifth is turned away.
            Raw.Answer refused;
            do {
                open.add(new Raw(api.socket()).send(Raw.get("/v1/daemon")));
                refused = open.getLast().answer();
            } while (refused.status() == 200 && open.size() < 16);
            assertThat(refused.status()).isEqualTo(503);
            transfers.gate.countDown();
            for (Raw raw : open.subList(0, 4)) {
                assertThat(raw.answer().status()).isEqualTo(200);
            }
        } finally {
            transfers.gate.countDown();
            for (Raw raw : open) {
                raw.close();
            }
        }
    }

    @Test
    void many_ask_at_once() throws Exception {
        try (var pool = Executors.newFixedThreadPool(16)) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int n = i;
                answers.add(pool.submit(() -> ask(Raw.post("/v1/transfers", PUSH.replace("run/1", "n" + n)))
                        .status()));
            }
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(201);
            }
        }
        assertThat(transfers.requests()).hasSize(200);
    }

    @Test
    void a_stop_lets_the_running_request_end() throws Exception {
        transfers.gate = new CountDownLatch(1);
        try (var raw = new Raw(api.socket());
                var pool = Executors.newSingleThreadExecutor()) {
            raw.send(Raw.get("/v1/transfers"));
            Thread.sleep(200);
            var stop = pool.submit(() -> api.close());
            Thread.sleep(100);
            transfers.gate.countDown();
            assertThat(raw.answer().status()).isEqualTo(200);
            stop.get();
            assertThat(api.socket()).doesNotExist();
        }
    }
}
