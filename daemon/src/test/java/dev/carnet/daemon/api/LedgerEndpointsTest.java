package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.config.GrantConfig;
import dev.carnet.daemon.config.OwnUser;
import dev.carnet.daemon.config.PrincipalConfig;
import dev.carnet.daemon.config.RightsConfig;
import dev.carnet.daemon.policy.LocalRights;
import dev.carnet.daemon.policy.RulePolicy;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger's files on the local socket: whose they are, and that their bytes arrive as they are. */
@Timeout(30)
class LedgerEndpointsTest {
    private static final ApiLimits SHORT = new ApiLimits(2048, 4096, 3, 3, 4, 1, 2, 2, 2);

    @TempDir
    private Path temp;

    private final FakeFacts facts = new FakeFacts();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private LocalApi api;

    private void serve(ApiLimits limits, GrantConfig.Right... rights) {
        var own = new PrincipalConfig("own", Set.of(OwnUser.uid()), Set.of());
        var grant = new GrantConfig("g", List.of("own"), List.of("v"), List.of(), Set.of(rights));
        var policy = new RulePolicy(
                List.of(), LocalRights.of(new RightsConfig(List.of(own), List.of(grant), List.of()), OwnUser.uid()));
        api = LocalApi.create(
                temp.resolve("api/d.sock"),
                new FakeTransfers(),
                facts,
                new Gate(() -> policy, (who, code, volume, sentence) -> refused.add(who + " " + code + " " + sentence)),
                new CallerPaths(List::of),
                limits);
        api.start();
    }

    @AfterEach
    void stop() {
        if (api != null) {
            api.close();
        }
        assertThat(facts.published.open()).as("a file that was never closed").isFalse();
    }

    private Raw.Answer ask(String target) throws IOException {
        try (var raw = new Raw(api.socket())) {
            return raw.send(Raw.get(target)).answer();
        }
    }

    @ParameterizedTest
    @EnumSource(GrantConfig.Right.class)
    void audit_and_admin_may_read_it(GrantConfig.Right right) throws IOException {
        serve(ApiLimits.DEFAULT, right);
        boolean may = right == GrantConfig.Right.AUDIT || right == GrantConfig.Right.ADMIN;
        var answer = ask("/v1/ledger/checkpoint");
        assertThat(answer.status()).isEqualTo(may ? 200 : 403);
        if (!may) {
            assertThat(answer.json().get("detail").asText())
                    .isEqualTo("the principal 'own' has no right to audit or admin; to give it, add [[grant]]"
                            + " principal = \"own\", allow = \"audit\" to the daemon's configuration, and reload");
            assertThat(refused).singleElement().asString().startsWith("own POLICY");
            assertThat(facts.published.opened).isEmpty();
        }
    }

    @Test
    void files_come_as_they_are() throws IOException {
        serve(ApiLimits.DEFAULT, GrantConfig.Right.AUDIT);
        var checkpoint = ask("/v1/ledger/checkpoint");
        assertThat(checkpoint.body()).isEqualTo("a.test/x\n0\n");
        assertThat(checkpoint.head().toLowerCase(java.util.Locale.ROOT))
                .contains("content-type: text/plain; charset=utf-8")
                .contains("cache-control: no-cache");
        var tile = ask("/v1/ledger/tile/0/x001/067.p/3");
        assertThat(tile.status()).isEqualTo(200);
        assertThat(tile.body()).hasSize(96);
        assertThat(tile.head()).contains("application/octet-stream").contains("immutable");
        assertThat(bytes("/v1/ledger/blobs/sha256/" + FakePublished.BLOB)).containsExactly(0, 0xff, '\r', '\n');
    }

    @Test
    void a_large_one_comes_in_pieces_and_the_connection_goes_on() throws IOException {
        byte[] large = new byte[3_000_017];
        new Random(6).nextBytes(large);
        facts.published.put("/tile/entries/000", large);
        serve(ApiLimits.DEFAULT, GrantConfig.Right.AUDIT);
        assertThat(bytes("/v1/ledger/tile/entries/000")).isEqualTo(large);
        try (var raw = new Raw(api.socket())) {
            var answers = raw.send(Raw.get("/v1/ledger/checkpoint")
                            + Raw.get("/v1/ledger/tile/0/x001/067.p/3")
                            + Raw.get("/v1/daemon"))
                    .answers(3);
            assertThat(answers).extracting(Raw.Answer::status).containsExactly(200, 200, 200);
            assertThat(answers.getLast().json().get("pid").asInt()).isEqualTo(77);
        }
    }

    /** The body of one answer. */
    private byte[] bytes(String target) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(api.socket()));
            channel.write(ByteBuffer.wrap(Raw.get(target).getBytes(StandardCharsets.US_ASCII)));
            var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
            Optional<Integer> length = Optional.empty();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                    length = Optional.of(Integer.parseInt(line.substring(16)));
                }
            }
            byte[] body = in.readNBytes(length.orElseThrow());
            assertThat(body).hasSize(length.orElseThrow());
            return body;
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            assertThat(b).isNotNegative();
            line.append((char) b);
        }
        return line.toString().strip();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/ledger/tile/0/000",
                "/v1/ledger/tile/",
                "/v1/ledger/tile/0%2F000",
                "/v1/ledger/tile/../checkpoint",
                "/v1/ledger/blobs/sha256/zz",
                "/v1/ledger/blobs/sha256/a/b",
                "/v1/ledger/tile",
                "/v1/ledger/journal",
                "/v1/ledger"
            })
    void what_is_not_there_is_not_found(String target) throws IOException {
        serve(ApiLimits.DEFAULT, GrantConfig.Right.AUDIT);
        var answer = ask(target);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("code").asText()).isEqualTo("UNSUPPORTED");
    }

    @Test
    void what_cannot_be_read_is_no_absence() throws IOException {
        serve(ApiLimits.DEFAULT, GrantConfig.Right.AUDIT);
        var answer = ask("/v1/ledger/blobs/sha256/" + "00".repeat(32));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.json().get("code").asText()).isEqualTo("STORAGE");
        assertThat(answer.body()).doesNotContain("fire");
    }

    @Test
    void who_does_not_read_is_dropped_and_the_file_closed() throws Exception {
        facts.published.put("/tile/entries/000", new byte[32 << 20]);
        serve(SHORT, GrantConfig.Right.AUDIT);
        try (var raw = new Raw(api.socket())) {
            raw.send(Raw.get("/v1/ledger/tile/entries/000"));
            for (int i = 0; facts.published.opened.isEmpty() || facts.published.open(); i++) {
                assertThat(i).as("the file is still open").isLessThan(500);
                Thread.sleep(20);
            }
        }
    }

    @Test
    void a_tail_has_all_that_is_left() {
        var route = new Route("GET", "/a/{b}/{c}", true, Set.of(), Set.of(), request -> Reply.json(200, "x"));
        assertThat(route.match("/a/1/2/3//4")).contains(java.util.Map.of("b", "1", "c", "2/3//4"));
        assertThat(route.match("/a/1")).isEmpty();
        assertThat(Arrays.asList("/b/1/2", "/a").stream().map(route::match)).allMatch(Optional::isEmpty);
    }
}
