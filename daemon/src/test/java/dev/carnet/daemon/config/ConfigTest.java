package dev.carnet.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carnet.daemon.config.PeerConfig.Dial;
import dev.carnet.daemon.config.PolicyRule.Permission;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
    private static final Path EXAMPLE = Path.of("conf/carnetd.example.toml");
    private static final SpiffeId SOUTH = SpiffeId.parse("spiffe://example.org/carnet/south");

    private static final String MINIMAL = """
            [daemon]
            state = "state"
            [identity]
            certificate = "cert.pem"
            key = "/keys/../keys/key.pem"
            [identity.trust]
            "example.org" = "trust.pem"
            """;

    @TempDir
    Path folder;

    /** Names and defaults are a promise to everybody who has a file. */
    @Test
    void defaults_are_what_the_documents_say() throws Exception {
        DaemonConfig config = load(MINIMAL + """
                        [[volume]]
                        name = "models"
                        path = "models"
                        [[peer]]
                        alias = "south"
                        id = "spiffe://example.org/carnet/south"
                        addresses = "south.example.org:7443"
                        [[policy]]
                        peer = "south"
                        volume = "models"
                        allow = "push-from"
                        """);
        assertThat(config)
                .isEqualTo(new DaemonConfig(
                        folder.resolve("carnetd.toml"),
                        new DaemonConfig.Daemon(
                                folder.resolve("state"),
                                Optional.empty(),
                                Path.of("/run/carnet/carnetd.sock"),
                                Optional.empty(),
                                Optional.empty(),
                                false),
                        new DaemonConfig.Identity(
                                folder.resolve("cert.pem"),
                                Path.of("/keys/key.pem"),
                                Map.of("example.org", List.of(folder.resolve("trust.pem")))),
                        List.of(new VolumeConfig(
                                "models",
                                folder.resolve("models"),
                                false,
                                Optional.empty(),
                                0777,
                                OptionalLong.empty(),
                                false)),
                        List.of(new PeerConfig(
                                "south", SOUTH, List.of(new HostPort("south.example.org", 7443)), Dial.BOTH)),
                        List.of(),
                        List.of(new PolicyRule(
                                "policy[1]", List.of(SOUTH), List.of("models"), Set.of(Permission.PUSH_FROM))),
                        RightsConfig.NONE,
                        RevocationConfig.NONE,
                        new LimitsConfig(
                                4,
                                48L << 20,
                                48L << 20,
                                64L << 20,
                                1L << 30,
                                Duration.ofSeconds(1),
                                Duration.ofDays(14),
                                Duration.ofSeconds(60),
                                Duration.ofHours(1),
                                16)));
    }

    @Test
    void every_name_has_its_place() throws Exception {
        DaemonConfig config = load("""
                [daemon]
                state = "state"
                listen = "[::1]:0"
                socket = "api/carnetd.sock"
                origin = "ledger.example.org/north"
                allow-root = true
                [identity]
                certificate = "cert.pem"
                key = "key.pem"
                [identity.trust]
                "example.org" = ["a.pem", "b.pem"]
                other = "c.pem"
                [[volume]]
                name = "out"
                path = "/out"
                read-only = true
                group = "ml"
                mode-mask = "0750"
                quota = "10TiB"
                rename-without-noreplace = true
                [[volume]]
                name = "in"
                path = "/in"
                [[peer]]
                alias = "south"
                id = "spiffe://example.org/carnet/south"
                addresses = ["10.0.0.1:1", "[fe80::1%eth0]:65535"]
                dial = "dial"
                [[peer]]
                alias = "west"
                id = "spiffe://other/west"
                dial = "accept"
                [[policy]]
                name = "all"
                peer = ["west", "spiffe://example.org/carnet/south", "south"]
                volume = ["in"]
                allow = ["push-from", "push-to", "pull-from", "pull-by"]
                [[auditor]]
                alias = "bureau"
                id = "spiffe://other/bureau"
                [limits]
                streams = 64
                send-budget = "16MiB"
                receive-budget = "1GiB"
                flush-window-min = "4MiB"
                flush-window-max = "4MiB"
                flush-interval = "10ms"
                staging-ttl = "1h"
                begin-timeout = "5m"
                receipt-pending = "90m"
                transfers-per-peer = 1
                """);
        SpiffeId west = SpiffeId.parse("spiffe://other/west");
        assertThat(config)
                .isEqualTo(new DaemonConfig(
                        folder.resolve("carnetd.toml"),
                        new DaemonConfig.Daemon(
                                folder.resolve("state"),
                                Optional.of(new HostPort("::1", 0)),
                                folder.resolve("api/carnetd.sock"),
                                Optional.of("ledger.example.org/north"),
                                Optional.empty(),
                                true),
                        new DaemonConfig.Identity(
                                folder.resolve("cert.pem"),
                                folder.resolve("key.pem"),
                                Map.of(
                                        "example.org",
                                        List.of(folder.resolve("a.pem"), folder.resolve("b.pem")),
                                        "other",
                                        List.of(folder.resolve("c.pem")))),
                        List.of(
                                new VolumeConfig(
                                        "out",
                                        Path.of("/out"),
                                        true,
                                        Optional.of("ml"),
                                        0750,
                                        OptionalLong.of(10L << 40),
                                        true),
                                new VolumeConfig(
                                        "in",
                                        Path.of("/in"),
                                        false,
                                        Optional.empty(),
                                        0777,
                                        OptionalLong.empty(),
                                        false)),
                        List.of(
                                new PeerConfig(
                                        "south",
                                        SOUTH,
                                        List.of(new HostPort("10.0.0.1", 1), new HostPort("fe80::1%eth0", 65535)),
                                        Dial.DIAL),
                                new PeerConfig("west", west, List.of(), Dial.ACCEPT)),
                        List.of(new AuditorConfig("bureau", SpiffeId.parse("spiffe://other/bureau"))),
                        List.of(new PolicyRule(
                                "all", List.of(west, SOUTH), List.of("in"), Set.of(Permission.values()))),
                        RightsConfig.NONE,
                        RevocationConfig.NONE,
                        new LimitsConfig(
                                64,
                                16L << 20,
                                1L << 30,
                                4L << 20,
                                4L << 20,
                                Duration.ofMillis(10),
                                Duration.ofHours(1),
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(90),
                                1)));
        assertThat(config.peer("south")).isEqualTo(config.peer(SOUTH.uri()));
        assertThat(config.volume("in")).isPresent();
        assertThat(config.peers().getFirst().addresses().getLast()).hasToString("[fe80::1%eth0]:65535");
    }

    /** A line {@code #key = value} of the example shows a default: with all of them said aloud nothing changes. */
    @Test
    void the_example_shows_the_defaults() throws Exception {
        String example = Files.readString(EXAMPLE);
        String aloud = example.replaceAll("(?m)^#(?=[a-z-]+ = )", "");
        assertThat(aloud.lines().filter(line -> line.matches("[a-z-]+ = .*"))).hasSize(43);
        assertThat(load(aloud)).isEqualTo(load(example));
        assertThat(load(example).limits()).isEqualTo(LimitsConfig.DEFAULT);
    }

    /** What the example does not mention nobody finds. */
    @Test
    void the_example_mentions_every_key() throws Exception {
        String example = Files.readString(EXAMPLE);
        for (String table : List.of(
                "daemon",
                "identity",
                "limits",
                "volume",
                "peer",
                "auditor",
                "policy",
                "principal",
                "grant",
                "path-map",
                "revocation")) {
            boolean many = example.contains("[[" + table + "]]");
            String header = many ? "[[" + table + "]]" : "[" + table + "]";
            ConfigException e = problems("\n" + header + "\nnonsense = 1\n");
            String allowed = e.problems().stream()
                    .filter(problem -> problem.key().endsWith("nonsense"))
                    .map(Problem::sentence)
                    .findFirst()
                    .orElseThrow();
            String[] keys = allowed.substring(allowed.indexOf("are: ") + 5).split(", ");
            for (String key : keys) {
                assertThat(example)
                        .as(key + " of " + table)
                        .containsPattern("(?m)^(# ?)?" + key + " = |\\." + key + "]");
            }
        }
    }

    @Test
    void all_problems_are_told_with_their_lines() {
        ConfigException e = problems("""
                [daemon]
                stat = "x"
                listen = "nowhere"
                allow-root = "yes"

                [identity]
                certificate = 5
                key = "k"
                trust = "t"

                [[volume]]
                name = "Models"
                path = "m"
                quota = "ten"

                [limits]
                streams = 65
                staging-ttl = "14 days"
                send-budget = "17MiB"
                flush-window-min = "2GiB"

                [surprise]
                """);
        assertThat(e.problems().stream().map(problem -> problem.line() + " " + problem.key()))
                .containsExactly(
                        "1 daemon.state",
                        "2 daemon.stat",
                        "3 daemon.listen",
                        "4 daemon.allow-root",
                        "7 identity.certificate",
                        "9 identity.trust",
                        "12 volume[1].name",
                        "14 volume[1].quota",
                        "17 limits.streams",
                        "18 limits.staging-ttl",
                        "19 limits.send-budget",
                        "20 limits.flush-window-min",
                        "22 surprise");
        assertThat(e)
                .hasMessageContaining(
                        folder.resolve("carnetd.toml") + ":17: limits.streams: 65 is not within 1 to 64\n")
                .hasMessageContaining("daemon.stat: is not known; allowed in [daemon] are: allow-root, listen, origin,"
                        + " socket, state, witnesses\n")
                .hasMessageContaining("\"14 days\" is no duration: a whole number and one of ms, s, m, h, d\n")
                .hasMessageContaining(
                        "allowed are: auditor, daemon, grant, identity, limits, path-map, peer, policy, principal, revocation, volume");
    }

    @Test
    void an_auditor_has_an_id_that_can_be_verified_and_a_port_to_come_to() {
        String listening = MINIMAL.replace("[daemon]", "[daemon]\nlisten = \"[::1]:0\"");
        assertThat(problems(listening + """
                [[auditor]]
                alias = "a"
                id = "spiffe://unknown/x"
                [[auditor]]
                alias = "a"
                id = "spiffe://example.org/bureau"
                [[auditor]]
                alias = "b"
                id = "spiffe://example.org/bureau"
                [[auditor]]
                id = "spiffe://example.org"
                """).problems().stream()
                        .map(problem -> problem.key() + ": " + problem.sentence()))
                .containsExactly(
                        "auditor[1].id: no certificate of spiffe://unknown/x could be verified: add \"unknown\" to [identity.trust]",
                        "auditor[2].alias: \"a\" is there already",
                        "auditor[3].id: \"spiffe://example.org/bureau\" is there already",
                        "auditor[4].alias: is missing and has no default",
                        "auditor[4].id: spiffe://example.org names a trust domain, not a daemon: add a path");
        assertThat(problems(MINIMAL + "[[auditor]]\nalias = \"a\"\nid = \"spiffe://example.org/a\"\n"))
                .hasMessageContaining("auditor[1].id: this auditor can never connect: [daemon] has no listen");
    }

    @Test
    void a_right_to_audit_is_about_no_volume() throws Exception {
        String principal = "[[principal]]\nlabel = \"p\"\nuser = \"1\"\n[[grant]]\nprincipal = \"p\"\n";
        assertThat(load(MINIMAL + principal + "allow = [\"audit\", \"admin\"]\n")
                        .rights()
                        .grants()
                        .getFirst()
                        .allow())
                .containsExactlyInAnyOrder(GrantConfig.Right.AUDIT, GrantConfig.Right.ADMIN);
        assertThat(problems(MINIMAL + principal + "allow = [\"audit\", \"push\"]\n"))
                .hasMessageContaining("(only \"audit\" and \"admin\" are about no volume)");
    }

    @Test
    void a_text_that_is_no_toml_is_told_by_line() {
        assertThat(problems("[daemon]\nstate = \n[x").problems().stream().map(Problem::line))
                .startsWith(2, 3);
        assertThat(problems("a = 1\na = 2\n").problems()).hasSize(1);
    }

    @Test
    void an_empty_file_lacks_its_tables() {
        assertThat(problems("").problems().stream().map(Problem::key)).containsExactly("daemon", "identity");
    }

    @Test
    void a_file_that_cannot_be_read_says_why() throws Exception {
        assertThatThrownBy(() -> Config.load(folder.resolve("none.toml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> Config.load(folder)).hasMessageContaining("cannot be read");
        Path file = Files.write(folder.resolve("latin.toml"), new byte[] {'#', (byte) 0xe4, '\n'});
        assertThatThrownBy(() -> Config.load(file)).hasMessageContaining("is not UTF-8");
        Path large = Files.write(folder.resolve("large.toml"), new byte[Config.FILE_BYTES_MAX + 1]);
        assertThatThrownBy(() -> Config.load(large)).hasMessageContaining("more than 1MiB");
    }

    /** One wrong value each, in a file that is right otherwise; and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    volume[1].name  | name = "in"                | name = "../x"             | is no name
                    volume[1].path  | path = "/in"               | path = ""                 | is empty
                    volume[1].mode-mask | path = "/in"           | path = "/in"~mode-mask = "0999" | octal
                    volume[1].mode-mask | path = "/in"           | path = "/in"~mode-mask = "0077" | 0600
                    volume[1].quota | path = "/in"               | path = "/in"~quota = 5    | is not a string
                    volume[1].quota | path = "/in"               | path = "/in"~quota = "99999PiB" | no size
                    volume[1].group | path = "/in"               | path = "/in"~group = ""   | no name of a group
                    peer[1].id      | example.org/carnet         | example.org/carnet/       | empty segment
                    peer[1].id      | spiffe://example.org       | spiffe://example.com      | add "example.com" to
                    peer[1].alias   | alias = "south"            | # none                    | is missing
                    peer[1].addresses | south.example.org:7443   | south.example.org         | is not host:port
                    peer[1].addresses | south.example.org:7443   | south.example.org:65536   | is not host:port
                    peer[1].addresses | south.example.org:7443   | south.example.org:0       | is not host:port
                    peer[1].addresses | addresses                | dial = "both" #           | needs at least one
                    peer[1].dial    | addresses = ["s            | dial = "sometimes"~addresses = ["s | dial, accept, both
                    peer[1].addresses | addresses = ["s          | dial = "accept"~addresses = ["s | of no use
                    peer[1].dial    | addresses                  | #                         | never connect
                    policy[1].peer  | peer = "south"             | peer = "nobody"           | neither the alias
                    policy[1].volume | volume = "in"             | volume = ["in", "out"]    | "out" is not the name
                    policy[1].allow | "push-from"                | "push"                    | push-from, push-to
                    policy[1].allow | allow                      | # allow                   | is missing
                    policy[1].allow | "push-from"                | 7                         | array of strings
                    policy[1].allow | path = "/in"               | path = "/in"~read-only = true | read-only
                    policy[1].name  | name = "rule"              | name = "a b"              | is no name
                    daemon.origin   | state = "state"            | state = "state"~origin = "a b" | no origin
                    identity.trust."Example.org" | "example.org" | "Example.org"             | no trust domain
                    """)
    void a_wrong_value_is_told_by_key(String key, String right, String wrong, String sentence) throws Exception {
        String file = complete();
        assertThat(load(file)).isNotNull();
        assertThat(file).contains(right);
        String broken = file.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong.replace('~', '\n')));
        assertThat(problems(broken).problems()).anySatisfy(problem -> {
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.sentence()).contains(sentence);
            assertThat(problem.line()).isPositive();
        });
    }

    /** What the policy keeps in memory is bounded, however the rules are written. */
    @Test
    void permissions_have_a_limit() throws Exception {
        StringBuilder file = new StringBuilder(MINIMAL).append("[limits]\n");
        List<String> peers = new java.util.ArrayList<>();
        for (int i = 0; i < 500; i++) {
            peers.add("\"p" + i + "\"");
            file.append(
                    "[[peer]]\nalias = \"p" + i + "\"\nid = \"spiffe://example.org/" + i + "\"\naddresses = \"h:1\"\n");
        }
        List<String> volumes = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) {
            volumes.add("\"v" + i + "\"");
            file.append("[[volume]]\nname = \"v" + i + "\"\npath = \"/nowhere/" + i + "\"\n");
        }
        file.append("[[policy]]\npeer = " + peers + "\nvolume = " + volumes + "\nallow = [\"push-from\", \"push-to\"");
        assertThat(load(file + "]\n").policy()).hasSize(1);
        assertThat(problems(file + ", \"pull-by\"]\n").problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.sentence()).contains("150000 permissions"));
    }

    @Test
    void names_are_there_once() throws Exception {
        String file = complete();
        String tables = file.substring(file.indexOf("[[volume]]"));
        assertThat(problems(file + tables.replace("/in", "/elsewhere")).problems().stream()
                        .map(Problem::key))
                .containsExactly("volume[2].name", "peer[2].alias", "peer[2].id", "policy[2].name");
    }

    /** Whoever may push into it could write a configuration, or a key. */
    @Test
    void a_volume_that_peers_write_does_not_contain_what_the_daemon_reads() throws Exception {
        String apart = MINIMAL.replace("state = \"state\"", "state = \"/nonexistent/state\"");
        String volume = "[[volume]]\nname = \"a\"\npath = \".\"\n";
        assertThat(problems(apart + volume).problems())
                .anySatisfy(problem -> assertThat(problem.sentence()).contains("which is the daemon's own"));
        assertThat(load(apart + volume + "read-only = true\n").volumes()).hasSize(1);
    }

    @Test
    void a_volume_below_a_link_is_told_by_the_check() throws Exception {
        Files.createDirectories(folder.resolve("real/in"));
        Files.createSymbolicLink(folder.resolve("alias"), folder.resolve("real"));
        assertThat(problems(MINIMAL + "[[volume]]\nname = \"a\"\npath = \"alias/in\"\n")
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.sentence()).contains("symbolic link", "real/in"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "state/below", ".", "a", "a/b", "link/b"})
    void volumes_and_state_do_not_contain_one_another(String path) throws Exception {
        Files.createDirectories(folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("a"));
        String file = MINIMAL + "[[volume]]\nname = \"a\"\npath = \"a\"\n[[volume]]\nname = \"b\"\npath = \"";
        assertThat(load(file + "ab\"\n").volumes()).hasSize(2);
        assertThat(problems(file + path + "\"\n").problems())
                .isNotEmpty()
                .anySatisfy(problem -> assertThat(problem.sentence()).contains("contain one another"));
    }

    @ParameterizedTest
    @CsvSource({"1B,1", "64MiB,67108864", "10TB,10000000000000", "0kB,0", "7PiB,7881299347898368"})
    void sizes_have_units(String text, long bytes) {
        assertThat(Quantity.size(text)).hasValue(bytes);
        assertThat(Quantity.size(Quantity.ofSize(bytes))).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "MiB", "1 MiB", "1mib", "-1MiB", "1.5GiB", "1MiBB", "9223372036854775808B", "8192PiB"})
    void other_sizes_are_none(String text) {
        assertThat(Quantity.size(text)).isEmpty();
    }

    /** Part of the format of everybody's file. */
    @Test
    void labels_are_pinned() {
        assertThat(Arrays.stream(Permission.values()).map(Permission::label).collect(Collectors.joining(" ")))
                .isEqualTo("push-from push-to pull-from pull-by");
        assertThat(Arrays.stream(Dial.values()).map(Dial::label).collect(Collectors.joining(" ")))
                .isEqualTo("dial accept both");
    }

    private String complete() {
        return MINIMAL + """
                [[volume]]
                name = "in"
                path = "/in"
                [[peer]]
                alias = "south"
                id = "spiffe://example.org/carnet/south"
                addresses = ["south.example.org:7443"]
                [[policy]]
                name = "rule"
                peer = "south"
                volume = "in"
                allow = ["push-from"]
                """;
    }

    private DaemonConfig load(String text) throws ConfigException, IOException {
        return Config.load(Files.writeString(folder.resolve("carnetd.toml"), text));
    }

    private ConfigException problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> load(text));
    }
}
