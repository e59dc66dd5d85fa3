package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import dev.carnet.client.Json;
import dev.carnet.client.identity.IdentityCard;
import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** init, identity card and peer: how two machines that know nothing of each other come to. */
@Timeout(60)
class TwoSitesCommandsTest {
    @TempDir
    private Path temp;

    private Shell north;
    private Shell south;

    @BeforeEach
    void prepare() {
        north = shell("north");
        south = shell("south");
    }

    private Shell shell(String name) {
        var shell = new Shell(temp.resolve(name + ".s"));
        for (String folder : List.of("CONFIG", "STATE", "DATA")) {
            shell.variables.put(
                    "XDG_" + folder + "_HOME", temp.resolve(name + "/" + folder).toString());
        }
        return shell;
    }

    private Path config(String name) {
        return temp.resolve(name + "/CONFIG/carnet");
    }

    @Test
    void init_makes_what_the_daemon_needs_and_never_twice() throws IOException {
        assertThat(north.run("init", "--json")).isZero();
        var made = north.lastLine();
        Path toml = config("north").resolve("carnetd.toml");
        assertThat(made.text("config")).isEqualTo(toml.toString());
        var leaf = Pem.certificates(Files.readString(config("north").resolve("identity/cert.pem")))
                .getFirst();
        assertThat(Certificates.spiffeId(leaf).uri()).isEqualTo(made.text("id"));
        assertThat(made.text("id")).matches("spiffe://[a-z0-9-]+-[0-9a-f]{8}\\.internal/carnet/.+");
        assertThat(temp.resolve("north/DATA/carnet/models")).isDirectory();
        for (String key : List.of("identity/key.pem", "ca/ca-key.pem")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(config("north").resolve(key))))
                    .isEqualTo("rw-------");
        }
        String before = Files.readString(toml);
        assertThat(before).contains("listen = \"0.0.0.0:7443\"").contains("name = \"models\"");
        assertThat(north.run("init", "--json")).isEqualTo(3);
        assertThat(north.err()).startsWith("carnet: BAD_FILE: " + toml + " is there already");
        assertThat(north.lastLine().text("code")).isEqualTo("BAD_FILE");
        assertThat(Files.readString(toml)).isEqualTo(before);
        Files.delete(toml);
        assertThat(north.run("init"))
                .as("an identity is not replaced, whether or not it is configured")
                .isEqualTo(3);
    }

    @Test
    void init_writes_paths_and_names_as_toml() throws IOException {
        assertThat(north.run(
                        "init",
                        "--listen",
                        "none",
                        "--trust-domain",
                        "lab.example",
                        "--volume",
                        "out=" + temp + "/a \"quoted\" \\ ü",
                        "--volume",
                        "in=" + temp + "/in"))
                .as(north.err())
                .isZero();
        String toml = Files.readString(config("north").resolve("carnetd.toml"));
        assertThat(toml)
                .doesNotContain("listen")
                .contains("\"lab.example\" = \"identity/trust.pem\"")
                .contains("path = \"" + temp + "/a \\\"quoted\\\" \\\\ ü\"")
                .contains("name = \"in\"");
        assertThat(temp.resolve("a \"quoted\" \\ ü")).isDirectory();
    }

    @Test
    void a_card_goes_from_one_to_the_other() throws IOException {
        assertThat(south.run("init", "--trust-domain", "south-0011aabb.internal", "--address", "192.0.2.7:7443"))
                .isZero();
        assertThat(south.run("identity", "card")).as(south.err()).isZero();
        String card = south.out();
        assertThat(card)
                .contains("alias: south\n")
                .contains("address: 192.0.2.7:7443\n")
                .doesNotContain("PRIVATE");
        String pasted = "> see below\r\n"
                + card.lines().map(line -> "  " + line + " \r\n").reduce("", String::concat);
        try (var daemon = north.daemon(r -> FakeDaemon.json(
                r.startsWith("POST") ? 201 : 200, "{\"alias\":\"south\",\"file\":\"/c/carnetd.d/south.toml\"}"))) {
            assertThat(north.runWith(pasted, "peer", "add", "-", "--push-to", "outgoing", "--pull-from", "incoming"))
                    .as(north.err())
                    .isZero();
            assertThat(daemon.requests()).hasSize(2).last().asString().startsWith("POST /v1/peers {");
            var body = Json.read(daemon.requests()
                    .getLast()
                    .substring("POST /v1/peers ".length())
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(body.text("alias")).isEqualTo("south");
            assertThat(body.text("id")).startsWith("spiffe://south-0011aabb.internal/carnet/");
            assertThat(body.texts("addresses")).containsExactly("192.0.2.7:7443");
            assertThat(body.objects("allow").stream().map(one -> one.text("volume") + " " + one.text("allow")))
                    .containsExactly("outgoing push-to", "incoming pull-from");
            assertThat(body.text("trust"))
                    .isEqualTo(Files.readString(config("south").resolve("ca/ca.pem")));
            assertThat(body.members()).doesNotContainKey("dial");
        }
        String key = north.out()
                .lines()
                .filter(line -> line.startsWith("CA's key"))
                .findFirst()
                .orElseThrow();
        assertThat(south.run("identity", "card", "--keys")).isZero();
        assertThat(key).contains(south.out().strip());
    }

    @Test
    void the_command_line_stands_before_the_card() throws IOException {
        assertThat(south.run("init")).isZero();
        assertThat(south.run("identity", "card", "--alias", "s2", "--address", "[2001:db8::1]:1"))
                .isZero();
        Path file = Files.writeString(temp.resolve("card"), south.out());
        try (var daemon = north.daemon(r -> FakeDaemon.json(200, "{}"))) {
            assertThat(north.run(
                            "peer",
                            "add",
                            file.toString(),
                            "--alias",
                            "other",
                            "--address",
                            "h:2",
                            "--dial",
                            "dial",
                            "--push-from",
                            "in",
                            "--pull-by",
                            "in"))
                    .as(north.err())
                    .isZero();
            assertThat(daemon.requests().getLast())
                    .contains("\"alias\":\"other\"")
                    .contains("\"addresses\":[\"h:2\"]")
                    .contains("\"dial\":\"dial\"")
                    .contains("push-from")
                    .contains("pull-by");
            assertThat(north.run("peer", "add", file.toString(), "--dial", "accept", "--push-from", "in"))
                    .isZero();
            assertThat(daemon.requests().getLast())
                    .as("who never dials needs no address, and the daemon refuses one")
                    .doesNotContain("addresses")
                    .contains("\"dial\":\"accept\"");
        }
    }

    @Test
    void a_card_that_was_cut_or_changed_is_refused() throws IOException {
        assertThat(south.run("init", "--address", "192.0.2.7:7443")).isZero();
        assertThat(south.run("identity", "card")).isZero();
        String card = south.out();
        List<String> wrong = List.of(
                "",
                "hello",
                card.substring(0, card.length() / 2),
                card.substring(0, card.lastIndexOf("-----END CARNET")),
                card.replace("192.0.2.7", "192.0.2.8"),
                card + card,
                card.replace("id: spiffe", "alias: x\nid: spiffe"));
        try (var daemon = north.daemon(r -> FakeDaemon.json(200, "{}"))) {
            for (String text : wrong) {
                assertThat(north.runWith(text, "peer", "add", "-", "--push-to", "v"))
                        .as(text)
                        .isEqualTo(2);
                assertThat(north.err()).startsWith("carnet: CARD");
            }
            assertThat(daemon.requests()).as("nothing was asked").isEmpty();
        }
        assertThat(IdentityCard.parse(card).text()).isEqualTo(card);
    }

    @Test
    void a_daemon_that_is_being_started_is_waited_for_and_not_for_ever() throws IOException {
        assertThat(south.run("init", "--address", "192.0.2.7:7443")).isZero();
        assertThat(south.run("identity", "card")).isZero();
        assertThat(north.runWith(south.out(), "peer", "add", "-", "--push-to", "v"))
                .isEqualTo(4);
        assertThat(north.err())
                .startsWith("waiting for the daemon at ")
                .contains("carnet: UNREACHABLE: ")
                .hasLineCount(3);
    }

    @Test
    void a_card_without_init_names_the_files() throws IOException {
        assertThat(north.run("identity", "card")).isEqualTo(3);
        assertThat(north.err()).contains("`carnet init` makes it").contains("--certificate");
        assertThat(south.run("init")).isZero();
        String identity = config("south").resolve("identity").toString();
        assertThat(north.run(
                        "identity",
                        "card",
                        "--certificate",
                        identity + "/cert.pem",
                        "--trust",
                        identity + "/trust.pem"))
                .isZero();
        assertThat(north.out())
                .startsWith("-----BEGIN CARNET IDENTITY CARD 1-----\n")
                .doesNotContain("address: ");
        assertThat(north.err()).contains("names no address");
        assertThat(north.run("identity", "card", "--trust", "x")).isEqualTo(2);
    }

    @Test
    void the_card_has_the_addresses_of_the_machine_at_the_port_of_the_configuration() throws IOException {
        assertThat(south.run("init", "--listen", "0.0.0.0:17443")).isZero();
        assertThat(south.run("identity", "card")).isZero();
        assertThat(south.out()).containsPattern("(?m)^address: .+:17443$").doesNotContain("0.0.0.0");
        assertThat(north.run("init", "--listen", "10.1.2.3:7")).isZero();
        assertThat(north.run("identity", "card")).isZero();
        assertThat(north.out()).contains("address: 10.1.2.3:7\n");
    }

    @Test
    void peer_ls_is_peers_and_peer_test_reports() throws IOException {
        String report = """
                {"alias":"b","connected":true,"why_not":null,"we_dial":{"tried":[{"address":"192.0.2.7:7443","ok":true},{"address":"h:1","ok":false,"error":"refused"}]},
                 "they_dial":{"outcome":"not_configured","error":null},"identity":"spiffe://a.test/b","group":"X25519MLKEM768","suite":"TLS_AES_256_GCM_SHA384",
                 "round_trip_ms":12.5,"rate_one_stream":1.0e8,"rate_streams":800000000,"streams":4,"congestion_control":"cubic",
                 "buffers":{"wmem_max":212992},"advice":["raise net.core.wmem_max"]}""";
        try (var daemon = north.daemon(r -> FakeDaemon.json(200, r.contains("/test") ? report : """
                {"peers":[{"alias":"b","id":"spiffe://a.test/b","up":true,"since":null,"whyNot":null}]}"""))) {
            assertThat(north.run("peer", "ls")).isZero();
            String list = north.out();
            assertThat(north.run("peers")).isZero();
            assertThat(north.out()).isEqualTo(list).contains("spiffe://a.test/b");
            assertThat(north.run("peer", "test", "b", "--seconds", "3", "--streams", "4"))
                    .isZero();
            assertThat(daemon.requests().getLast()).isEqualTo("POST /v1/peers/b/test {\"seconds\":3,\"streams\":4}");
            assertThat(north.out())
                    .contains("we dial     192.0.2.7:7443: works\n")
                    .contains("we dial     h:1: fails, refused\n")
                    .contains("they dial   not configured\n")
                    .contains("round trip  12.50 ms\n")
                    .contains("1 stream    100 MB/s\n")
                    .contains("4 streams   800 MB/s\n")
                    .contains("buffer      wmem_max 212992\n")
                    .contains("do: raise net.core.wmem_max\n");
        }
    }

    @Test
    void a_peer_that_nobody_reaches_ends_with_three() throws IOException {
        String report = """
                {"connected":false,"why_not":"nobody dials","we_dial":{"tried":[{"address":"h:1","ok":false,"error":"refused"}]},
                 "they_dial":{"outcome":"fails","error":"no route"}}""";
        try (var daemon = north.daemon(r -> FakeDaemon.json(200, report))) {
            assertThat(north.run("peer", "test", "b")).isEqualTo(3);
            assertThat(daemon.requests()).containsExactly("POST /v1/peers/b/test {}");
        }
        assertThat(north.out()).contains("we dial     h:1: fails, refused\n").contains("they dial   fails, no route\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "peer",
                "peer moo",
                "peer add",
                "peer add -",
                "peer add /nonexistent --push-to v",
                "peer add - --push-to v --dial maybe",
                "peer test",
                "peer test b --seconds 100",
                "peer rekey",
                "peer rekey b",
                "init --volume noequals",
                "init --volume BAD=/x",
                "init --address noport",
                "init --trust-domain UPPER",
                "identity card --address nohost"
            })
    void a_wrong_command_line(String line) {
        assertThat(north.run(line.split(" "))).as(north.err()).isEqualTo(2);
        assertThat(north.out()).isEmpty();
        assertThat(north.err()).startsWith("carnet: ").contains("--help");
        assertThat(config("north")).doesNotExist();
    }
}
