package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import dev.carnet.client.Json;
import dev.carnet.client.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Whole commands against a daemon that a test writes: what is printed, where, and how it ends. */
@Timeout(30)
class CliTest {
    private static final String ID = "3f2a91bc00000000000000000000beef";

    @TempDir
    private Path temp;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicLong now = new AtomicLong();
    private boolean terminal;

    private int run(String... args) {
        var env = new Env(
                java.io.InputStream.nullInputStream(),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of("CARNET_SOCKET", temp.resolve("s").toString()),
                terminal,
                80,
                now::get,
                time -> now.addAndGet(time.toNanos()));
        return Main.commandLine(env, args).execute(args);
    }

    private FakeDaemon daemon(Function<String, String> answers) throws IOException {
        return new FakeDaemon(temp.resolve("s"), answers);
    }

    private JsonObject lastLine() {
        return Json.read(out.toString().lines().toList().getLast().getBytes(StandardCharsets.UTF_8));
    }

    private static String transfer(String changes) {
        String text = """
            {"id":"%s","role":"source","state":"OPEN","finished":false,"ok":false,"peer":"spiffe://a.test/b",
             "volume":"models","name":"run7/step-100","source":"/data/step-100","attempt":1,"files":12,"filesDone":5,
             "bytesTotal":29100000000,"bytesDone":12300000000,"wireBytes":8200000000,"resentBytes":0,"rateNow":812e6,
             "rateAverage":790e6,"etaSeconds":42,"streams":4,"waitingFor":null,"code":null,"error":null,
             "treeDigest":null,"contentDigest":null,"receipt":null,"published":null,
             "created":"2026-02-03T04:05:06Z","updated":"2026-02-03T04:05:09Z"}""".formatted(ID);
        for (String change : changes.split("\\|")) {
            if (!change.isEmpty()) {
                String member = change.substring(0, change.indexOf('='));
                text = text.replaceFirst(
                        "\"" + member + "\":(\"[^\"]*\"|[^,}]+)",
                        java.util.regex.Matcher.quoteReplacement(
                                "\"" + member + "\":" + change.substring(member.length() + 1)));
            }
        }
        return text;
    }

    private static String closed() {
        return transfer(
                "state=\"CLOSED\"|finished=true|ok=true|bytesDone=29100000000|filesDone=12|etaSeconds=null|streams=0|"
                        + "treeDigest=\"aa11\"|receipt=\"/var/lib/carnet/r.dsse\"");
    }

    @Test
    void status_is_a_table() throws IOException {
        String waiting =
                transfer("id=\"77\"|role=\"destination\"|waitingFor=\"room on the disk\"|etaSeconds=null|rateNow=0.0");
        String failed = transfer(
                "id=\"abcdef0123\"|state=\"ABORTED\"|finished=true|code=\"NO_SPACE\"|error=\"the volume models is full\"");
        try (var daemon = daemon(
                r -> FakeDaemon.json(200, "{\"transfers\":[" + transfer("") + "," + waiting + "," + failed + "]}"))) {
            assertThat(run("status")).isZero();
            assertThat(daemon.requests()).containsExactly("GET /v1/transfers?max=20");
        }
        assertThat(out.toString()).isEqualTo("""
                ID        STATE      %     SIZE      RATE  ETA  WHAT
                3f2a91bc  OPEN     42%  29.1 GB  812 MB/s  42s  models/run7/step-100 to spiffe://a.test/b
                77        OPEN     42%  29.1 GB     0 B/s    -  models/run7/step-100 from spiffe://a.test/b
                  waiting: room on the disk
                abcdef01  ABORTED  42%  29.1 GB  790 MB/s    -  models/run7/step-100 to spiffe://a.test/b
                  NO_SPACE: the volume models is full
                """);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void status_of_one_says_all() throws IOException {
        try (var daemon = daemon(r -> FakeDaemon.json(200, transfer("resentBytes=4194304")))) {
            assertThat(run("status", "3f2a")).isZero();
            assertThat(daemon.requests()).containsExactly("GET /v1/transfers/3f2a");
        }
        assertThat(out.toString()).isEqualTo("""
                transfer  3f2a91bc00000000000000000000beef
                state     OPEN
                source    /data/step-100
                to        spiffe://a.test/b
                there     models/run7/step-100
                files     5 of 12
                bytes     12.3 GB of 29.1 GB (42%)
                wire      8.20 GB, compression 1.50:1, 4.19 MB sent again
                rate      812 MB/s now, average 790 MB/s
                ETA       42s
                attempt   1, 4 streams open
                created   2026-02-03T04:05:06Z
                updated   2026-02-03T04:05:09Z
                """);
    }

    @Test
    void json_keeps_what_this_version_does_not_know() throws IOException {
        try (var daemon =
                daemon(r -> FakeDaemon.json(200, transfer("").replace("{", "{\"novel\":[1,{\"a\":null}],")))) {
            assertThat(run("status", ID, "--json")).isZero();
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat(out.toString()).contains("\"novel\":[1,{\"a\":null}]").hasLineCount(1);
        assertThat(lastLine().number("bytesDone")).isEqualTo(12_300_000_000L);
    }

    @Test
    void push_waits_and_reports() throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of(
                transfer("bytesTotal=0|bytesDone=0|wireBytes=0|waitingFor=\"the peer b\""),
                transfer(""),
                transfer(""),
                closed()));
        try (var daemon = daemon(r -> FakeDaemon.json(r.startsWith("POST") ? 201 : 200, answers.pop()))) {
            assertThat(run(
                            "push",
                            "/data/./step-100",
                            "b:models/run7/step-100",
                            "--limit",
                            "10Gbit/s",
                            "--streams",
                            "3"))
                    .isZero();
            assertThat(daemon.requests().getFirst())
                    .isEqualTo(
                            "POST /v1/transfers {\"source\":\"/data/step-100\",\"peer\":\"b\",\"volume\":\"models\","
                                    + "\"name\":\"run7/step-100\",\"dereference\":false,\"bytesPerSecondMax\":1250000000,\"streams\":3}");
            assertThat(daemon.requests().get(1)).isEqualTo("GET /v1/transfers/" + ID);
        }
        assertThat(err.toString()).isEqualTo("""
                transfer 3f2a91bc00000000000000000000beef
                3f2a91bc    - 0 B of 0 B  waiting: the peer b
                3f2a91bc  42% 12.3 GB of 29.1 GB  812 MB/s (avg 790 MB/s)  ETA 42s  4 streams  1.50:1
                3f2a91bc 100% 29.1 GB of 29.1 GB  CLOSED
                """);
        assertThat(out.toString()).contains("state     CLOSED\n").contains("receipt   /var/lib/carnet/r.dsse\n");
    }

    @Test
    void on_a_terminal_one_line_is_drawn_again() throws IOException {
        terminal = true;
        String sentence =
                "b does not answer at 10.0.0.2:7777: connection refused; is its daemon running, is the port open?";
        Deque<String> answers =
                new ArrayDeque<>(List.of(transfer(""), transfer("waitingFor=\"" + sentence + "\""), closed()));
        try (var daemon = daemon(r -> FakeDaemon.json(200, answers.pop()))) {
            assertThat(run("push", "x", "b:models/n")).isZero();
            assertThat(daemon.requests()).hasSize(3);
        }
        var drawn = err.toString().split("\r\u001b\\[K");
        assertThat(drawn).hasSize(4);
        for (String line : drawn) {
            assertThat(line.strip().length()).isLessThan(80);
        }
        assertThat(drawn[2]).contains("connecti").endsWith("…");
        assertThat(err.toString()).endsWith("CLOSED\n");
    }

    @Test
    void a_daemon_that_restarts_is_waited_for() throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of(
                FakeDaemon.json(201, transfer("")),
                FakeDaemon.problem(503, "SHUTTING_DOWN", "the daemon stops"),
                FakeDaemon.problem(503, "BUSY", "the daemon starts"),
                FakeDaemon.json(200, closed())));
        try (var daemon = daemon(r -> answers.pop())) {
            assertThat(run("push", "x", "b:models/n")).isZero();
            assertThat(daemon.requests()).hasSize(4);
        }
        assertThat(err.toString()).contains("the daemon does not answer; what was begun goes on when it is back\n");
    }

    @Test
    void a_daemon_that_stays_away_is_not_waited_for_for_ever() throws IOException {
        try (var daemon = daemon(r -> r.startsWith("POST")
                ? FakeDaemon.json(201, transfer(""))
                : FakeDaemon.problem(503, "SHUTTING_DOWN", "the daemon stops"))) {
            assertThat(run("push", "x", "b:models/n")).isEqualTo(75);
            assertThat(daemon.requests().size()).isGreaterThan(10);
        }
        assertThat(now.get()).isBetween(TimeUnit.MINUTES.toNanos(2), TimeUnit.MINUTES.toNanos(3));
    }

    @Test
    void push_without_waiting_prints_the_id() throws IOException {
        try (var daemon = daemon(r -> FakeDaemon.json(201, transfer("")))) {
            assertThat(run("push", "--no-wait", "x", "b:models/n")).isZero();
            assertThat(daemon.requests()).hasSize(1);
            assertThat(daemon.requests().getFirst())
                    .as("SRC is made absolute here, not in the daemon")
                    .contains("\"source\":\"" + Path.of("x").toAbsolutePath() + "\"");
        }
        assertThat(out.toString()).isEqualTo(ID + "\n");
    }

    @Test
    void dots_behind_a_link_mean_what_the_kernel_says() throws IOException {
        Files.createDirectories(temp.resolve("a/b"));
        Files.createDirectories(temp.resolve("a/c"));
        Files.createSymbolicLink(temp.resolve("link"), temp.resolve("a/b"));
        try (var daemon = daemon(r -> FakeDaemon.json(201, transfer("")))) {
            assertThat(run("push", "--no-wait", temp + "/link/../c", "b:models/n"))
                    .isZero();
            assertThat(daemon.requests().getFirst())
                    .contains("\"" + temp.toRealPath().resolve("a/c") + "\"");
        }
    }

    @Test
    void a_failed_transfer_ends_with_its_code() throws IOException {
        String failed = transfer(
                "state=\"ABORTED\"|finished=true|code=\"CHUNK_MISMATCH\"|error=\"chunk 3 of model.bin does not verify\"");
        try (var daemon = daemon(r -> FakeDaemon.json(200, failed))) {
            assertThat(run("push", "x", "b:models/n", "--json")).isEqualTo(5);
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat(err.toString())
                .contains(
                        "carnet: CHUNK_MISMATCH: chunk 3 of model.bin does not verify\n  Bytes or statements changed");
        assertThat(lastLine().flag("ok")).isFalse();
        assertThat(lastLine().text("code")).isEqualTo("CHUNK_MISMATCH");
    }

    @ParameterizedTest
    @CsvSource({
        "POLICY,403,3",
        "BAD_NAME,422,3",
        "UNKNOWN_TRANSFER,404,3",
        "NO_SPACE,507,6",
        "CANCELLED,409,7",
        "STOPPED,409,8",
        "BUSY,503,75",
        "INTERNAL,500,70",
        "TREE_MISMATCH,502,5"
    })
    void a_refusal_has_its_exit_code_and_says_what_to_do(String code, int status, int exit) throws IOException {
        try (var daemon = daemon(r -> FakeDaemon.problem(status, code, "what happened"))) {
            assertThat(run("continue", "abcd", "--json")).isEqualTo(exit);
            assertThat(daemon.requests().getFirst()).isEqualTo("POST /v1/transfers/abcd/continue");
            assertThat(daemon.requests()).hasSize(code.equals("UNKNOWN_TRANSFER") ? 2 : 1);
        }
        var lines = err.toString().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo("carnet: " + code + ": what happened");
        assertThat(lines.getLast()).startsWith("  ").hasSizeGreaterThan(12);
        assertThat(lastLine().text("code")).isEqualTo(code);
        assertThat(lastLine().text("error")).isEqualTo("what happened");
    }

    @ParameterizedTest
    @CsvSource({
        "ffff,no transfer of this daemon begins with ffff",
        "3F2A,'2 transfers begin with 3f2a: give more digits of the one that is meant: 3f2a91bc00000000000000000000beef, 3f2affff'"
    })
    void says_whether_none_or_several_begin_with_an_id(String id, String sentence) throws IOException {
        String list = "{\"transfers\":[" + transfer("") + "," + transfer("id=\"3f2affff\"") + "]}";
        try (var daemon = daemon(r -> r.contains("?max")
                ? FakeDaemon.json(200, list)
                : FakeDaemon.problem(404, "UNKNOWN_TRANSFER", "no transfer, or more than one, begins with it"))) {
            assertThat(run("status", id)).isEqualTo(3);
            assertThat(daemon.requests()).hasSize(2);
        }
        assertThat(err.toString()).startsWith("carnet: UNKNOWN_TRANSFER: " + sentence + "\n");
    }

    @Test
    void an_argument_that_is_no_utf8_is_refused() {
        assertThat(run("push", "caf\ufffd", "b:m/n")).isEqualTo(2);
        assertThat(err.toString()).startsWith("carnet: SRC 'caf\ufffd' is not valid UTF-8");
    }

    @Test
    void without_a_daemon_it_says_how_to_start_one() {
        assertThat(run("doctor")).isEqualTo(4);
        assertThat(err.toString())
                .startsWith("carnet: UNREACHABLE: no daemon answers at " + temp.resolve("s"))
                .contains("`carnetd`")
                .contains("--socket");
        assertThat(run("--socket", temp.resolve("other").toString(), "status")).isEqualTo(4);
        assertThat(run("status", "--socket", temp.resolve("third").toString())).isEqualTo(4);
        assertThat(err.toString()).contains("/other: ").contains("/third: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "push",
                "push x",
                "push x y",
                "push x b:m/n --limit fast",
                "push x b:m/n --streams 65",
                "push x b:m/n z",
                "push caf\ufffd b:m/n",
                "push x b:m/caf\ufffd",
                "cancel",
                "status abc",
                "cancel nothex",
                "moo",
                "status --wrong",
                "--wrong"
            })
    void a_wrong_command_line(String line) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("carnet: ").contains("--help");
    }

    @Test
    void names_and_sentences_cannot_command_the_terminal() throws IOException {
        String evil = "\\u001b]0;owned\\u0007\\u009b2J\\u202e\\r\\n";
        String members = "name=\"" + evil + "\"|peer=\"" + evil + "\"|source=\"" + evil + "\"|waitingFor=\"" + evil
                + "\"|error=\"" + evil + "\"|code=\"" + evil + "\"|state=\"" + evil + "\"|receipt=\"" + evil
                + "\"|id=\"" + evil + "\"";
        String checkpoint = "{\"volume\":\"m\",\"name\":\"" + evil + "\",\"path\":\"p\",\"contentDigest\":\"" + evil
                + "\",\"files\":1,\"logicalBytes\":1,\"published\":\"" + evil + "\"}";
        String peer = "{\"alias\":\"" + evil + "\",\"id\":\"" + evil + "\",\"up\":false,\"since\":null,\"whyNot\":\""
                + evil + "\"}";
        String finding = "{\"check\":\"" + evil + "\",\"level\":\"" + evil + "\",\"found\":\"" + evil
                + "\",\"whatToDo\":\"" + evil + "\"}";
        String info = "{\"id\":\"" + evil + "\",\"version\":\"" + evil
                + "\",\"pid\":1,\"uptimeSeconds\":1,\"listen\":\"" + evil + "\"}";
        try (var daemon = daemon(r -> FakeDaemon.json(
                200,
                r.contains("/checkpoints")
                        ? "{\"checkpoints\":[" + checkpoint + "]}"
                        : r.contains("/peers")
                                ? "{\"peers\":[" + peer + "]}"
                                : r.contains("/doctor")
                                        ? "{\"findings\":[" + finding + "]}"
                                        : r.contains("/daemon")
                                                ? info
                                                : r.contains("?max")
                                                        ? "{\"transfers\":[" + transfer(members) + "]}"
                                                        : transfer(members + "|finished=true")))) {
            for (String[] command : new String[][] {
                {"status"},
                {"status", "abcd"},
                {"status", "abcd", "--watch"},
                {"status", "--json"},
                {"ls"},
                {"ls", "--json"},
                {"peers"},
                {"doctor"},
                {"cancel", "abcd"},
                {"continue", "abcd"},
                {"push", "x", "b:m/n"},
                {"push", "x", "b:m/n", "--no-wait"}
            }) {
                run(command);
            }
            assertThat(daemon.requests()).hasSize(13);
        }
        try (var daemon = new FakeDaemon(
                temp.resolve("t"),
                r -> FakeDaemon.json(403, "{\"code\":\"" + evil + "\",\"detail\":\"" + evil + "\"}"))) {
            run("status", "--socket", temp.resolve("t").toString());
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat((out.toString() + err).replace("\n", "").codePoints())
                .allMatch(c -> c >= 0x20 && c < 0x7f || c == '…');
        assertThat(out.toString()).contains("\\x1b]0;owned\\x07\\u{9b}2J\\u{202e}\\x0d\\x0a");
    }

    @Test
    void ls_goes_through_the_pages_of_a_volume() throws IOException {
        var page = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            page.append(i == 0 ? "" : ",").append(checkpoint("n" + (1000 + i)));
        }
        try (var daemon = daemon(r ->
                FakeDaemon.json(200, "{\"checkpoints\":[" + (r.contains("after") ? checkpoint("z") : page) + "]}"))) {
            assertThat(run("ls", "m")).isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "GET /v1/checkpoints?volume=m&max=1000",
                            "GET /v1/checkpoints?volume=m&after=n1999&max=1000");
        }
        assertThat(out.toString()).hasLineCount(1002);
        assertThat(out.toString().lines().toList().getLast())
                .isEqualTo("1.50 GB      3  published  2026-02-03T04:05:06Z  0123456789ab  m/z");
    }

    private static String checkpoint(String name) {
        return "{\"volume\":\"m\",\"name\":\"" + name
                + "\",\"path\":\"p\",\"contentDigest\":\"0123456789abcdef\",\"files\":3,\"logicalBytes\":1500000000,"
                + "\"published\":\"2026-02-03T04:05:06Z\"}";
    }

    @Test
    void peers_and_doctor() throws IOException {
        try (var daemon =
                daemon(r -> FakeDaemon.json(200, r.contains("/peers") ? """
                {"peers":[{"alias":"b","id":"spiffe://a.test/b","up":true,"since":"2026-02-03T04:05:06Z","whyNot":null},
                 {"alias":"c","id":"spiffe://a.test/c","up":false,"since":null,"whyNot":"connection refused"}]}""" : r.contains("/doctor") ? """
                {"findings":[{"check":"hash","level":"OK","found":"4.1 GB/s","whatToDo":""},
                 {"check":"clock","level":"ERROR","found":"off by 5 minutes","whatToDo":"run an NTP client"}]}""" : """
                {"id":"spiffe://a.test/x","origin":"o","version":"1","pid":7,"listen":"0.0.0.0:7777","uptimeSeconds":61,"hash":"h"}"""))) {
            assertThat(run("peers")).isZero();
            assertThat(run("doctor")).isEqualTo(3);
            assertThat(daemon.requests()).hasSize(3);
        }
        assertThat(out.toString()).isEqualTo("""
                ALIAS  SESSION  SINCE                 ID
                b      up       2026-02-03T04:05:06Z  spiffe://a.test/b
                c      down     -                     spiffe://a.test/c
                  connection refused
                spiffe://a.test/x, carnetd 1, pid 7, up 1m01s, peers reach it at 0.0.0.0:7777
                ok      hash: 4.1 GB/s
                error   clock: off by 5 minutes
                        do: run an NTP client
                """);
    }

    @Test
    void leaving_says_that_the_transfer_goes_on() {
        MoveCommand.leave(
                new Env(
                        java.io.InputStream.nullInputStream(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        Map.of(),
                        true,
                        80,
                        now::get,
                        time -> {}),
                ID);
        assertThat(err.toString()).contains("goes on in the daemon").contains("`carnet cancel " + ID + "`");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "help"})
    void help_names_every_command(String word) {
        assertThat(run(word)).isZero();
        var commands = Main.commandLine(Env.system()).getSubcommands().keySet();
        for (String command : commands) {
            assertThat(out.toString()).contains(command);
        }
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
        assertThat(out.toString()).contains("Move:").contains("Examples:");
    }

    @Test
    void every_command_is_found_by_its_own_name() {
        Main.commands(Env.system()).forEach((name, command) -> {
            Object made = command.get();
            var line = made instanceof CommandLine one ? one : new CommandLine(made);
            assertThat(line.getCommandName()).isEqualTo(name);
        });
    }

    @Test
    void every_command_explains_itself() {
        for (String command : Main.commandLine(Env.system()).getSubcommands().keySet()) {
            assertThat(run(command, "--help")).as(command).isZero();
        }
        assertThat(run("help", "push")).isZero();
        assertThat(out.toString()).contains("--no-wait").contains("--limit").contains("Examples:");
    }
}
