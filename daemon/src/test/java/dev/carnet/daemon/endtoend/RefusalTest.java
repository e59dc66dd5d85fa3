package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.client.ApiException;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.transfer.FastDisk;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused between two real daemons, with what sentence, and that nothing of it is left. */
class RefusalTest {
    private static final int MIB = 1 << 20;

    @TempDir(factory = FastDisk.class)
    private static Path work;

    private static TwoSites sites;
    private static Path model;
    private static boolean tiny;

    @BeforeAll
    static void start() throws Exception {
        sites = new TwoSites(
                work, "flush-interval = \"200ms\"\nflush-window-min = \"4MiB\"\nflush-window-max = \"4MiB\"");
        for (String name : List.of("frozen", "denied", "outward", "small", "tiny", "secret")) {
            Files.createDirectories(work.resolve(name));
        }
        tiny = Shell.can(work, "mount -t tmpfs -o size=24m carnet-test tiny");
        sites.append("receiver", volume("frozen", "read-only = true"));
        sites.append("receiver", volume("denied", ""));
        sites.append("receiver", volume("outward", "") + rule("outward", "push-to"));
        sites.append("receiver", volume("small", "quota = \"1KiB\"") + rule("small", "push-from"));
        sites.append("receiver", volume("tiny", "") + rule("tiny", "push-from"));
        sites.append("sender", volume("secret", ""));
        model = sites.out().resolve("model");
        Checkpoints.make(model, 3, 3 * MIB, 1);
        Checkpoints.make(work.resolve("secret/model"), 3, 1);
        sites.startBoth();
    }

    private static String volume(String name, String more) {
        return "[[volume]]\nname = \"" + name + "\"\npath = \"" + work.resolve(name) + "\"\n" + more + "\n";
    }

    private static String rule(String volume, String allow) {
        return "[[policy]]\nname = \"" + volume + "\"\npeer = \"sender\"\nvolume = \"" + volume + "\"\nallow = [\""
                + allow + "\"]\n";
    }

    @AfterAll
    static void stop() {
        sites.close();
        if (tiny) {
            var _ = Shell.run(work, "umount tiny");
        }
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        for (String volume : List.of("in", "frozen", "denied", "outward", "small", "tiny", "out", "secret")) {
            Path staging = work.resolve(volume).resolve(".carnet/staging");
            if (Files.exists(staging)) {
                assertThat(staging).isEmptyDirectory();
            }
        }
        assertThat(work.resolve("frozen")).isEmptyDirectory();
        allFinish(sites.sender());
        allFinish(sites.receiver());
    }

    /** What one side has seen closed, the other may not have published yet. */
    private static void allFinish(DaemonProcess daemon) {
        for (Transfer transfer : daemon.client().transfers(100)) {
            assertThat(sites.awaitEnd(daemon, transfer.id()).finished()).isTrue();
        }
    }

    // ---- at once, by the daemon that was asked

    private static ApiException refused(String source, String peer, String volume, String name) {
        int before = sites.sender().client().transfers(1_000).size();
        ApiException e = catchThrowableOfType(
                ApiException.class,
                () -> sites.sender().client().push(new PushRequest(source, peer, volume, name, false, 0, 0)));
        assertThat(e).as(source + " was taken").isNotNull();
        assertThat(sites.sender().client().transfers(1_000)).hasSize(before);
        return e;
    }

    private static void assertRefused(ApiException e, String code, String... words) {
        assertThat(e.code()).as(e.sentence()).isEqualTo(code);
        assertThat(e.sentence()).contains(words);
    }

    private static ApiException refusedSource(String name, String script) {
        var _ = Shell.run(sites.out(), "mkdir " + name + "; cd " + name + "; printf x > file; " + script);
        return refused(sites.out().resolve(name).toString(), "receiver", "in", name);
    }

    @Test
    void links_are_refused_by_name_and_with_the_option() {
        assertRefused(
                refusedSource("links", "mkdir a; ln -s ../file a/link"), "BAD_SOURCE", "links/a/link", "--dereference");
        var _ = Shell.run(sites.out(), "ln -s model linked");
        assertRefused(
                refused(sites.out() + "/linked", "receiver", "in", "x"), "BAD_SOURCE", "/linked", "--dereference");
    }

    @Test
    void with_dereference_links_are_files_and_links_out_of_the_volume_are_not() {
        var _ = Shell.run(
                sites.out(),
                "mkdir cache; cd cache; mkdir blobs snap; printf x > blobs/1; ln -s ../blobs/1 snap/model");
        PushRequest inside = new PushRequest(sites.out() + "/cache/snap", "receiver", "in", "snap", true, 0, 0);
        String id = sites.sender().client().push(inside).id();
        assertThat(sites.awaitEnd(sites.sender(), id).state()).isEqualTo("CLOSED");
        assertThat(sites.in().resolve("snap/model")).isRegularFile().hasContent("x");
        var _ = Shell.run(sites.out(), "mkdir leak; ln -s /etc/passwd leak/passwd");
        ApiException e = catchThrowableOfType(
                ApiException.class,
                () -> sites.sender()
                        .client()
                        .push(new PushRequest(sites.out() + "/leak", "receiver", "in", "leak", true, 0, 0)));
        assertThat(e).isNotNull();
        assertThat(e.sentence()).contains("leak/passwd");
    }

    @Test
    void what_is_neither_file_nor_directory_is_refused_by_name() {
        assertRefused(refusedSource("pipes", "mkfifo pipe"), "BAD_SOURCE", "pipes/pipe");
        assumeTrue(Shell.can(sites.out(), "mknod probe c 1 3 && rm probe"), "a device can be made by root alone");
        assertRefused(refusedSource("devices", "mknod null c 1 3"), "BAD_SOURCE", "devices/null");
    }

    @Test
    void names_that_are_no_utf8_are_refused() {
        assertRefused(refusedSource("bytes", "printf x > $'a\\xffb'"), "BAD_NAME", "a\\xffb", "bytes");
    }

    @Test
    void deeper_than_the_limit_is_refused() {
        assertRefused(
                refusedSource("deep", "d=$(printf 'd/%.0s' {1..64}); mkdir -p $d; printf x > ${d}f"), "LIMIT", "64");
    }

    @Test
    void the_daemons_own_directories_never_travel() {
        String state = sites.folder("sender").resolve("state").toString();
        assertRefused(refused(state, "receiver", "in", "x"), "BAD_SOURCE", state, "keys");
        assertRefused(refused(state + "/keys", "receiver", "in", "x"), "BAD_SOURCE", state, "keys");
        assertRefused(refused(sites.root.toString(), "receiver", "in", "x"), "BAD_SOURCE", state, "keys");
        assertRefused(
                refused(sites.out().toString(), "receiver", "in", "x"),
                "BAD_SOURCE",
                sites.out().toString());
        assertRefused(refused("/etc", "receiver", "in", "x"), "BAD_SOURCE", "/etc", "no declared volume");
        assertRefused(refused("model", "receiver", "in", "x"), "PROTOCOL", "absolute");
        assertRefused(refused("/a\0b", "receiver", "in", "x"), "PROTOCOL", "NUL");
        assertRefused(refused(sites.out() + "/../sender/state", "receiver", "in", "x"), "BAD_SOURCE", "'..'");
        ApiException folder = refused(sites.out() + "/.carnet", "receiver", "in", "x");
        assertThat(folder.sentence()).contains(".carnet");
    }

    @Test
    void what_is_not_there_is_refused() {
        assertRefused(refused(sites.out() + "/nothing", "receiver", "in", "x"), "BAD_SOURCE", "/nothing");
    }

    @Test
    void our_own_policy_and_peers_are_asked_first() {
        assertRefused(
                refused(work.resolve("secret/model").toString(), "receiver", "in", "x"),
                "POLICY",
                "secret",
                TwoSites.RECEIVER);
        assertRefused(refused(model.toString(), "nobody", "in", "x"), "UNKNOWN_PEER", "nobody", "receiver");
    }

    @Test
    void names_that_escape_are_refused() {
        for (String name : List.of("..", "../x", "/x", "a/../x", "a//x", "", ".", "a\0b", "a\nb", ".carnet/x", "x/")) {
            assertThat(refused(model.toString(), "receiver", "in", name).code())
                    .as(name)
                    .isEqualTo(name.isEmpty() || name.contains("\0") ? "PROTOCOL" : "BAD_NAME");
        }
        assertThat(refused(model.toString(), "receiver", "../in", "x").code()).isEqualTo("BAD_NAME");
    }

    // ---- by the other side

    private static Transfer refusedThere(Path source, String volume, String name, String code, String... words) {
        String id = sites.sender()
                .client()
                .push(new PushRequest(source.toString(), "receiver", volume, name, false, 0, 0))
                .id();
        Transfer ended = sites.awaitEnd(sites.sender(), id);
        assertThat(ended.state()).isEqualTo("ABORTED");
        assertThat(ended.code()).as(ended.toString()).contains(code);
        assertThat(ended.error().orElse("")).contains(words);
        assertThat(ended.wireBytes()).isZero();
        assertThat(catchThrowableOfType(
                        ApiException.class, () -> sites.receiver().client().transfer(id)))
                .as("the receiver keeps nothing of it")
                .isNotNull();
        assertThat(sites.receiver().log()).contains("refused " + TwoSites.SENDER + ": " + code);
        return ended;
    }

    @Test
    void what_the_receivers_policy_does_not_give() {
        var _ = refusedThere(model, "denied", "x", "POLICY", "denied", TwoSites.SENDER, TwoSites.RECEIVER);
        var _ = refusedThere(model, "outward", "x", "POLICY", "outward");
        var _ = refusedThere(model, "nowhere", "x", "POLICY", "nowhere");
    }

    @Test
    void a_read_only_volume() throws Exception {
        var _ = refusedThere(model, "frozen", "x", "POLICY", "frozen");
        // and no policy can give it: that is a mistake in the configuration
        sites.write("check", sites.configText("receiver") + rule("frozen", "push-from"));
        DaemonProcess check = DaemonProcess.launch(
                sites.configOf("check"),
                work.resolve("s"),
                work.resolve("check.log"),
                List.of(),
                "C.UTF-8",
                List.of("--check"));
        assertThat(check.await()).isEqualTo(2);
        assertThat(check.log()).contains("frozen, which is read-only");
    }

    @Test
    void names_that_are_taken() throws Exception {
        String id = sites.push(model, "taken/here").id();
        assertThat(sites.awaitEnd(sites.sender(), id).state()).isEqualTo("CLOSED");
        var _ = refusedThere(model, "in", "taken", "NAME_TAKEN", "taken/here", id);
        var _ = refusedThere(model, "in", "taken/here/inside", "NAME_TAKEN", "taken/here", id);
        Files.createDirectories(sites.in().resolve("foreign"));
        var _ = refusedThere(model, "in", "foreign", "NAME_TAKEN", "in/foreign");
        // published, and changed since
        Files.writeString(sites.in().resolve("taken/here/config.json"), "changed");
        var _ = refusedThere(model, "in", "taken/here", "NAME_TAKEN", "changed", id);
        assertThat(sites.in().resolve("taken/here/config.json")).hasContent("changed");
    }

    @Test
    void what_stands_as_published_is_answered_with_exists() {
        String first = sites.push(model, "twice").id();
        assertThat(sites.awaitEnd(sites.sender(), first).state()).isEqualTo("CLOSED");
        Transfer again =
                sites.awaitEnd(sites.sender(), sites.push(model, "twice").id());
        assertThat(again.state()).isEqualTo("EXISTS");
        assertThat(again.ok()).isTrue();
        assertThat(again.wireBytes()).isZero();
    }

    @Test
    void a_quota_and_a_disk_that_is_too_small() throws Exception {
        var _ = refusedThere(model, "small", "x", "NO_SPACE", "small", "quota");
        assumeTrue(tiny, "a small file system can be mounted by root alone");
        Path large = sites.out().resolve("large");
        Checkpoints.make(large, 3, 30 * MIB);
        var _ = refusedThere(large, "tiny", "x", "NO_SPACE", "tiny", "free");
        assertThat(work.resolve("tiny/x")).doesNotExist();
    }

    // ---- under way

    private static String slowly(Path source, String volume, String name) {
        String id = sites.sender()
                .client()
                .push(new PushRequest(source.toString(), "receiver", volume, name, false, 4 * MIB, 0))
                .id();
        var _ = sites.await(sites.receiver(), id, t -> t.bytesDone() > 0);
        return id;
    }

    @Test
    void a_source_that_changes_is_named_on_both_sides() throws Exception {
        Path moving = sites.out().resolve("moving");
        Checkpoints.make(moving, 3, 10 * MIB, 1);
        String id = slowly(moving, "in", "moving");
        Files.writeString(moving.resolve("config.json"), "{}");
        for (DaemonProcess daemon : List.of(sites.sender(), sites.receiver())) {
            Transfer ended = sites.awaitEnd(daemon, id);
            assertThat(ended.state()).isEqualTo("ABORTED");
            assertThat(ended.code()).contains("SOURCE_CHANGED");
            assertThat(ended.error().orElse("")).contains("config.json");
        }
        assertThat(sites.in().resolve("moving")).doesNotExist();
    }

    @Test
    void a_disk_that_fills_up_under_a_transfer_pauses_it() {
        assumeTrue(tiny, "a small file system can be mounted by root alone");
        Path large = sites.out().resolve("pausing");
        Checkpoints.make(large, 3, 14 * MIB);
        String id = slowly(large, "tiny", "pausing");
        var _ = Shell.can(work.resolve("tiny"), "cat /dev/zero > ballast");
        Transfer paused =
                sites.await(sites.receiver(), id, t -> t.code().orElse("").equals("NO_SPACE"));
        assertThat(paused.state()).isEqualTo("RECEIVING");
        assertThat(paused.waitingFor().orElse("")).contains("space");
        var _ = sites.await(sites.sender(), id, t -> t.waitingFor().orElse("").contains("space"));
        var _ = Shell.run(work.resolve("tiny"), "rm ballast");
        Transfer sent = sites.awaitEnd(sites.sender(), id);
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        Checkpoints.assertSame(large, work.resolve("tiny/pausing"));
        assertThat(sites.awaitEnd(sites.receiver(), id).code()).isEmpty();
    }

    // ---- who one is

    private static DaemonProcess impostor(String site, Path identity, Path trust) throws Exception {
        Path folder = sites.folder(site);
        Path sender = sites.folder("sender");
        sites.write(
                site,
                sites.configText("sender")
                        .replaceFirst("socket = \"[^\"]*\"", "socket = \"" + folder + "/s\"")
                        .replace(
                                sender.resolve("state").toString(),
                                folder.resolve("state").toString())
                        .replace(sender.resolve("identity").toString(), identity.toString())
                        .replace(sender.resolve("trust-sender.pem").toString(), trust.toString()));
        return DaemonProcess.launch(sites.configOf(site), folder.resolve("s"), folder.resolve("log"), List.of());
    }

    private static void assertWaits(DaemonProcess daemon, String... words) {
        try (DaemonProcess impostor = daemon) {
            var _ = impostor.awaitApi();
            int before = sites.receiver().client().transfers(1_000).size();
            String id = impostor.client()
                    .push(new PushRequest(model.toString(), "receiver", "in", "impostor", false, 0, 0))
                    .id();
            Transfer waits =
                    sites.await(impostor, id, t -> t.waitingFor().orElse("").contains(words[0]));
            assertThat(waits.waitingFor().orElse("")).contains(words);
            assertThat(impostor.client().peers().getFirst().up()).isFalse();
            assertThat(sites.receiver().client().transfers(1_000)).hasSize(before);
            assertThat(sites.receiver().client().peers().getFirst().up())
                    .as("the one whose ID it is")
                    .isTrue();
        }
    }

    @Test
    void a_peer_that_is_not_configured() throws Exception {
        Identities identities = Identities.system();
        var _ = identities.issue(
                identities.openAuthority(work.resolve("sender-ca")),
                SpiffeId.parse("spiffe://sender.example/other"),
                work.resolve("x/identity"));
        assertWaits(impostor("x", work.resolve("x/identity"), work.resolve("sender-ca/ca.pem")), "UNKNOWN_PEER");
        assertThat(sites.receiver().log()).contains("spiffe://sender.example/other");
    }

    @Test
    void a_foreign_ca_that_mints_our_peers_id() throws Exception {
        Identities identities = Identities.system();
        Authority foreign = identities.makeAuthority("sender.example", work.resolve("foreign-ca"));
        var _ = identities.issue(foreign, SpiffeId.parse(TwoSites.SENDER), work.resolve("y/identity"));
        DaemonProcess impostor = impostor("y", work.resolve("y/identity"), work.resolve("foreign-ca/ca.pem"));
        assertWaits(impostor, "its log says why; is our CA the one it trusts");
        assertThat(sites.receiver().log()).contains("refused before it authenticated");
    }

    @Test
    void an_expired_certificate_does_not_even_start() throws Exception {
        Identities old =
                new Identities(InstantSource.fixed(Instant.now().minus(Duration.ofDays(100))), new SecureRandom());
        Authority ca = old.makeAuthority("sender.example", work.resolve("old-ca"));
        var _ = old.issue(ca, SpiffeId.parse(TwoSites.SENDER), work.resolve("z/identity"));
        DaemonProcess daemon = impostor("z", work.resolve("z/identity"), work.resolve("old-ca/ca.pem"));
        assertThat(daemon.await()).isEqualTo(2);
        assertThat(daemon.log()).contains("identity.certificate").contains("expired at", "renew it");
    }

    @Test
    void root_has_to_say_that_it_means_it() {
        assumeTrue(Shell.can(work, "test $(id -u) = 0"), "only root is refused");
        DaemonProcess daemon = DaemonProcess.launch(
                sites.configOf("sender"), work.resolve("s"), work.resolve("root.log"), List.of(), "C.UTF-8", List.of());
        assertThat(daemon.await()).isEqualTo(3);
        assertThat(daemon.log()).contains("refuses to run as root").contains("--allow-root");
    }
}
