package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.ApiException;
import dev.carnet.client.BundleOf;
import dev.carnet.client.BundlePage;
import dev.carnet.client.CarnetClient;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat.Hash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles, asked by hand and by the library. */
@Timeout(30)
class BundleEndpointsTest {
    private static final BundleOf NAMED = new BundleOf.Named("m", "n");

    @TempDir
    private Path temp;

    private final FakeFacts facts = new FakeFacts();
    private LocalApi api;
    private CarnetClient client;

    @BeforeEach
    void start() {
        api = LocalApi.create(temp.resolve("api/d.sock"), new FakeTransfers(), facts);
        api.start();
        client = new CarnetClient(api.socket());
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
    void a_bundle_is_read_from_any_byte_on_by_name_and_by_path() {
        byte[] whole = facts.bundles().of(Hash.BLAKE3);
        BundlePage page = client.bundle(NAMED, "blake3", 0);
        assertThat(page.bytes()).isEqualTo(Arrays.copyOf(whole, 100));
        assertThat(page.size()).isEqualTo(whole.length);
        assertThat(client.bundle(NAMED, "blake3", page.size()).bytes()).isEmpty();
        BundlePage there = client.bundle(new BundleOf.At("/srv/n"), "sha256", 3);
        assertThat(there.volume()).isEqualTo("m");
        assertThat(there.name()).isEqualTo("n");
        assertThat(there.bytes()).isEqualTo(Arrays.copyOfRange(facts.bundles().of(Hash.SHA256), 3, 103));
        assertThatThrownBy(() -> client.bundle(new BundleOf.Named("m", "x"), "sha256", 0))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo("UNKNOWN_CHECKPOINT"))
                .hasMessageContaining("--sha256");
    }

    @Test
    void to_make_one_is_a_job() {
        var job = client.export(new BundleOf.At("/srv/n"));
        assertThat(job.kind()).isEqualTo("export");
        assertThat(job.volume()).isEqualTo("m");
        assertThat(job.name()).isEqualTo("n");
        assertThat(client.cancelJob(job.id()).state()).isEqualTo("cancelled");
        assertThat(client.export(NAMED).name()).isEqualTo("n");
    }

    @Test
    void keys_are_told_in_pem() {
        assertThat(client.manifestKeys()).extracting(ManifestKey::hint).containsExactly(FakeBundles.KEY.hint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?path=srv",
                "?volume=m&name=n&hash=md5",
                "?volume=m&name=n&offset=-1",
                "?volume=m&name=n&offset=1234567890123456",
                "?volume=m&name=n&offset=x"
            })
    void a_question_that_is_none_is_malformed(String query) throws IOException {
        assertThat(ask(Raw.get("/v1/bundle" + query)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?volume=m", "?name=n", "?path=%2Fsrv%2Fn&volume=m"})
    void a_checkpoint_is_named_in_one_way(String query) throws IOException {
        var answer = ask(Raw.get("/v1/bundle" + query));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("detail").asText()).contains("'path' alone");
    }

    @ParameterizedTest
    @CsvSource({
        "{}, 422, PROTOCOL",
        "{\"path\":\"relative\"}, 400, PROTOCOL",
        "'{\"path\":\"/srv/n\",\"volume\":\"m\"}', 422, PROTOCOL",
        "{\"volume\":\"m\"}, 422, PROTOCOL",
        "'{\"volume\":\"m\",\"name\":\"UNKNOWN_CHECKPOINT\"}', 404, UNKNOWN_CHECKPOINT",
        "'{\"volume\":\"m\",\"name\":\"BUSY\"}', 503, BUSY",
    })
    void what_cannot_be_exported_says_why(String body, int status, String code) throws IOException {
        var answer = ask(Raw.post("/v1/exports", body));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
    }
}
