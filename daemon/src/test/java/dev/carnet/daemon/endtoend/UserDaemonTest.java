package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code carnetd --user} as users whom nobody has given anything: no root, no capabilities, no entry in the user database, nothing but a home. Their configurations have no table {@code [daemon]}. Needs root to be
 * others, {@code setpriv} and {@code curl}.
 */
@Timeout(180)
class UserDaemonTest {
    private static final int ANNA = 51_011;
    private static final int BERT = 51_012;
    private static final int EXIT_USAGE = 2;
    private static final int EXIT_REFUSED = 3;
    private static final long START_SECONDS_MAX = 60;

    @TempDir
    static Path work;

    private static String classPath = "";

    @BeforeAll
    static void everybody_may_read_the_classes() throws Exception {
        for (String tool : new String[] {"setpriv", "curl"}) {
            assumeTrue(Shell.can(work, "command -v " + tool), "skipped: " + tool + " is not installed");
        }
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(work, "unix:uid")), "skipped: only root can be others");
        List<String> places = new ArrayList<>();
        StringBuilder copy = new StringBuilder("mkdir cp; chmod a+rx . cp; ");
        for (String place : DaemonClasses.get().classPath().split(":")) {
            String own = "cp/" + places.size() + ".jar";
            copy.append("cp '").append(place).append("' ").append(own).append("; ");
            places.add(work.resolve(own).toString());
        }
        var _ = Shell.run(
                work, copy + "cp '" + DaemonProcess.flags().toAbsolutePath() + "' cp/flags; chmod -R a+rX cp");
        classPath = String.join(":", places);
    }

    /** A user with a home of its own, and a configuration in a folder of that user. */
    private record User(int uid, Path home) {
        static User make(int uid, String name, Path configFolder) throws IOException {
            assertThat(uid == 0 || !Shell.can(work, "getent passwd " + uid))
                    .as("uid " + uid + " is in no database")
                    .isTrue();
            Path home = work.resolve(name);
            Path files = Files.createDirectories(home.resolve("files"));
            Identities identities = Identities.system();
            String domain = name + ".example";
            Authority ca = identities.makeAuthority(domain, home.resolve("ca"));
            Files.createDirectories(configFolder);
            identities.issue(ca, SpiffeId.parse("spiffe://" + domain + "/carnetd"), configFolder.resolve("identity"));
            Files.writeString(configFolder.resolve("carnetd.toml"), """
                    [identity]
                    certificate = "identity/%s"
                    key = "identity/%s"
                    trust = { "%s" = "identity/%s" }
                    [[volume]]
                    name = "files"
                    path = "%s"
                    """.formatted(
                            Identities.CERTIFICATE, Identities.KEY, domain, Identities.TRUST, files));
            var _ = Shell.run(work, "chown -R " + uid + ":" + uid + " '" + home + "'; chmod 700 '" + home + "'");
            return new User(uid, home);
        }

        static User make(int uid, String name) throws IOException {
            return make(uid, name, work.resolve(name).resolve(".config/carnet"));
        }

        String prefix() {
            return "setpriv --reuid=" + uid + " --regid=" + uid + " --clear-groups ";
        }

        boolean can(String command) {
            return Shell.can(work, prefix() + command);
        }

        Path state() {
            return home.resolve(".local/state/carnet");
        }

        /** Where there is no {@code /run/user/UID}. */
        Path socket() {
            return state().resolve("run/carnetd.sock");
        }

        /** With exactly this environment, and what the launcher sets. */
        Running start(Map<String, String> environment) throws IOException {
            return start(environment, "");
        }

        /** @param before a command that runs what follows it, as root */
        Running start(Map<String, String> environment, String before) throws IOException {
            Map<String, String> all = new TreeMap<>(environment);
            all.put("LC_ALL", "C.UTF-8");
            StringBuilder command = new StringBuilder("exec " + before + " " + prefix() + "env -i");
            all.forEach((name, value) ->
                    command.append(" '").append(name).append('=').append(value).append('\''));
            command.append(" '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' @" + work + "/cp/flags "
                    + String.join(" ", DaemonProcess.BRIEF) + " -cp " + classPath + " dev.carnet.daemon.Main --user");
            Path log = Files.createTempFile(work, "log", "");
            Process process = new ProcessBuilder("bash", "-c", command.toString())
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new Running(process, log);
        }
    }

    /** A daemon, or what was to become one. */
    private record Running(Process process, Path log) implements AutoCloseable {
        CarnetClient await(Path socket) throws Exception {
            CarnetClient client = new CarnetClient(socket);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
            while (true) {
                try {
                    var _ = client.daemon(); // root is a local caller of everybody's daemon, as long as no principal
                    // is named
                    return client;
                } catch (ApiException e) {
                    assertThat(process.isAlive() && System.nanoTime() < deadline)
                            .as("it starts; it said:\n" + Files.readString(log))
                            .isTrue();
                    DaemonProcess.pause();
                }
            }
        }

        int end() throws Exception {
            assertThat(process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        String said() throws IOException {
            return Files.readString(log);
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("it does not end: " + said());
            }
        }
    }

    private static void needsNoRuntimeDirectory(int uid) {
        assumeFalse(
                Files.exists(Path.of("/run/user", String.valueOf(uid))), "skipped: somebody is uid " + uid + " here");
    }

    private static JsonNode ask(User who, Path socket, String method, String path, String body) {
        return RightsSite.json(Shell.run(
                work,
                who.prefix() + "curl -s --max-time 20 --unix-socket " + socket + " -X " + method
                        + (body.isEmpty() ? "" : " -H 'Content-Type: application/json' -d '" + body + "'")
                        + " http://localhost" + path));
    }

    private static String status(Running running, String line) throws IOException {
        return Files.readAllLines(
                        Path.of("/proc", String.valueOf(running.process().pid()), "status"))
                .stream()
                .filter(l -> l.startsWith(line + ":"))
                .findFirst()
                .orElseThrow()
                .substring(line.length() + 1)
                .strip();
    }

    @Test
    void with_a_home_and_nothing_else() throws Exception {
        needsNoRuntimeDirectory(ANNA);
        User anna = User.make(ANNA, "anna");
        try (Running running = anna.start(Map.of("HOME", anna.home().toString()))) {
            var _ = running.await(anna.socket());
            assertThat(status(running, "Uid").split("\\s+")).containsOnly(String.valueOf(ANNA));
            assertThat(status(running, "CapEff")).matches("0+");
            assertThat(Files.getPosixFilePermissions(anna.state()).toString()).doesNotContain("GROUP", "OTHERS");
            assertThat(Files.getAttribute(anna.state(), "unix:uid")).isEqualTo(ANNA);
            JsonNode self = ask(anna, anna.socket(), "GET", "/v1/daemon", "");
            assertThat(self.toString()).contains("spiffe://anna.example/carnetd");
        }
        assertThat(Files.exists(anna.socket(), LinkOption.NOFOLLOW_LINKS))
                .as("after its end")
                .isFalse();
    }

    @Test
    void where_the_xdg_variables_say() throws Exception {
        Path x = work.resolve("xdg");
        User user = User.make(ANNA, "xdg", x.resolve("c/carnet"));
        Path home = Files.createDirectory(x.resolve("home"));
        var _ = Shell.run(work, "mkdir -m 700 xdg/r xdg/s; chown -R " + ANNA + ":" + ANNA + " xdg");
        var environment = Map.of(
                "HOME", home.toString(),
                "XDG_CONFIG_HOME", x.resolve("c").toString(),
                "XDG_STATE_HOME", x.resolve("s").toString(),
                "XDG_RUNTIME_DIR", x.resolve("r").toString());
        try (Running running = user.start(environment)) {
            var _ = running.await(x.resolve("r/carnet/carnetd.sock"));
            assertThat(x.resolve("s/carnet/db")).isDirectory();
            assertThat(home).as("nothing is left in the home").isEmptyDirectory();
        }
    }

    @Test
    void without_a_home() throws Exception {
        needsNoRuntimeDirectory(BERT);
        Path x = work.resolve("homeless");
        User user = User.make(BERT, "homeless", x.resolve("c/carnet"));
        // all that a home is needed for is said otherwise
        var enough = Map.of(
                "XDG_CONFIG_HOME",
                x.resolve("c").toString(),
                "XDG_STATE_HOME",
                x.resolve("s").toString());
        try (Running running = user.start(enough)) {
            var _ = running.await(x.resolve("s/carnet/run/carnetd.sock"));
        }
        // it is not; and a value that is not absolute is none
        for (var little : List.of(
                Map.of("XDG_STATE_HOME", x.resolve("s").toString()),
                Map.of("XDG_CONFIG_HOME", x.resolve("c").toString(), "XDG_STATE_HOME", "s"),
                Map.of("XDG_CONFIG_HOME", x.resolve("c").toString(), "HOME", "homeless"))) {
            try (Running running = user.start(little)) {
                assertThat(running.end()).as(running.said()).isEqualTo(EXIT_USAGE);
                assertThat(running.said()).contains("set HOME, or XDG_").doesNotContain("Exception");
            }
        }
    }

    /** {@code HOME} is not set, and the system's accounts know the user. */
    @Test
    void the_home_of_the_accounts() throws Exception {
        needsNoRuntimeDirectory(BERT);
        assumeTrue(
                Shell.can(work, "unshare -m --propagation private true"),
                "skipped: this machine lets nobody make a mount namespace");
        User user = User.make(BERT, "known");
        Files.writeString(
                work.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "known:x:" + BERT + ":" + BERT + "::" + user.home()
                        + ":/bin/sh\n");
        String before = "unshare -m --propagation private sh -c 'mount --bind " + work.resolve("passwd")
                + " /etc/passwd && exec \"$@\"' sh";
        try (Running running = user.start(Map.of(), before)) {
            var _ = running.await(user.socket());
        }
        // HOME counts before that: nothing is configured there
        try (Running running = user.start(Map.of("HOME", work.resolve("nowhere").toString()), before)) {
            assertThat(running.end()).isEqualTo(EXIT_USAGE);
            assertThat(running.said())
                    .contains(work.resolve("nowhere") + "/.config/carnet/carnetd.toml", "no such file");
        }
    }

    @Test
    void two_users_of_one_machine() throws Exception {
        needsNoRuntimeDirectory(ANNA);
        needsNoRuntimeDirectory(BERT);
        User anna = User.make(ANNA, "one");
        User bert = User.make(BERT, "two");
        try (Running hers = anna.start(Map.of("HOME", anna.home().toString()));
                Running his = bert.start(Map.of("HOME", bert.home().toString()))) {
            var _ = hers.await(anna.socket());
            CarnetClient client = his.await(bert.socket());
            var _ = Shell.run(anna.home(), anna.prefix() + "sh -c 'mkdir files/m; printf x > files/m/f'");
            String job = ask(anna, anna.socket(), "POST", "/v1/seals", "{\"path\":\"" + anna.home() + "/files/m\"}")
                    .path("id")
                    .asText();
            assertThat(job).hasSize(32);
            awaitSealed(anna);
            assertThat(client.checkpoints(10))
                    .as("what she has sealed is not his")
                    .isEmpty();
            // the kernel keeps them apart
            for (Path hidden : List.of(anna.socket(), anna.state(), anna.state().resolve("db/data.mdb"))) {
                assertThat(anna.can("test -e " + hidden)).isTrue();
                assertThat(bert.can("test -e " + hidden)).isFalse();
            }
            // and so do the daemons, where somebody has opened all the doors
            var _ = Shell.run(
                    anna.home(),
                    "chmod a+rx . .local .local/state .local/state/carnet; chmod -R a+rwX .local/state/carnet/run");
            assertThat(bert.can("test -w " + anna.socket())).isTrue();
            JsonNode answer = ask(bert, anna.socket(), "GET", "/v1/checkpoints", "");
            assertThat(answer.path("code").asText()).isEqualTo("POLICY");
            assertThat(answer.path("detail").asText()).contains("uid " + BERT);
        }
    }

    private static void awaitSealed(User user) throws Exception {
        CarnetClient client = new CarnetClient(user.socket());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (client.checkpoints(10).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            DaemonProcess.pause();
        }
    }

    @Test
    void root_is_refused_unless_told() throws Exception {
        try (TwoSites sites = new TwoSites(work.resolve("r"), "")) {
            for (String site : List.of("sender", "receiver")) {
                try (DaemonProcess daemon = sites.launch(site, "C.UTF-8", List.of())) {
                    assertThat(daemon.await()).as(daemon.log()).isEqualTo(EXIT_REFUSED);
                    assertThat(daemon.log()).contains("refuses to run as root", "--allow-root");
                    assertThat(sites.folder(site).resolve("state")).doesNotExist();
                }
            }
            sites.write("sender", sites.configText("sender").replace("[daemon]\n", "[daemon]\nallow-root = true\n"));
            try (DaemonProcess daemon = sites.launch("sender", "C.UTF-8", List.of())) {
                assertThat(daemon.awaitApi().alive()).isTrue();
            }
        }
        User user = User.make(0, "root");
        try (Running running = user.start(Map.of("HOME", user.home().toString()))) {
            assertThat(running.end()).as(running.said()).isEqualTo(EXIT_REFUSED);
            assertThat(user.state()).doesNotExist();
        }
    }
}
