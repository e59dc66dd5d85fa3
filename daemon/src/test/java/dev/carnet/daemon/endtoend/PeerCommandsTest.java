package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.transfer.FastDisk;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Possession;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What two real daemons ask each other, and how a peer is added to one. */
@Timeout(240)
class PeerCommandsTest {
    private static final int MIB = 1 << 20;

    @TempDir(factory = FastDisk.class)
    private static Path work;

    private static TwoSites sites;
    private static RawApi sender;
    private static RawApi receiver;

    @BeforeAll
    static void start() {
        sites = new TwoSites(work, "");
        sites.append("receiver", """
                [[policy]]
                name = "list"
                peer = "sender"
                volume = "in"
                allow = "pull-by"
                """);
        Checkpoints.make(sites.out().resolve("model"), 3, 5 * MIB, 7);
        sites.startBoth();
        sender = new RawApi(sites.socket("sender"));
        receiver = new RawApi(sites.socket("receiver"));
        String id = sites.push(sites.out().resolve("model"), "run/model").id();
        assertThat(sites.awaitEnd(sites.sender(), id).state()).isEqualTo("CLOSED");
        assertThat(sites.awaitEnd(sites.receiver(), id).state()).isEqualTo("CLOSED");
    }

    @AfterAll
    static void stop() {
        sites.close();
    }

    @Test
    void what_the_peer_has_is_listed() {
        RawApi.Answer answer = sender.get("/v1/peers/receiver/checkpoints?volume=in");
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        JsonNode only = answer.json().get("checkpoints").get(0);
        assertThat(only.get("name").asText()).isEqualTo("run/model");
        assertThat(only.get("tree_digest").asText())
                .isEqualTo(sites.sender()
                        .client()
                        .transfers(1)
                        .getFirst()
                        .treeDigest()
                        .orElseThrow());
        assertThat(answer.json().get("more").asBoolean()).isFalse();
        RawApi.Answer denied = receiver.get("/v1/peers/sender/checkpoints?volume=out");
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.json().get("code").asText()).isEqualTo("POLICY");
        assertThat(denied.json().get("detail").asText()).contains(TwoSites.SENDER, "pull-by");
    }

    private static JsonNode verified(String name) {
        RawApi.Answer begun = sender.post("/v1/peers/receiver/verifications", Map.of("volume", "in", "name", name));
        assertThat(begun.status()).as(begun.json().toString()).isEqualTo(202);
        String target =
                "/v1/peers/receiver/verifications/" + begun.json().get("id").asText();
        JsonNode job = begun.json();
        while (job.get("state").asText().equals("running")) {
            DaemonProcess.pause();
            job = sender.get(target).json();
        }
        return job;
    }

    @Test
    void the_peer_reads_its_disk_again_and_signs() throws Exception {
        JsonNode job = verified("run/model");
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        assertThat(job.get("tree_digest")).isEqualTo(job.get("known_tree"));
        byte[] envelope = Base64.getDecoder().decode(job.get("envelope").asText());
        Possession said = Possession.read(Dsse.parse(envelope).payload());
        assertThat(said.daemon()).isEqualTo(TwoSites.RECEIVER);
        assertThat(said.asked().orElseThrow().asker()).isEqualTo(TwoSites.SENDER);
        Path file = sites.in().resolve("run/model").resolve(firstFile());
        FileTime time = Files.getLastModifiedTime(file);
        flip(file);
        Files.setLastModifiedTime(file, time);
        JsonNode broken = verified("run/model");
        flip(file);
        Files.setLastModifiedTime(file, time);
        assertThat(broken.get("code").asText()).isEqualTo("TREE_MISMATCH");
        assertThat(broken.get("reason").asText()).contains("'" + firstFile() + "'");
        assertThat(verified("run/model").get("state").asText()).isEqualTo("done");
        assertThat(verified("run/none").get("code").asText()).isEqualTo("UNKNOWN_CHECKPOINT");
    }

    private static String firstFile() throws Exception {
        Path root = sites.in().resolve("run/model");
        try (var all = Files.walk(root)) {
            return root.relativize(all.filter(Files::isRegularFile)
                            .filter(file -> file.toFile().length() > MIB)
                            .sorted()
                            .findFirst()
                            .orElseThrow())
                    .toString();
        }
    }

    private static void flip(Path file) throws Exception {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(MIB);
            int b = open.read();
            open.seek(MIB);
            open.write(b ^ 1);
        }
    }

    @Test
    void the_line_is_measured_from_either_side() {
        RawApi.Answer answer = sender.post("/v1/peers/receiver/test", Map.of("seconds", 1, "streams", 3));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        JsonNode report = answer.json();
        assertThat(report.get("identity").asText()).isEqualTo(TwoSites.RECEIVER);
        assertThat(report.get("connected").asBoolean()).isTrue();
        assertThat(report.get("dialled_here").asBoolean()).isTrue();
        assertThat(report.get("we_dial").get("tried").get(0).get("ok").asBoolean())
                .as(report.toString())
                .isTrue();
        assertThat(report.get("they_dial").get("outcome").asText()).isEqualTo("not_configured");
        assertThat(report.get("group").asText()).isEqualTo("X25519MLKEM768");
        assertThat(report.get("round_trip_ms").asDouble()).isPositive();
        assertThat(report.get("rate_one_stream").asDouble())
                .as(report.toString())
                .isGreaterThan(1e5);
        assertThat(report.get("rate_streams").asDouble()).isGreaterThan(1e5);
        assertThat(report.get("streams").asInt()).isEqualTo(3);

        JsonNode back = receiver.post("/v1/peers/sender/test", Map.of("seconds", 1, "streams", 2))
                .json();
        assertThat(back.get("dialled_here").asBoolean()).isFalse();
        assertThat(back.get("we_dial").get("tried")).isEmpty();
        assertThat(back.get("they_dial").get("outcome").asText())
                .as("the sender has our address: " + back)
                .isEqualTo("works");
        assertThat(back.get("rate_one_stream").asDouble()).isGreaterThan(1e5);
    }

    @Test
    void a_peer_is_added_whole_or_not_at_all() throws Exception {
        Path parts = sites.folder("sender").resolve("carnetd.d");
        var _ = Identities.system().makeAuthority("third.example", work.resolve("third-ca"));
        Map<String, Object> third = new HashMap<>();
        third.put("alias", "third");
        third.put("id", "spiffe://third.example/carnetd");
        third.put("addresses", List.of("127.0.0.1:1"));
        third.put("dial", "dial");
        third.put("allow", List.of(Map.of("volume", "nowhere", "allow", "push-to")));
        third.put("trust", Files.readString(work.resolve("third-ca").resolve(Identities.CA_CERTIFICATE)));

        RawApi.Answer refused = sender.post("/v1/peers", third);
        assertThat(refused.status()).as(refused.json().toString()).isEqualTo(422);
        assertThat(refused.json().get("detail").asText()).contains("nowhere", "nothing has changed");
        assertThat(parts).isEmptyDirectory();
        assertThat(sender.get("/v1/reload").json().get("ok").asBoolean())
                .as("what is on disk is good again")
                .isTrue();

        third.put("allow", List.of(Map.of("volume", "out", "allow", "push-to")));
        RawApi.Answer added = sender.post("/v1/peers", third);
        assertThat(added.status()).as(added.json().toString()).isEqualTo(201);
        assertThat(parts.resolve("third.toml")).content().contains("third-1", "third.pem");
        assertThat(parts.resolve("third.pem")).content().contains("BEGIN CERTIFICATE");
        JsonNode peers = sender.get("/v1/peers").json().get("peers");
        assertThat(peers.get(1).get("alias").asText()).isEqualTo("third");
        assertThat(peers.get(0).get("up").asBoolean())
                .as("whoever was connected still is")
                .isTrue();

        assertThat(sender.post("/v1/peers", third).status()).isEqualTo(409);
        third.put("alias", "other");
        assertThat(sender.post("/v1/peers", third).status()).as("the same ID").isEqualTo(409);
        for (String alias : List.of("../x", "a/b", "A", ".hidden")) {
            third.put("alias", alias);
            assertThat(sender.post("/v1/peers", third).status()).as(alias).isEqualTo(422);
        }
        third.put("alias", "fourth");
        third.put("id", "spiffe://third.example/fourth");
        third.put("trust", "no pem at all");
        assertThat(sender.post("/v1/peers", third).status()).isEqualTo(422);
        third.put("addresses", List.of("x\"]\nallow-root = true\n[daemon]\nstate = \"/\nx"));
        third.remove("trust");
        assertThat(sender.post("/v1/peers", third).status())
                .as("text cannot leave its place")
                .isEqualTo(422);
        try (var files = Files.list(parts)) {
            assertThat(files).hasSize(2);
        }
        JsonNode report =
                sender.post("/v1/peers/third/test", Map.of("seconds", 1)).json();
        assertThat(report.get("connected").asBoolean()).isFalse();
        assertThat(report.get("we_dial").get("tried").get(0).get("error").asText())
                .contains("cannot connect");
    }
}
