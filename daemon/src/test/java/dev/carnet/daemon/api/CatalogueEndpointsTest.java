package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints in full and jobs, asked by hand. */
@Timeout(30)
class CatalogueEndpointsTest {
    @TempDir
    private Path temp;

    private final FakeTransfers transfers = new FakeTransfers();
    private LocalApi api;

    @BeforeEach
    void start() {
        api = LocalApi.create(temp.resolve("api/d.sock"), transfers, new FakeFacts());
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
    void one_checkpoint_in_full() throws IOException {
        transfers.publish("m", "run 7/x");
        JsonNode found =
                ask(Raw.get("/v1/checkpoint?volume=m&name=run%207%2Fx")).json();
        assertThat(found.get("state").asText()).isEqualTo("published");
        assertThat(found.get("directories").asInt()).isEqualTo(2);
        assertThat(found.get("since").asText()).startsWith("2026-02-03T");
        assertThat(ask(Raw.get("/v1/checkpoint?volume=m&name=x"))
                        .json()
                        .get("code")
                        .asText())
                .isEqualTo("UNKNOWN_CHECKPOINT");
        assertThat(ask(Raw.get("/v1/checkpoint?volume=m")).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"seals,seal", "adoptions,adopt"})
    void what_reads_a_directory_is_a_job(String path, String kind) throws IOException {
        Raw.Answer begun = ask(Raw.post("/v1/" + path, "{\"path\":\"/runs/a\"}"));
        assertThat(begun.status()).isEqualTo(202);
        JsonNode job = begun.json();
        assertThat(job.get("kind").asText()).isEqualTo(kind);
        assertThat(job.get("state").asText()).isEqualTo("running");
        assertThat(job.get("principal").asText()).isEqualTo("local");
        String id = job.get("id").asText();
        assertThat(ask(Raw.get("/v1/jobs/" + id)).json()).isEqualTo(job);
        assertThat(ask(Raw.get("/v1/jobs")).json().get("jobs").get(0)).isEqualTo(job);
        assertThat(ask(Raw.post("/v1/jobs/" + id + "/cancel", ""))
                        .json()
                        .get("state")
                        .asText())
                .isEqualTo("cancelled");
    }

    @ParameterizedTest
    @CsvSource({
        "releases, release, '{\"volume\":\"m\",\"name\":\"n\",\"reason\":\"too old\"}'",
        "destructions, destroy, '{\"volume\":\"m\",\"name\":\"n\",\"confirm\":\"m/n\"}'"
    })
    void what_leaves_is_a_job(String path, String kind, String body) throws IOException {
        Raw.Answer begun = ask(Raw.post("/v1/" + path, body));
        assertThat(begun.status()).isEqualTo(202);
        assertThat(begun.json().get("kind").asText()).isEqualTo(kind);
        assertThat(begun.json().get("name").asText()).isEqualTo("n");
    }

    @Test
    void what_a_peer_reads_is_a_job_among_the_others() throws IOException {
        JsonNode own = ask(Raw.post("/v1/seals", "{\"path\":\"/runs/a\"}")).json();
        JsonNode jobs = ask(Raw.get("/v1/jobs")).json().get("jobs");
        assertThat(jobs.findValuesAsText("kind")).contains("seal", "peer-verify");
        JsonNode at = ask(Raw.get("/v1/jobs/" + FakeQuestions.JOB)).json();
        assertThat(jobs).contains(own, at);
        assertThat(at.get("peer").asText()).isEqualTo("b");
        assertThat(at.get("state_found").asText()).isEqualTo("verified");
        own.fieldNames()
                .forEachRemaining(
                        member -> assertThat(at.has(member)).as(member).isTrue());
        assertThat(ask(Raw.post("/v1/jobs/" + FakeQuestions.JOB + "/cancel", ""))
                        .status())
                .isEqualTo(200);
        assertThat(ask(Raw.get("/v1/peers/b/verifications/" + FakeQuestions.JOB))
                        .json()
                        .get("id"))
                .isEqualTo(at.get("id"));
    }

    @ParameterizedTest
    @CsvSource({
        "seals, {\"path\":\"relative\"}, 400, PROTOCOL",
        "seals, {\"path\":\"\"}, 400, PROTOCOL",
        "seals, {}, 400, PROTOCOL",
        "seals, {\"path\":\"/NAME_TAKEN\"}, 409, NAME_TAKEN",
        "adoptions, {\"path\":\"/BAD_SOURCE\"}, 422, BAD_SOURCE",
        "adoptions, {\"path\":\"/BUSY\"}, 503, BUSY",
        "verifications, '{\"volume\":\"m\",\"name\":\"UNKNOWN_CHECKPOINT\"}', 404, UNKNOWN_CHECKPOINT",
        "verifications, {\"volume\":\"m\"}, 400, PROTOCOL",
        "jobs/0000/cancel, '', 404, UNKNOWN_TRANSFER",
        "releases, '{\"volume\":\"m\",\"name\":\"n\"}', 400, PROTOCOL",
        "releases, '{\"volume\":\"m\",\"name\":\"n\",\"reason\":\"a\\nb\"}', 422, PROTOCOL",
        "releases, '{\"volume\":\"m\",\"name\":\"UNKNOWN_CHECKPOINT\",\"reason\":\"r\"}', 404, UNKNOWN_CHECKPOINT",
        "destructions, '{\"volume\":\"m\",\"name\":\"n\"}', 400, PROTOCOL",
        "destructions, '{\"volume\":\"m\",\"name\":\"n\",\"confirm\":\"n\"}', 422, PROTOCOL",
        "destructions, '{\"volume\":\"m\",\"name\":\"n\",\"confirm\":\"m/n2\"}', 422, PROTOCOL",
        "destructions, '{\"volume\":\"m\",\"name\":\"BUSY\",\"confirm\":\"m/BUSY\"}', 503, BUSY",
    })
    void what_is_refused_says_why(String path, String body, int status, String code) throws IOException {
        Raw.Answer answer = ask(Raw.post("/v1/" + path, body));
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().get("code").asText()).isEqualTo(code);
        assertThat(answer.head()).contains("application/problem+json");
    }
}
