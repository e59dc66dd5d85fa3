package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import java.io.IOException;
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

/** Pull, pause, labels and dry runs. */
@Timeout(30)
class PullAndPauseTest {
    private static final String ID = "3f2a91bc00000000000000000000beef";

    @TempDir
    private Path temp;

    private Shell shell;

    @BeforeEach
    void prepare() {
        shell = new Shell(temp.resolve("s"));
    }

    static String transfer(String state, boolean finished, String more) {
        return """
            {"id":"%s","role":"destination","state":"%s","finished":%s,"ok":%s,"peer":"spiffe://a.test/b",
             "volume":"models","name":"run7/config","source":null,"attempt":1,"files":2,"filesDone":2,
             "bytesTotal":1000,"bytesDone":1000,"wireBytes":1000,"resentBytes":0,"rateNow":0.0,
             "rateAverage":500.0,"etaSeconds":null,"streams":4,"waitingFor":null,"code":null,"error":null,
             "treeDigest":"aa11","contentDigest":"bb22","receipt":null,"published":"/srv/models/run7/config",
             "created":"2026-02-03T04:05:06Z","updated":"2026-02-03T04:05:09Z"%s}""".formatted(ID, state, finished, finished, more);
    }

    @Test
    void a_pull_asks_for_what_was_typed_and_waits() throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of(
                transfer("RECEIVING", false, ""),
                transfer(
                        "CLOSED",
                        true,
                        ",\"direction\":\"pull\",\"mode\":\"sealed\",\"labels\":{\"run\":\"7\",\"why\":\"a=b\"},"
                                + "\"include\":[\"*.json\",\"t/\"],\"part_of\":\"cc33\"")));
        try (var daemon = shell.daemon(r -> FakeDaemon.json(r.startsWith("POST") ? 201 : 200, answers.pop()))) {
            assertThat(shell.run(
                            "pull",
                            "spiffe://a.test/b:models/run7/step-100",
                            "models/run7/config",
                            "--include",
                            "*.json",
                            "-i",
                            "t/",
                            "--label",
                            "run=7",
                            "-l",
                            "why=a=b",
                            "--limit",
                            "1MB/s",
                            "--streams",
                            "2"))
                    .as(shell.err())
                    .isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "POST /v1/pulls {\"peer\":\"spiffe://a.test/b\",\"volume\":\"models\",\"name\":\"run7/step-100\","
                                    + "\"to_volume\":\"models\",\"to_name\":\"run7/config\",\"include\":[\"*.json\",\"t/\"],"
                                    + "\"limit\":1000000,\"streams\":2,\"labels\":{\"run\":\"7\",\"why\":\"a=b\"}}",
                            "GET /v1/transfers/" + ID);
        }
        assertThat(shell.out())
                .contains("asked     pull, sealed mode\n")
                .contains("from      spiffe://a.test/b\n")
                .contains("include   *.json t/\n")
                .contains("label     run=7\n")
                .contains("label     why=a=b\n")
                .contains("part of   cc33\n");
        assertThat(shell.err()).startsWith("transfer " + ID + "\n");
    }

    @Test
    void a_plain_pull_says_no_more_than_it_must() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(201, transfer("RECEIVING", false, "")))) {
            assertThat(shell.run("pull", "--no-wait", "b:models/n", "in/n")).isZero();
            assertThat(daemon.requests())
                    .containsExactly(
                            "POST /v1/pulls {\"peer\":\"b\",\"volume\":\"models\",\"name\":\"n\",\"to_volume\":\"in\",\"to_name\":\"n\"}");
        }
        assertThat(shell.out()).isEqualTo(ID + "\n");
    }

    @Test
    void a_daemon_that_cannot_pull_says_so_in_a_sentence() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.problem(404, "UNSUPPORTED", "this API has no such path"))) {
            assertThat(shell.run("pull", "b:models/n", "in/n", "--json")).isEqualTo(3);
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat(shell.err())
                .startsWith("carnet: UNSUPPORTED: the daemon at " + temp.resolve("s")
                        + " cannot do this: it answers 404 to POST /v1/pulls (this API has no such path)\n")
                .contains("carnet --version");
        assertThat(shell.lastLine().text("code")).isEqualTo("UNSUPPORTED");
    }

    @Test
    void labels_of_a_push_travel() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(201, transfer("OPEN", false, "")))) {
            assertThat(shell.run("push", "/d/x", "b:m/n", "--no-wait", "--label", "b=2", "--label", "a=1"))
                    .isZero();
            assertThat(daemon.requests().getFirst()).endsWith(",\"labels\":{\"a\":\"1\",\"b\":\"2\"}}");
        }
    }

    @Test
    void wait_is_the_default_and_can_be_said() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(201, transfer("CLOSED", true, "")))) {
            assertThat(shell.run("push", "/d/x", "b:m/n", "--wait")).isZero();
            assertThat(shell.out()).contains("state     CLOSED");
            assertThat(shell.run("push", "/d/x", "b:m/n")).isZero();
            assertThat(shell.out()).contains("state     CLOSED");
            assertThat(shell.run("push", "/d/x", "b:m/n", "--no-wait")).isZero();
            assertThat(shell.out()).isEqualTo(ID + "\n");
            assertThat(daemon.requests()).hasSize(3);
        }
    }

    @Test
    void a_dry_run_begins_nothing_and_says_what_would_move() throws IOException {
        String answer = "{\"dry_run\":true,\"files\":12,\"directories\":3,\"bytes\":29100000000,"
                + "\"peer\":\"spiffe://a.test/b\",\"mode\":\"open\",\"connected\":%s,\"rule\":\"out\",\"grant\":\"g\"}";
        try (var daemon =
                shell.daemon(r -> FakeDaemon.json(200, answer.formatted(r.contains("/d/far") ? "false" : "true")))) {
            assertThat(shell.run("push", "--dry-run", "/d/x", "b:m/n")).isZero();
            assertThat(daemon.requests().getFirst()).endsWith(",\"dry_run\":true}");
            assertThat(shell.out()).isEqualTo("""
                    nothing is begun; this would move
                    what      12 files in 3 directories, 29.1 GB, in open mode
                    source    /d/x
                    to        spiffe://a.test/b (connected)
                    there     m/n
                    rule      out
                    grant     g
                    """);
            assertThat(shell.run("push", "-n", "/d/far", "b:m/n")).isZero();
            assertThat(shell.out()).contains("(not connected now: it would wait)");
            assertThat(shell.run("push", "-n", "/d/far", "b:m/n", "--json")).isZero();
            assertThat(shell.lastLine().number("files")).isEqualTo(12);
            assertThat(daemon.requests()).hasSize(3);
        }
    }

    @Test
    void a_dry_run_of_a_pull_says_what_would_be_asked_for() throws IOException {
        String answer = "{\"dry_run\":true,\"files\":null,\"directories\":null,\"bytes\":null,\"transfer\":\"" + ID
                + "\",\"peer\":\"spiffe://a.test/b\",\"mode\":\"sealed\",\"connected\":true,\"rule\":\"in\",\"grant\":\"g\"}";
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, answer))) {
            assertThat(shell.run("pull", "--dry-run", "b:m/n", "w/copy", "-i", "*.json"))
                    .isZero();
            assertThat(daemon.requests().getFirst())
                    .startsWith("POST /v1/pulls")
                    .endsWith(",\"dry_run\":true}");
            assertThat(shell.out()).isEqualTo("""
                    nothing is begun; this would ask for
                    what      m/n, of it *.json
                    from      spiffe://a.test/b (connected)
                    here      w/copy
                    how much  the peer knows; `carnet ls b:m` asks it
                    rule      in
                    grant     g
                    attaches  to the unfinished transfer %s
                    """.formatted(ID));
            assertThat(daemon.requests()).hasSize(1);
        }
    }

    @Test
    void a_dry_run_that_began_something_is_no_success() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(201, transfer("OPEN", false, "")))) {
            assertThat(shell.run("push", "--dry-run", "/d/x", "b:m/n")).isEqualTo(70);
            assertThat(daemon.requests()).hasSize(1);
        }
    }

    @Test
    void pause_holds_and_status_shows_it() throws IOException {
        String paused = transfer("RECEIVING", false, ",\"paused\":true");
        try (var daemon = shell.daemon(
                r -> FakeDaemon.json(200, r.contains("?max") ? "{\"transfers\":[" + paused + "]}" : paused))) {
            assertThat(shell.run("pause", "3F2A")).isZero();
            assertThat(daemon.requests().getLast()).isEqualTo("POST /v1/transfers/3f2a/pause");
            assertThat(shell.out()).contains("is paused; `carnet continue " + ID + "` lets it go on");
            assertThat(shell.run("status")).isZero();
            assertThat(shell.out()).contains("RECEIVING*").contains("* paused: `carnet continue`");
            assertThat(shell.run("status", "3f2a")).isZero();
            assertThat(shell.out()).contains("state     RECEIVING (paused)\n");
        }
    }

    @Test
    void verbose_says_what_was_asked() throws IOException {
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, "{\"transfers\":[]}"))) {
            assertThat(shell.run("status", "-v")).isZero();
            assertThat(daemon.requests()).hasSize(1);
        }
        assertThat(shell.err().lines().toList()).hasSize(3);
        assertThat(shell.err())
                .contains("daemon at " + temp.resolve("s"))
                .contains("  GET /v1/transfers?max=20\n")
                .containsPattern("  HTTP 200 after \\d+ ms\n");
        assertThat(shell.out()).isEqualTo("no transfers\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pull",
                "pull b:m/n",
                "pull m/n m/n",
                "pull b:m/n noslash",
                "pull b:m/n m/",
                "pull b:m/n m/n --include",
                "pull b:m/n m/n --include caf\ufffd",
                "pull b:m/n m/n --label novalue",
                "pull b:m/n m/n --label a=caf\ufffd",
                "pull b:m/n m/n --streams -1",
                "push x b:m/n --label =",
                "push x b:m/n --label Key=1",
                "push x b:m/n --label k=",
                "pause",
                "pause xyz"
            })
    void a_wrong_command_line(String line) {
        assertThat(shell.run(line.split(" "))).as(shell.err()).isEqualTo(2);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).startsWith("carnet: ").contains("--help");
    }

    @ParameterizedTest
    @CsvSource({
        "true,true,in force:,0",
        "false,false,not in force; what was before stays:,3",
    })
    void reload_says_whether_it_is_in_force(boolean ok, boolean json, String first, int exit) throws IOException {
        String answer = "{\"at\":\"2026-02-03T04:05:06Z\",\"ok\":" + ok
                + ",\"trigger\":\"API\",\"detail\":\"carnetd.toml:3: wrong\\nline two\",\"needsRestart\":\"daemon.listen\"}";
        try (var daemon = shell.daemon(r -> FakeDaemon.json(200, answer))) {
            assertThat(shell.run("reload")).isEqualTo(exit);
            assertThat(daemon.requests()).containsExactly("POST /v1/reload");
            assertThat(shell.out())
                    .startsWith(first + "\n  carnetd.toml:3: wrong\n  line two\n")
                    .contains("next start of the daemon alone: daemon.listen");
            assertThat(shell.run("reload", "--json")).isEqualTo(exit);
            assertThat(shell.lastLine().flag("ok")).isEqualTo(json);
        }
    }
}
