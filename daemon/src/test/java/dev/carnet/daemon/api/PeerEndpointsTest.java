package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.RefusalSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API takes and gives of questions to peers; {@link OpenApiTest} holds the shape of the answers. */
@Timeout(30)
class PeerEndpointsTest {
    @TempDir
    private Path temp;

    private LocalApi api;
    private volatile String principal = "local";
    private volatile Set<Policy.Right> rights = Set.of(Policy.Right.values());
    private volatile String onlyPeer = "";

    @BeforeEach
    void start() {
        Policy policy = new Policy() {
            @Override
            public Optional<Rule> allows(String peer, Act act, String volume) {
                return Optional.empty();
            }

            @Override
            public Optional<String> principal(Caller c) {
                return Optional.of(principal);
            }

            @Override
            public Optional<Grant> grants(String who, Right right, String volume, String peer) {
                boolean there = onlyPeer.isEmpty() || peer.isEmpty() || peer.equals(onlyPeer);
                return rights.contains(right) && there ? Optional.of(new Grant("test")) : Optional.empty();
            }

            @Override
            public String digest() {
                return "dd".repeat(32);
            }
        };
        api = LocalApi.create(
                temp.resolve("api/d.sock"),
                new FakeTransfers(),
                new FakeFacts(),
                new Gate(() -> policy, RefusalSink.LOG),
                new CallerPaths(List::of),
                ApiLimits.DEFAULT);
        api.start();
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
    void a_list_is_asked_for_as_it_was_said() throws IOException {
        var answer =
                ask(Raw.get("/v1/peers/b/checkpoints?volume=m&after=a&max=7")).json();
        assertThat(answer.get("more").asBoolean()).isTrue();
        var line = answer.get("checkpoints").get(0);
        assertThat(line.get("name").asText()).isEqualTo("arun");
        assertThat(line.get("bytes").asInt()).isEqualTo(7);
        assertThat(line.get("part_of").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/peers/b/checkpoints,400,PROTOCOL",
        "/v1/peers/b/checkpoints?volume=m&max=129,400,PROTOCOL",
        "/v1/peers/b/checkpoints?volume=m&max=0,400,PROTOCOL",
        "/v1/peers/b/checkpoints?volume=%00,422,BAD_NAME",
        "/v1/peers/x/checkpoints?volume=m,404,UNKNOWN_PEER",
        "/v1/peers/c/checkpoints?volume=m,504,TIMEOUT",
        "/v1/peers/b/checkpoints?volume=broken,502,INTERNAL",
        "/v1/peers/b/verifications/00,404,UNKNOWN_TRANSFER",
        "/v1/peers/c/verifications/000000000000000000000000000000aa,404,UNKNOWN_TRANSFER",
    })
    void what_cannot_be_looked_at(String target, int status, String code) throws IOException {
        var answer = ask(Raw.get(target));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/peers/b/verifications | {\"volume\":\"m\"}                           | 400 | PROTOCOL",
                "/v1/peers/b/verifications | {\"volume\":\"m\",\"name\":1}                | 400 | PROTOCOL",
                "/v1/peers/b/verifications | {\"volume\":\"m\",\"name\":\"n\",\"x\":1}    | 400 | PROTOCOL",
                "/v1/peers/c/verifications | {\"volume\":\"m\",\"name\":\"n\"}            | 504 | TIMEOUT",
                "/v1/peers/x/verifications | {\"volume\":\"m\",\"name\":\"n\"}            | 404 | UNKNOWN_PEER",
                "/v1/peers/b/test          | {\"seconds\":0}                              | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"seconds\":11}                             | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":65}                             | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":null}                           | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":1.5}                            | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":1e30}                           | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":4294967297}                     | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"streams\":\"4\"}                          | 400 | PROTOCOL",
                "/v1/peers/b/test          | {\"second\":3}                               | 400 | PROTOCOL",
                "/v1/peers                 | {\"alias\":\"d\"}                            | 400 | PROTOCOL",
                "/v1/peers                 | {\"alias\":\"d\",\"id\":\"s\",\"allow\":[null]} | 400 | PROTOCOL",
                "/v1/peers                 | {\"alias\":\"d\",\"id\":\"s\",\"addresses\":[null]} | 400 | PROTOCOL",
                "/v1/peers                 | {\"alias\":\"d\",\"id\":\"s\\u0000\"}        | 422 | BAD_NAME",
                "/v1/peers                 | {\"alias\":\"d\",\"id\":\"\\ud800\"}         | 422 | BAD_NAME",
            })
    void what_cannot_be_asked(String target, String body, int status, String code) throws IOException {
        var answer = ask(Raw.post(target, body));
        assertThat(answer.status()).as(String.valueOf(answer.json())).isEqualTo(status);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
    }

    @Test
    void a_test_has_defaults_and_takes_others() throws IOException {
        var standard = ask(Raw.post("/v1/peers/b/test", "")).json();
        assertThat(standard.get("streams").asInt()).isEqualTo(4);
        assertThat(standard.get("rate_one_stream").asDouble()).isEqualTo(3.0);
        var other = ask(Raw.post("/v1/peers/b/test", "{\"seconds\":9,\"streams\":2.0}"))
                .json();
        assertThat(other.get("streams").asInt()).isEqualTo(2);
        assertThat(other.get("rate_one_stream").asDouble()).isEqualTo(9.0);
        assertThat(other.get("we_dial").get("tried").get(0).get("error").asText())
                .isEqualTo("refused");
        assertThat(other.get("they_dial").get("outcome").asText()).isEqualTo("works");
    }

    @Test
    void only_admin_adds_a_peer() throws IOException {
        var body =
                "{\"alias\":\"d\",\"id\":\"spiffe://a.test/d\",\"allow\":[{\"volume\":\"m\",\"allow\":\"push-to\"}]}";
        assertThat(ask(Raw.post("/v1/peers", body)).status()).isEqualTo(201);
        rights = Set.of(Policy.Right.PUSH, Policy.Right.PULL, Policy.Right.DESTROY);
        assertThat(ask(Raw.post("/v1/peers", body)).status()).isEqualTo(403);
    }

    @Test
    void who_may_move_nothing_with_a_peer_asks_it_nothing() throws IOException {
        rights = Set.of(Policy.Right.PUSH);
        onlyPeer = "spiffe://a.test/c";
        assertThat(ask(Raw.get("/v1/peers/b/checkpoints?volume=m")).status()).isEqualTo(403);
        assertThat(ask(Raw.post("/v1/peers/b/test", "")).status()).isEqualTo(403);
        onlyPeer = "spiffe://a.test/b";
        assertThat(ask(Raw.get("/v1/peers/b/checkpoints?volume=m")).status()).isEqualTo(200);
        rights = Set.of(Policy.Right.DESTROY);
        assertThat(ask(Raw.get("/v1/peers/b/checkpoints?volume=m")).status()).isEqualTo(403);
    }

    @Test
    void others_verifications_are_for_admin_alone() throws IOException {
        var target = "/v1/peers/b/verifications";
        assertThat(ask(Raw.get(target)).json().get("jobs")).hasSize(1);
        principal = "other";
        assertThat(ask(Raw.get(target)).json().get("jobs")).hasSize(1);
        rights = Set.of(Policy.Right.PUSH);
        assertThat(ask(Raw.get(target)).json().get("jobs")).isEmpty();
        assertThat(ask(Raw.get(target + "/" + FakeQuestions.JOB)).status()).isEqualTo(403);
        principal = "local";
        assertThat(ask(Raw.get(target + "/" + FakeQuestions.JOB))
                        .json()
                        .get("envelope")
                        .asText())
                .isEqualTo("AQID");
    }
}
