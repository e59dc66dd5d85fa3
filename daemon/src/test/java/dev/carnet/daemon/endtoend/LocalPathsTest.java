package dev.carnet.daemon.endtoend;

import static dev.carnet.daemon.endtoend.RightsSite.OWNER;
import static dev.carnet.daemon.endtoend.RightsSite.STRANGER;
import static dev.carnet.daemon.endtoend.RightsSite.STRANGER_UID;
import static dev.carnet.daemon.endtoend.RightsSite.TRAINER;
import static dev.carnet.daemon.endtoend.RightsSite.TRAINER_UID;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.daemon.endtoend.RightsSite.Who;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Paths that mean something else than they say: of another mount namespace, through links, with {@code ..}, exchanged while the daemon walks; and connections that somebody else has opened. The daemon is root
 * and could read all of it. In the end every refusal has to be on record.
 */
@Timeout(180)
class LocalPathsTest {
    private static final int RACES = Integer.getInteger("carnet.races", 60);

    @TempDir
    static Path work;

    private static RightsSite site;

    @BeforeAll
    static void start() {
        site = new RightsSite(work).start();
    }

    @AfterAll
    static void every_refusal_is_on_record() {
        if (site != null) {
            try (RightsSite ended = site) {
                ended.assertOnRecord();
            }
        }
    }

    private static void needsMountNamespaces() {
        assumeTrue(
                Shell.can(work, "unshare -m --propagation private true"),
                "skipped: this machine lets nobody make a mount namespace");
    }

    private static String published(String name) throws Exception {
        return Files.readString(site.sites.in().resolve(name).resolve("f"));
    }

    @Test
    void another_mount_namespace_without_a_map() throws Exception {
        needsMountNamespaces();
        Path source = site.made("seen", "chmod 755 .; chmod 644 f");
        Path other = work.resolve("other-seen");
        var _ = Shell.run(work, "mkdir other-seen; printf others > other-seen/f; chmod -R a+rX other-seen");
        Who inside = TRAINER.where(other, source);
        String cat = "cat " + source + "/f";
        assertThat(Shell.run(work, inside.prefix() + cat))
                .as("what the caller sees")
                .isEqualTo("others");
        assertThat(Shell.run(work, TRAINER.prefix() + cat))
                .as("what the daemon sees")
                .isEqualTo("weights");
        String here = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString();
        try (Touches touches = Touches.of(source.resolve("f"), other.resolve("f"))) {
            site.assertRefused(
                    inside,
                    site.push(inside, source, "seen"),
                    422,
                    "BAD_SOURCE",
                    source.toString(),
                    "in the mount namespace mnt:[",
                    "this daemon in " + here,
                    "[[path-map]] from = \"" + source + "\"");
            Path nothing = work.resolve("nothing-here");
            JsonNode answer = site.push(inside, nothing, "seen");
            site.assertRefused(inside, answer, 422, "BAD_SOURCE", "may be something else for this daemon, or nothing");
            touches.assertNone();
        }
    }

    @Test
    void another_mount_namespace_with_a_map() throws Exception {
        needsMountNamespaces();
        Path source = site.made(
                "mapped",
                "mkdir m closed; mv f m; printf x > closed/f; chmod 755 . m closed; chmod 644 m/f; chmod 600 closed/f");
        Path seenAs = work.resolve("data");
        var _ = Shell.run(work, "mkdir data");
        String config = site.sites.configText("sender");
        site.sites.append(
                "sender",
                "[[path-map]]\nfrom = \"" + seenAs + "\"\nto = \"" + source + "\"\nprincipal = \"training\"\n");
        try {
            assertThat(site.ask(OWNER, "POST", "/v1/reload", "").path("ok").asBoolean())
                    .isTrue();
            Who inside = TRAINER.where(source, seenAs);
            assertThat(site.can(TRAINER, "cat " + seenAs + "/m/f"))
                    .as("outside it is not there")
                    .isFalse();
            assertThat(site.can(inside, "cat " + seenAs + "/m/f")).isTrue();
            site.assertClosed(site.push(inside, seenAs.resolve("m"), "mapped"));
            assertThat(published("mapped")).isEqualTo("weights");
            // the map says what a path is, and lends no rights
            assertThat(site.can(inside, "cat " + seenAs + "/closed/f")).isFalse();
            try (Touches touches = Touches.of(source.resolve("closed/f"))) {
                site.assertRefused(
                        inside, site.push(inside, seenAs.resolve("closed"), "x"), 403, "POLICY", "uid " + TRAINER_UID);
                touches.assertNone();
            }
            // who sees what the daemon sees says what it means
            site.assertRefused(
                    TRAINER, site.push(TRAINER, seenAs.resolve("m"), "x"), 422, "BAD_SOURCE", "no declared volume");
        } finally {
            site.sites.write("sender", config);
            assertThat(site.ask(OWNER, "POST", "/v1/reload", "").path("ok").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void a_path_with_dots() throws Exception {
        Path source = site.made("dots", "chmod 755 .; chmod 644 f");
        var _ = Shell.run(site.secret(), "mkdir -p d; printf x > d/f; chmod -R a+rX .");
        try (Touches touches = Touches.of(source.resolve("f"), site.secret().resolve("d/f"))) {
            for (String path : List.of(
                    site.sites.out() + "/../../secret/d",
                    source + "/../dots",
                    source + "/..",
                    site.sites.out() + "/../../../../../../../../etc/hostname")) {
                site.assertRefused(TRAINER, site.push(TRAINER, path, "dots"), 422, "BAD_SOURCE", path, "'..'");
            }
            touches.assertNone();
        }
        site.assertClosed(site.push(TRAINER, site.sites.out() + "/./dots//", "dots")); // only another way to write it
        assertThat(published("dots")).isEqualTo("weights");
    }

    @Test
    void links_inside_the_source() throws Exception {
        var _ = Shell.run(
                site.secret(), "mkdir -p l; printf outside > l/f; chmod -R a+rX .; ln -s ../../secret/l ../s/out/way");
        Path secret = site.secret().resolve("l/f");
        Path own = site.sites.folder("sender").resolve("identity/key.pem");
        try (Touches touches = Touches.of(secret, own)) {
            int n = 0;
            for (String target : List.of(
                    "../../../secret/l/f", // by "..", relative to the link
                    "../../../secret/l",
                    secret.toString(),
                    "../links-0/../../../secret/l/f",
                    "../way/f",
                    own.toString(),
                    "../.carnet/x")) {
                Path source = site.made("links-" + n++, "ln -s " + target + " link; chmod 755 .; chmod 644 f");
                JsonNode plain = site.push(TRAINER, source, "links");
                site.assertRefused(
                        TRAINER, plain, 422, "BAD_SOURCE", source + "/link is a symbolic link", "--dereference");
                JsonNode followed =
                        site.ask(TRAINER, "POST", "/v1/transfers", RightsSite.pushBody(source, "links", true));
                site.assertRefused(TRAINER, followed, 422, "BAD_SOURCE", source + "/link leads");
            }
            // through a link that leads out, in the path itself
            site.assertRefused(
                    TRAINER,
                    site.push(TRAINER, site.sites.out().resolve("way/f"), "links"),
                    422,
                    "BAD_SOURCE",
                    "runs through a symbolic link");
            touches.assertNone();
        }
        // a link that stays in the volume is followed where that is wanted
        Path source = site.made(
                "links-in", "mv f ../links-in.f; ln -s ../links-in/../links-in.f f; chmod 755 .; chmod 644 f");
        site.assertClosed(site.ask(TRAINER, "POST", "/v1/transfers", RightsSite.pushBody(source, "links-in", true)));
        assertThat(published("links-in")).isEqualTo("weights");
    }

    /** Somebody replaces the volume's root by a link while the daemon runs: what was opened at the start is what is read. */
    @Test
    void a_link_in_the_place_of_a_volumes_root() throws Exception {
        site.made("rooted", "chmod 755 .; chmod 644 f");
        var _ = Shell.run(
                site.secret(),
                "mkdir -p rooted; printf others > rooted/f; chmod -R a+rX .; mv ../s/out ../s/out-aside; ln -s ../secret ../s/out");
        try (Touches touches = Touches.of(site.secret().resolve("rooted/f"))) {
            site.assertClosed(site.push(TRAINER, site.sites.out().resolve("rooted"), "rooted"));
            touches.assertNone();
        } finally {
            var _ = Shell.run(work, "rm s/out; mv s/out-aside s/out");
        }
        assertThat(published("rooted")).isEqualTo("weights");
    }

    @Test
    void a_volume_below_a_link() throws Exception {
        TwoSites other = new TwoSites(work.resolve("o"), "");
        Path link = work.resolve("o-link");
        Files.createSymbolicLink(link, other.root);
        var _ = Shell.run(other.out(), "mkdir m; printf x > m/f");
        String config = other.configText("sender");
        assertThat(config).contains("path = \"" + other.out() + "\"");
        other.write(
                "sender", config.replace("path = \"" + other.out() + "\"", "path = \"" + link.resolve("out") + "\""));
        try (Touches touches = Touches.of(other.out().resolve("m/f"));
                DaemonProcess daemon = other.launch("sender")) {
            assertThat(daemon.await()).as(daemon.log()).isEqualTo(3);
            assertThat(daemon.log())
                    .contains("volume out: the root must be a directory, written without links")
                    .contains("write " + other.out() + " in its place");
            touches.assertNone();
        }
    }

    /** SO_PEERCRED is of the moment of connect: a descriptor that is handed on speaks for who opened it, like any open file. */
    @Test
    void a_connection_that_somebody_else_has_opened() throws Exception {
        Path source = site.made("lent", "chmod 755 .; chmod 644 f");
        Path closed = site.made("lent-closed", "chmod 755 .; chmod 600 f");
        assertThat(site.can(TRAINER, "cat " + closed + "/f")).isFalse();
        try (Touches touches = Touches.of(closed.resolve("f"))) {
            // root cannot make more of it
            site.assertRefused(
                    STRANGER, lent(STRANGER_UID, 0, true, source, "lent"), 403, "POLICY", "uid " + STRANGER_UID);
            site.assertRefused(
                    TRAINER, lent(TRAINER_UID, 0, true, closed, "lent"), 403, "POLICY", "uid " + TRAINER_UID);
            // nobody can tell any more what a path was for the one that connected
            site.assertRefused(
                    TRAINER, lent(TRAINER_UID, TRAINER_UID, false, source, "lent"), 422, "BAD_SOURCE", "has ended");
            touches.assertNone();
        }
        JsonNode answer = lent(TRAINER_UID, STRANGER_UID, true, source, "lent");
        assertThat(answer.path("principal").asText()).as("who connected").isEqualTo("training");
        site.assertClosed(answer);
    }

    /** One process connects and hands the descriptor to another one (SCM_RIGHTS), which sends the request. {@code lives}: the first waits for the end. */
    private static JsonNode lent(int connects, int asks, boolean lives, Path source, String name) throws Exception {
        Path script = work.resolve("lend.py");
        Files.writeString(script, """
                import os, socket, sys
                connects, asks, lives, path, body = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True", sys.argv[4], sys.argv[5]
                def become(uid):
                    os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
                ours, theirs = socket.socketpair()
                lender = os.fork()
                if lender == 0:
                    ours.close()
                    become(connects)
                    with socket.socket(socket.AF_UNIX) as s:
                        s.connect(path)
                        socket.send_fds(theirs, [b"x"], [s.fileno()])
                        if lives:
                            theirs.recv(1)
                    os._exit(0)
                theirs.close()
                fd = socket.recv_fds(ours, 1, 1)[1][0]
                if not lives:
                    os.waitpid(lender, 0)
                become(asks)
                s = socket.socket(fileno=fd)
                s.sendall(("POST /v1/transfers HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Type: application/json\\r\\n"
                    "Content-Length: %d\\r\\n\\r\\n%s" % (len(body), body)).encode())
                answer = b""
                while piece := s.recv(65536):
                    answer += piece
                print(answer.split(b"\\r\\n\\r\\n", 1)[1].decode())
                """);
        return RightsSite.json(Shell.run(
                work,
                "python3 " + script + " " + connects + " " + asks + " " + (lives ? "True" : "False") + " " + site.socket
                        + " '" + RightsSite.pushBody(source, name, false) + "'"));
    }

    /** The caller exchanges members of its own source for links, all the time, while it pushes it again and again. */
    @Test
    void links_swapped_in_while_the_daemon_walks() throws Exception {
        long seed = Long.getLong("carnet.seed", System.nanoTime());
        System.out.println("links_swapped_in_while_the_daemon_walks: -Dcarnet.seed=" + seed);
        String bytes = "swapped-bytes-" + Long.toHexString(seed);
        String names = "swapped-name-" + Long.toHexString(seed);
        // one that the caller may read and may not push from there; one that it may not read
        var _ = Shell.run(
                work,
                "mkdir free kept; printf '" + bytes + "' > free/" + names + "; printf '" + bytes + "' > kept/" + names
                        + "; cp -p free/" + names + " free/f; chmod -R a+rX free; chmod 700 kept");
        Path free = work.resolve("free");
        Path kept = work.resolve("kept").resolve(names);
        assertThat(site.can(TRAINER, "cat " + kept)).isFalse();
        assertThat(site.can(TRAINER, "cat " + free + "/f")).isTrue();
        Path source = site.made(
                "race",
                "mkdir d e; printf good > d/f; printf good > e/f; printf good > f; ln -s " + free + " ../race-d; ln -s "
                        + free
                        + "/f ../race-f; ln -s " + kept + " ../race-g; printf good > g; chmod 777 ..; chown -hR "
                        + TRAINER_UID
                        + " . ../race-*");
        Process swapper = swapper(seed, source);
        List<String> outcomes;
        try (Touches touches = Touches.of(free.resolve("f"), free.resolve(names), kept)) {
            try {
                outcomes = race(source);
                assertThat(swapper.isAlive())
                        .as("the swapper went on to the end")
                        .isTrue();
            } finally {
                swapper.destroy();
                assertThat(swapper.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            touches.assertNone();
        }
        System.out.println("links_swapped_in_while_the_daemon_walks: "
                + outcomes.stream()
                        .collect(java.util.stream.Collectors.groupingBy(
                                o -> o, java.util.TreeMap::new, java.util.stream.Collectors.counting())));
        assertThat(outcomes).as("pushes that met what belongs there").contains("CLOSED");
        assertThat(outcomes).as("pushes that met a link").anyMatch(outcome -> outcome.endsWith("BAD_SOURCE"));
        assertThat(holding(site.sites.in(), bytes, names))
                .as("at the destination")
                .isEmpty();
        assertThat(holding(site.sites.folder("receiver"), bytes, names))
                .as("on the receiver's record")
                .isEmpty();
        assertThat(holding(site.sites.folder("sender").resolve("state"), bytes, names))
                .as("on the sender's record")
                .isEmpty();
        assertThat(holding(free, bytes, names)).as("it is found where it is").hasSize(2);
    }

    /** As the caller: exchanges one of three members for its link, and back, at moments that the seed decides. */
    private static Process swapper(long seed, Path source) throws Exception {
        Path script = work.resolve("swap.py");
        Files.writeString(script, """
                import ctypes, os, random, sys, time
                uid, seed, source = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
                libc = ctypes.CDLL(None, use_errno=True)
                os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
                random.seed(seed)
                pairs = [(source + "/" + m, source + "-" + m) for m in "dfg"]
                def exchange(here, there):
                    if libc.renameat2(-100, os.fsencode(here), -100, os.fsencode(there), 2) != 0:
                        sys.exit(os.strerror(ctypes.get_errno()))
                while True:
                    pair = random.choice(pairs)
                    exchange(*pair)
                    time.sleep(random.choice([0, 0, 0.0002, 0.002, 0.02, 0.2]))
                    exchange(*pair)
                    time.sleep(random.choice([0, 0, 0.0002, 0.002, 0.02, 0.2, 0.5, 1.0]))
                """);
        return new ProcessBuilder("python3", script.toString(), "" + TRAINER_UID, "" + seed, source.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("swap.log").toFile())
                .start();
    }

    /** What became of each push: the end of its transfer, or the code of its refusal. */
    private static List<String> race(Path source) {
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < RACES || (i < 4 * RACES && !bothMet(outcomes)); i++) { // a busy machine needs some more
            JsonNode answer =
                    site.ask(TRAINER, "POST", "/v1/transfers", RightsSite.pushBody(source, "race-" + i, i % 3 == 2));
            if (answer.has("code") && answer.has("status")) {
                String code = answer.path("code").asText();
                assertThat(code).as(answer.toString()).isIn("BAD_SOURCE", "SOURCE_CHANGED");
                outcomes.add(code);
                if (code.equals("BAD_SOURCE")) {
                    site.refused(TRAINER, code);
                }
            } else {
                var end = site.sites.awaitEnd(
                        site.sites.sender(), answer.path("id").asText());
                outcomes.add(
                        end.state().equals("CLOSED")
                                ? "CLOSED"
                                : end.state() + " " + end.code().orElse(""));
            }
        }
        return outcomes;
    }

    private static boolean bothMet(List<String> outcomes) {
        return outcomes.contains("CLOSED") && outcomes.stream().anyMatch(outcome -> outcome.endsWith("BAD_SOURCE"));
    }

    /** Files below a directory that hold one of these texts, or are named so. */
    private static List<Path> holding(Path directory, String... texts) throws Exception {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), ISO_8859_1);
                for (String text : texts) {
                    if (content.contains(text) || file.toString().contains(text)) {
                        found.add(file);
                        break;
                    }
                }
            }
        }
        return found;
    }
}
