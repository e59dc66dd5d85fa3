package dev.carnet.daemon.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
import dev.carnet.client.cli.Main;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.client.identity.IdentityCard;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every option of every command that asks the daemon is one that the daemon's API takes: it refuses members and parameters that it does not know. */
@Timeout(120)
class CommandLineTest {
    /** What every such command has; and whether it looks again and again. */
    private static final Set<String> COMMON = Set.of("--socket", "--json", "--verbose", "--help", "--wait");

    /** Ask nothing besides, or nothing of the daemon. */
    private static final Set<String> LOCAL = Set.of(
            "peer rekey --yes",
            "status --watch",
            "jobs --watch",
            "verify --mode-mask",
            "destroy --yes",
            "export oms --daemon",
            "export oms --output",
            "export oms --public-key");

    private static final String TRANSFER = "00000000000000000000000000001000";

    @TempDir
    private Path temp;

    /** By command: its least command line. */
    private Map<String, List<String>> commands() throws Exception {
        Map<String, List<String>> all = new TreeMap<>();
        all.put("push", List.of(temp.toString(), "b:models/n", "--no-wait"));
        all.put("pull", List.of("b:models/n", "m/got", "--no-wait"));
        all.put("status", List.of());
        for (String word : List.of("cancel", "pause", "continue")) {
            all.put(word, List.of(TRANSFER));
        }
        all.put("ls", List.of("b:models"));
        all.put("show", List.of("m/n"));
        all.put("jobs", List.of(FakeJobs.ID));
        all.put("peer add", List.of(card().toString(), "--push-to", "m"));
        all.put("peer ls", List.of());
        all.put("peer test", List.of("b"));
        all.put("peer rekey", List.of("b", "--yes"));
        all.put("peers", List.of());
        all.put("doctor", List.of());
        all.put("verify", List.of("b:models/n", "--no-wait"));
        all.put(
                "export oms",
                List.of("--daemon", "m/n", "--output", temp.resolve("out").toString()));
        all.put("seal", List.of(temp.toString(), "--no-wait"));
        all.put("adopt", List.of(temp.toString(), "--no-wait"));
        all.put("release", List.of("m/n", "--no-wait"));
        all.put("destroy", List.of("m/n", "--yes", "m/n", "--no-wait"));
        all.put("reload", List.of());
        return all;
    }

    /** By option, or command and option: what is added to that; where it begins with the command, all of it. */
    private static final Map<String, List<String>> OPTIONS = Map.ofEntries(
            Map.entry("--limit", List.of("--limit", "5MB/s")),
            Map.entry("--streams", List.of("--streams", "3")),
            Map.entry("--label", List.of("--label", "run=7")),
            Map.entry("--dry-run", List.of("--dry-run")),
            Map.entry("--dereference", List.of("--dereference")),
            Map.entry("--include", List.of("--include", "*.bin")),
            Map.entry("--max", List.of("--max", "7")),
            Map.entry("jobs --peer", List.of("jobs", "--peer", "b")),
            Map.entry("--sha256", List.of("--sha256")),
            Map.entry("--cancel", List.of("--cancel")),
            Map.entry("--alias", List.of("--alias", "other")),
            Map.entry("--address", List.of("--address", "192.0.2.9:7")),
            Map.entry("--dial", List.of("--dial", "both")),
            Map.entry("--push-to", List.of("--push-from", "m")),
            Map.entry("--push-from", List.of("--push-from", "m")),
            Map.entry("--pull-from", List.of("--pull-from", "m")),
            Map.entry("--pull-by", List.of("--pull-by", "m")),
            Map.entry("--reason", List.of("--reason", "too old")),
            Map.entry("--seconds", List.of("--seconds", "2")),
            Map.entry("verify --daemon", List.of("verify", "--daemon", "m/n", "--no-wait")));

    private Path card() throws Exception {
        Authority _ = Identities.system().makeAuthority("south.example", temp.resolve("ca"));
        var anchors = Pem.certificates(Files.readString(temp.resolve("ca").resolve(Identities.CA_CERTIFICATE)));
        return Files.writeString(
                temp.resolve("card"),
                new IdentityCard(
                                "south", SpiffeId.parse("spiffe://south.example/d"), List.of("192.0.2.7:7443"), anchors)
                        .text());
    }

    /** The commands that ask, by their names; but those of an auditor, which read static files wherever they lie (AuditorTest reads them by the socket). */
    private static Map<String, CommandLine> asking() {
        Map<String, CommandLine> found = new TreeMap<>();
        Main.model()
                .getSubcommands()
                .forEach((name, line) -> Stream.concat(
                                Stream.of(Map.entry(name, line)),
                                line.getSubcommands().entrySet().stream()
                                        .map(below -> Map.entry(name + " " + below.getKey(), below.getValue())))
                        .filter(one -> one.getValue().getCommandSpec().findOption("--verbose") != null)
                        .filter(one -> !one.getKey().startsWith("ledger ")
                                && !one.getKey().equals("custody"))
                        .forEach(one -> found.put(one.getKey(), one.getValue())));
        return found;
    }

    private record Told(int exit, String err) {}

    private static Told run(List<String> words) {
        PrintStream before = System.err;
        PrintStream out = System.out;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream caught = new PrintStream(err, true, UTF_8);
                PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8)) {
            System.setErr(caught);
            System.setOut(nowhere);
            int exit = Main.model().execute(words.toArray(new String[0]));
            return new Told(exit, err.toString(UTF_8));
        } finally {
            System.setErr(before);
            System.setOut(out);
        }
    }

    @Test
    void what_the_command_line_can_ask_the_daemon_can_answer() throws Exception {
        Map<String, CommandLine> asking = asking();
        Map<String, List<String>> commands = commands();
        assertThat(commands.keySet()).as("a command has its line here").isEqualTo(asking.keySet());
        for (Map.Entry<String, CommandLine> one : asking.entrySet()) {
            String command = one.getKey();
            assertTaken(command, line(command, commands.get(command)));
            for (OptionSpec option : one.getValue().getCommandSpec().options()) {
                String name = option.longestName();
                if (COMMON.contains(name) || LOCAL.contains(command + " " + name)) {
                    continue;
                }
                List<String> more = OPTIONS.getOrDefault(command + " " + name, OPTIONS.get(name));
                assertThat(more)
                        .as("'" + command + " " + name + "' has an example here")
                        .isNotNull();
                boolean whole = more.getFirst().equals(command);
                assertTaken(command + " " + name, whole ? more : line(command, commands.get(command), more));
            }
        }
    }

    private static List<String> line(String command, List<String> arguments) {
        return line(command, arguments, List.of());
    }

    private static List<String> line(String command, List<String> arguments, List<String> more) {
        List<String> all = new ArrayList<>(List.of(command.split(" ")));
        all.addAll(arguments);
        all.addAll(more);
        return all;
    }

    private void assertTaken(String what, List<String> words) throws Exception {
        FakeTransfers transfers = new FakeTransfers();
        transfers.publish("m", "n");
        Files.deleteIfExists(temp.resolve("out"));
        try (LocalApi api = LocalApi.create(temp.resolve("a/d.sock"), transfers, new FakeFacts())) {
            api.start();
            var _ = new CarnetClient(api.socket())
                    .push(new PushRequest("/x", "b", "m", "n", false, 0, 0)); // that is TRANSFER
            List<String> all = new ArrayList<>(words);
            all.addAll(List.of("--verbose", "--socket", api.socket().toString()));
            Told told = run(all); // 409: taken, and there is nothing to continue
            List<String> answers = told.err()
                    .lines()
                    .filter(line -> line.strip().startsWith("HTTP "))
                    .toList();
            assertThat(answers)
                    .as(what + ": " + told)
                    .isNotEmpty()
                    .allMatch(line -> line.strip().matches("HTTP (20[0-9]|409) .*"));
        }
    }

    @Test
    void what_is_left_out_has_its_reason() {
        Set<String> known = new TreeSet<>();
        asking().forEach((command, line) ->
                line.getCommandSpec().options().forEach(option -> known.add(command + " " + option.longestName())));
        assertThat(known).containsAll(LOCAL);
    }
}
