package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.FakeDaemon;
import dev.carnet.client.Job;
import dev.carnet.client.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** show, ls of a peer, and the commands whose work is a job. */
@Timeout(30)
class CatalogueCommandsTest {
    private static final String JOB = "00112233445566778899aabbccddeeff";

    @TempDir
    private Path temp;

    private Shell shell;

    @BeforeEach
    void prepare() {
        shell = new Shell(temp.resolve("s"));
    }

    private static String job(String kind, String state, String more) {
        return "{\"id\":\"" + JOB + "\",\"kind\":\"" + kind + "\",\"volume\":\"models\",\"name\":\"n\",\"state\":\""
                + state + "\",\"files\":3,\"bytes\":500000000,\"bytes_total\":1000000000" + more + "}";
    }

    private static Job begun(String kind, String more) {
        return new Job(Json.read(job(kind, "running", more).getBytes(StandardCharsets.UTF_8)));
    }

    private static String checkpoint(String volume, String name) {
        return "{\"volume\":\"" + volume + "\",\"name\":\"" + name
                + "\",\"state\":\"adopted\",\"tree_digest\":\"aa11\","
                + "\"content_digest\":\"bb22\",\"files\":3,\"directories\":2,\"bytes\":1500,\"since\":\"2026-02-03T04:05:06Z\","
                + "\"part_of\":\"cc33\",\"transfer\":\"dd44\",\"peer\":\"spiffe://a.test/b\",\"receipt_digest\":\"ee55\","
                + "\"records\":\"/srv/models/.carnet/records/ff\"}";
    }

    @Test
    void a_release_is_a_job_with_its_reason() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(202, job("release", "done", ",\"entry\":\"ab12\"")))) {
            assertThat(shell.run("release", "models/n")).isZero();
            assertThat(daemon.requests().getFirst())
                    .startsWith("POST /v1/releases")
                    .contains("{\"name\":\"n\",\"reason\":\"released by an operator\",\"volume\":\"models\"}");
            assertThat(shell.out()).contains("what      release models/n").contains("entry     ab12");
            assertThat(shell.run("release", "models/n", "--reason", "too old")).isZero();
            assertThat(daemon.requests().getLast()).contains("\"reason\":\"too old\"");
        }
    }

    @Test
    void nothing_is_destroyed_by_accident() throws IOException {
        try (var daemon = shell.daemon(r -> r.startsWith("GET")
                ? FakeDaemon.json(200, checkpoint("models", "n"))
                : FakeDaemon.json(202, job("destroy", "done", "")))) {
            assertThat(shell.run("destroy", "models/n")).isEqualTo(ExitCode.USAGE.number());
            assertThat(shell.err()).contains("nobody can be asked here: give --yes models/n");
            assertThat(shell.run("destroy", "models/n", "--yes", "models/m")).isEqualTo(ExitCode.USAGE.number());
            assertThat(shell.err()).contains("'models/m' is not 'models/n': nothing was destroyed");
            shell.terminal = true;
            assertThat(shell.runWith("models/n\n", "destroy", "models/n", "--json"))
                    .isEqualTo(ExitCode.USAGE.number());
            for (String typed : new String[] {"", "\n", "y\n", "yes\n", "n\n", "models/n x\n", "x\nmodels/n\n"}) {
                assertThat(shell.runWith(typed, "destroy", "models/n")).isEqualTo(ExitCode.USAGE.number());
                assertThat(shell.err())
                        .contains("models/n: 3 files, 1.50 kB, adopted, tree aa11")
                        .contains("nothing was destroyed");
            }
            assertThat(daemon.requests()).noneMatch(request -> request.startsWith("POST"));
            assertThat(shell.runWith("models/n\n", "destroy", "models/n")).isZero();
            assertThat(daemon.requests().getLast())
                    .startsWith("POST /v1/destructions")
                    .contains("{\"confirm\":\"models/n\",\"name\":\"n\",\"volume\":\"models\"}");
            shell.terminal = false;
            assertThat(shell.run("destroy", "models/n", "--yes", "models/n", "--json"))
                    .isZero();
            assertThat(shell.lastLine().text("kind")).isEqualTo("destroy");
        }
    }

    @Test
    void what_leaves_is_left_to_the_daemon() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, job("destroy", "cancelled", "")))) {
            JobCommand.leave(
                    shell.env(InputStream.nullInputStream()),
                    new CarnetClient(temp.resolve("s")),
                    begun("destroy", ""));
            assertThat(daemon.requests()).isEmpty();
            assertThat(shell.err()).contains("The daemon goes on.");
        }
    }

    @Test
    void show_says_everything() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, checkpoint("models", "run 7/x")))) {
            assertThat(shell.run("show", "models/run 7/x")).isZero();
            assertThat(daemon.requests()).containsExactly("GET /v1/checkpoint?volume=models&name=run%207%2Fx");
        }
        assertThat(shell.out()).isEqualTo("""
                name      models/run 7/x
                state     adopted
                since     2026-02-03T04:05:06Z
                what      3 files in 2 directories, 1.50 kB (1500 bytes)
                tree      aa11
                content   bb22
                part of   cc33
                from      spiffe://a.test/b
                transfer  dd44
                receipt   ee55
                records   /srv/models/.carnet/records/ff
                """);
    }

    @Test
    void show_finds_a_name_where_one_volume_has_it() throws IOException {
        try (var daemon = shell.daemon(r -> r.startsWith("GET /v1/checkpoints")
                ? FakeDaemon.json(
                        200,
                        "{\"checkpoints\":[" + checkpoint("m", "run/x") + "," + checkpoint("m", "y") + ","
                                + checkpoint("o", "y") + "]}")
                : r.contains("volume=m&")
                        ? FakeDaemon.json(200, checkpoint("m", "run/x"))
                        : FakeDaemon.problem(404, "UNKNOWN_CHECKPOINT", "no volume run"))) {
            assertThat(shell.run("show", "run/x")).isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "GET /v1/checkpoint?volume=run&name=x",
                            "GET /v1/checkpoints?max=1000",
                            "GET /v1/checkpoint?volume=m&name=run%2Fx");
            assertThat(shell.run("show", "y")).isEqualTo(3);
            assertThat(shell.err()).contains("2 volumes have a checkpoint y: say which of m/y, o/y");
            assertThat(shell.run("show", "z")).isEqualTo(3);
            assertThat(shell.err()).contains("UNKNOWN_CHECKPOINT: no checkpoint here is called z");
            assertThat(shell.run("show", "run/z")).isEqualTo(3);
            assertThat(shell.err())
                    .contains("UNKNOWN_CHECKPOINT: no volume run")
                    .contains("`carnet ls`");
        }
    }

    @Test
    void ls_of_a_peer_goes_through_its_pages() throws IOException {
        String line = "{\"name\":\"%s\",\"tree_digest\":\"aa\",\"content_digest\":\"0123456789abcdef\",\"bytes\":1500,"
                + "\"files\":3,\"since\":\"2026-02-03T04:05:06Z\"}";
        try (var daemon = shell.daemon(r -> FakeDaemon.json(
                200,
                r.equals("GET /v1/peers")
                        ? "{\"peers\":[{\"alias\":\"b\",\"id\":\"spiffe://a.test/b\",\"up\":true}]}"
                        : "{\"checkpoints\":[" + line.formatted(r.contains("after") ? "z" : "a b") + "],\"more\":"
                                + !r.contains("after") + "}"))) {
            assertThat(shell.run("ls", "spiffe://a.test/b:models")).isZero();
            assertThat(daemon.requests())
                    .as("paths have room for an alias alone")
                    .containsExactly(
                            "GET /v1/peers",
                            "GET /v1/peers/b/checkpoints?volume=models&max=128",
                            "GET /v1/peers",
                            "GET /v1/peers/b/checkpoints?volume=models&after=a%20b&max=128");
            assertThat(shell.run("ls", "spiffe://a.test/c:models")).isEqualTo(3);
            assertThat(shell.err()).startsWith("carnet: UNKNOWN_PEER: no peer of the daemon");
            assertThat(shell.run("ls", "b:models")).isZero();
        }
        assertThat(shell.out().lines().toList())
                .hasSize(3)
                .last()
                .asString()
                .endsWith("2026-02-03T04:05:06Z  0123456789ab  models/z");
    }

    @ParameterizedTest
    @CsvSource({"seal,/v1/seals", "adopt,/v1/adoptions"})
    void a_job_is_waited_for(String command, String path) throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of(
                FakeDaemon.json(202, job(command, "running", "")),
                FakeDaemon.problem(503, "BUSY", "the daemon is busy"),
                FakeDaemon.json(
                        200,
                        job(
                                command,
                                "done",
                                ",\"tree_digest\":\"aa11\",\"content_digest\":\"bb22\",\"entry\":\"cc33\""))));
        try (var daemon = shell.daemon(r -> answers.pop())) {
            assertThat(shell.run(command, "/srv/./models/n")).isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "POST " + path + " {\"path\":\"/srv/models/n\"}",
                            "GET /v1/jobs/" + JOB,
                            "GET /v1/jobs/" + JOB);
        }
        assertThat(shell.err()).startsWith(command + " models/n  500 MB of 1.00 GB (50%)  running\n");
        assertThat(shell.out())
                .contains("what      " + command + " models/n\n")
                .contains("state     done\n")
                .contains("tree      aa11\n")
                .contains("entry     cc33\n");
    }

    @ParameterizedTest
    @CsvSource({
        "failed,SOURCE_CHANGED,3",
        "failed,NO_SPACE,6",
        "failed,TREE_MISMATCH,5",
        "cancelled,,7",
    })
    void a_job_that_ends_badly_has_its_exit_code(String state, String code, int exit) throws IOException {
        String ended =
                job("seal", state, code == null ? "" : ",\"code\":\"" + code + "\",\"reason\":\"model.bin changed\"");
        try (var daemon = shell.daemon(r -> FakeDaemon.json(202, ended))) {
            assertThat(shell.run("seal", "/srv/models/n", "--json")).isEqualTo(exit);
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat(shell.lastLine().text("state")).isEqualTo(state);
        assertThat(shell.err()).contains("carnet: " + (code == null ? "CANCELLED: " : code + ": model.bin changed\n"));
    }

    @Test
    void verify_at_a_peer_is_a_job_of_the_daemon() throws IOException {
        String done = job(
                "peer-verify",
                "done",
                ",\"peer\":\"b\",\"state_found\":\"verified\",\"time\":\"2026-02-03T04:05:06Z\",\"envelope\":\"e30=\"");
        String running = job("peer-verify", "running", ",\"peer\":\"b\",\"waiting_for\":\"it reads\"");
        try (var daemon = shell.daemon(r -> r.endsWith("/verifications")
                ? FakeDaemon.json(200, "{\"jobs\":[" + done + "]}")
                : FakeDaemon.json(202, r.contains("/peers/") && r.startsWith("POST") ? running : done))) {
            assertThat(shell.run("verify", "b:models/n")).isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "POST /v1/peers/b/verifications {\"name\":\"n\",\"volume\":\"models\"}",
                            "GET /v1/peers/b/verifications/" + JOB);
            assertThat(shell.err()).contains("peer-verify models/n at b").contains("running, waiting: it reads\n");
            assertThat(shell.out()).contains("found     verified\n").contains("signed    2026-02-03T04:05:06Z\n");
            assertThat(shell.run("jobs", "--peer", "b", "00")).isZero();
            assertThat(shell.out()).contains("what      peer-verify models/n\nat        b\n");
            assertThat(shell.run("verify", "--daemon", "models/n")).isZero();
            assertThat(daemon.requests().getLast())
                    .isEqualTo("POST /v1/verifications {\"name\":\"n\",\"volume\":\"models\"}");
        }
    }

    @Test
    void what_lies_here_under_that_name_is_verified_here() throws IOException {
        Files.createDirectories(temp.resolve("b:models/n"));
        assertThat(shell.run("verify", temp.resolve("b:models/n").toString())).isEqualTo(3);
        assertThat(shell.err()).contains("NOT_ON_RECORD");
    }

    @Test
    void jobs_are_listed_followed_and_cancelled() throws IOException {
        String other = job("peer-verify", "running", ",\"peer\":\"b\"").replace(JOB, "ab".repeat(16));
        try (var daemon = shell.daemon(r -> FakeDaemon.json(
                200,
                r.equals("GET /v1/jobs")
                        ? "{\"jobs\":[" + job("seal", "running", "") + "," + other + "]}"
                        : job("seal", r.contains("cancel") ? "cancelled" : "done", "")))) {
            assertThat(shell.run("jobs")).isZero();
            assertThat(shell.out()).isEqualTo("""
                    ID        KIND         STATE      READ       OF  NAME
                    00112233  seal         running  500 MB  1.00 GB  models/n
                    abababab  peer-verify  running  500 MB  1.00 GB  models/n at b
                    """);
            assertThat(shell.run("jobs", "0011")).isZero();
            assertThat(shell.out()).contains("state     running");
            assertThat(shell.run("jobs", JOB, "--watch")).isZero();
            assertThat(daemon.requests().getLast()).isEqualTo("GET /v1/jobs/" + JOB);
            assertThat(shell.out()).contains("state     done");
            assertThat(shell.run("jobs", "0011", "--cancel")).isZero();
            assertThat(daemon.requests().getLast()).isEqualTo("POST /v1/jobs/" + JOB + "/cancel");
            assertThat(shell.run("jobs", "ffff")).isEqualTo(2);
            assertThat(shell.err()).contains("no job of this daemon begins with 'ffff'");
        }
    }

    @Test
    void leaving_cancels_the_job_or_says_that_it_goes_on() throws IOException {
        var client = new CarnetClient(temp.resolve("s"));
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, job("seal", "cancelled", "")))) {
            JobCommand.leave(shell.env(InputStream.nullInputStream()), client, begun("seal", ""));
            assertThat(daemon.requests()).containsExactly("POST /v1/jobs/" + JOB + "/cancel");
            assertThat(shell.err()).contains("The job " + JOB + " is cancelled");
        }
        Files.delete(temp.resolve("s"));
        JobCommand.leave(shell.env(InputStream.nullInputStream()), client, begun("peer-verify", ",\"peer\":\"b\""));
        assertThat(shell.err()).contains("The peer goes on reading. `carnet jobs --peer b`");
        JobCommand.leave(shell.env(InputStream.nullInputStream()), client, begun("seal", ""));
        assertThat(shell.err())
                .contains("goes on in the daemon (UNREACHABLE)")
                .contains("`carnet jobs " + JOB + " --cancel` stops it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "show",
                "show caf\ufffd",
                "ls b:",
                "ls :m",
                "ls b:m/n",
                "seal",
                "seal caf\ufffd",
                "adopt",
                "verify --daemon noslash",
                "verify b:m",
                "jobs --watch",
                "jobs xyz"
            })
    void a_wrong_command_line(String line) {
        assertThat(shell.run(line.split(" "))).as(shell.err()).isEqualTo(2);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).startsWith("carnet: ").contains("--help");
    }
}
