package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.ApiException;
import dev.carnet.client.Transfer;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.ledger.TransferResumed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kill -9 in every window that the code names, each followed by a restart: the transfer goes on by itself and ends with the same tree and one receipt, and no
 * more than one flush window is sent again per kill.
 *
 * <p>Quickly here: some of the tests, where one transfer's daemon is killed at some of its points in turn, and one side's ledger and log, as {@link Draw} has drawn them. For hours: {@code ./mvnw verify
 * -Pcampaign} kills at each point of a fresh transfer, and at random instants of both.
 */
@DrawSome(3)
class KillTest {
    private static final int MIB = 1 << 20;
    private static final long WINDOW = 8 * MIB;
    private static final String LIMITS =
            "flush-window-min = \"8MiB\"\nflush-window-max = \"8MiB\"\nflush-interval = \"200ms\"";

    /** Of the windows of one side, where not all are tried. */
    private static final int DRAWN = 4;

    @TempDir
    private Path work;

    /** Neither on the way of a push in open mode, nor on that of one which is cancelled while bytes move. */
    static final List<FailPoint> NEITHER_PUSHED_NOR_CANCELLED = List.of(
            FailPoint.SOURCE_RESUMPTION_LOGGED,
            FailPoint.SOURCE_CANCEL_WANTED,
            FailPoint.SOURCE_EXISTS,
            FailPoint.SOURCE_BLOB_PAGE_SENT,
            FailPoint.DESTINATION_RESUMPTION_LOGGED,
            FailPoint.DESTINATION_STOPPED,
            FailPoint.DESTINATION_REQUESTED_STORED,
            FailPoint.DESTINATION_REQUEST_SENT,
            FailPoint.DESTINATION_SEALED_CREATED,
            FailPoint.DESTINATION_SEALED_STORED);

    /** Not on the way of a plain push: there are tests of their own. */
    private static boolean aside(FailPoint point) {
        return NEITHER_PUSHED_NOR_CANCELLED.contains(point)
                || List.of(
                                FailPoint.SOURCE_ABORT_LOGGED,
                                // waits for the published log: before or after the closing word
                                FailPoint.DESTINATION_RECEIPT_WRITTEN,
                                FailPoint.DESTINATION_ABORTING,
                                FailPoint.DESTINATION_STAGING_REMOVED,
                                FailPoint.DESTINATION_ABORTED)
                        .contains(point);
    }

    static List<FailPoint> sourcePoints() {
        return points("SOURCE_");
    }

    static List<FailPoint> destinationPoints() {
        return points("DESTINATION_");
    }

    /** One of them, where not all windows are tried. */
    static List<String> sides() {
        return Draw.of(List.of("sender", "receiver"), 1);
    }

    private static List<FailPoint> points(String side) {
        return Arrays.stream(FailPoint.values())
                .filter(point -> point.name().startsWith(side) && !aside(point))
                .toList();
    }

    private TwoSites sites() {
        TwoSites sites = new TwoSites(work, LIMITS);
        Checkpoints.make(sites.out().resolve("model"), 7, 20 * MIB + 5, 12 * MIB, 4 * MIB, 1, 0);
        return sites;
    }

    @Test
    void the_source_is_killed_in_its_windows_in_turn() {
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            List<FailPoint> points = Draw.of(sourcePoints(), DRAWN);
            String id = "";
            for (FailPoint point : points) {
                DaemonProcess sender = sites.startSender("carnet.failpoint=" + point);
                id = id.isEmpty() ? push(sites) : id;
                assertThat(sender.await())
                        .as("killed at " + point + "\n" + sender.log())
                        .isEqualTo(FailPoint.EXIT_STATUS);
            }
            sites.startSender();
            id = id.isEmpty() ? sites.sender().client().transfers(1).getFirst().id() : id;
            assertEnded(sites, id, points.size());
        }
    }

    @Test
    void the_destination_is_killed_in_its_windows_in_turn() {
        try (TwoSites sites = sites()) {
            sites.startSender();
            List<FailPoint> points = Draw.of(destinationPoints(), DRAWN);
            String id = "";
            for (FailPoint point : points) {
                DaemonProcess receiver = sites.startReceiver("carnet.failpoint=" + point);
                id = id.isEmpty() ? push(sites) : id;
                assertThat(receiver.await())
                        .as("killed at " + point + "\n" + receiver.log())
                        .isEqualTo(FailPoint.EXIT_STATUS);
            }
            sites.startReceiver();
            assertEnded(sites, id, points.size());
        }
    }

    /** Whether the receipt's file or the closing word comes first is open, since the file waits for the published log: so it is not one of those in turn. */
    @Test
    void the_destination_is_killed_when_it_has_written_the_receipt() {
        try (TwoSites sites = sites()) {
            DaemonProcess receiver = sites.startReceiver("carnet.failpoint=" + FailPoint.DESTINATION_RECEIPT_WRITTEN);
            sites.startSender();
            String id = push(sites);
            assertThat(receiver.await()).as(receiver.log()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startReceiver();
            assertEnded(sites, id, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("sides")
    void a_daemon_is_killed_in_each_window_of_its_ledger(String side) {
        try (TwoSites sites = sites()) {
            boolean sender = side.equals("sender");
            String id = "";
            // the first entries of all, at the first start, are the key binding, the start, the policy and the trust;
            // of another one the start
            for (String point : List.of(
                    FailPoint.LEDGER_OUTBOX_STORED + "@5",
                    FailPoint.LEDGER_JOURNAL_APPENDED + "@2",
                    FailPoint.LEDGER_JOURNAL_SYNCED + "@2",
                    FailPoint.LEDGER_COMMITTED + "@2")) {
                String property = "carnet.failpoint=" + point;
                DaemonProcess killed = sender ? sites.startSender(property) : sites.startReceiver(property);
                if (id.isEmpty()) {
                    var other = sender ? sites.startReceiver() : sites.startSender();
                    assertThat(other.alive()).isTrue();
                    id = push(sites);
                }
                assertThat(killed.await()).as(point + "\n" + killed.log()).isEqualTo(FailPoint.EXIT_STATUS);
            }
            var last = sender ? sites.startSender() : sites.startReceiver();
            assertThat(last.alive()).isTrue();
            assertEnded(sites, id, 4);
        }
    }

    /** What is published verifies after every kill, and never gets shorter. */
    @ParameterizedTest
    @MethodSource("sides")
    void a_daemon_is_killed_in_each_window_of_its_log(String side) {
        try (TwoSites sites = sites()) {
            boolean sender = side.equals("sender");
            Path ledger = sites.folder(side).resolve("state/ledger");
            var _ = sender ? sites.startReceiver() : sites.startSender();
            long published = 0;
            String id = "";
            for (FailPoint point : List.of(
                    FailPoint.LOG_PUBLISHED,
                    FailPoint.LOG_TILE_WRITTEN,
                    FailPoint.LOG_BUILT,
                    FailPoint.LOG_SIGNED,
                    FailPoint.LOG_SIGNED_STORED,
                    FailPoint.LOG_PARTIAL_REMOVED)) {
                String property = "carnet.failpoint=" + point + (id.isEmpty() ? "@2" : "");
                DaemonProcess killed = sender ? sites.startSender(property) : sites.startReceiver(property);
                if (id.isEmpty()) {
                    id = push(sites);
                }
                assertThat(killed.await()).as(point + "\n" + killed.log()).isEqualTo(FailPoint.EXIT_STATUS);
                long now = verified(ledger);
                assertThat(now).as("entries published after " + point).isGreaterThanOrEqualTo(published);
                published = now;
            }
            var last = sender ? sites.startSender() : sites.startReceiver();
            assertThat(last.alive()).isTrue();
            assertEnded(sites, id, 6);
            assertThat(verified(ledger)).isGreaterThan(published);
        }
    }

    private static long verified(Path ledger) {
        LedgerCheck.Result result = LedgerCheck.run(new DirectoryFiles(ledger), Trust.NONE, EntryVisitor.NONE);
        assertThat(result.findings())
                .as("what was found in " + ledger)
                .extracting(Finding::kind)
                .containsOnly(Finding.Kind.TRUST);
        return Objects.requireNonNull(result.checkpoint()).checkpoint().size();
    }

    @Test
    void both_are_killed_at_once() {
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            sites.startSender();
            String id =
                    sites.push(sites.out().resolve("model"), "model", 12 * MIB).id();
            for (int i = 1; i <= 2; i++) {
                long enough = i * 8L * MIB;
                sites.await(sites.sender(), id, transfer -> transfer.bytesDone() >= enough);
                sites.sender().kill();
                sites.receiver().kill();
                sites.startReceiver();
                sites.startSender();
            }
            assertEnded(sites, id, 2);
        }
    }

    @Test
    void an_abort_is_finished_after_a_kill_in_each_of_its_windows() {
        try (TwoSites sites = sites()) {
            sites.startReceiver("carnet.failpoint=" + FailPoint.DESTINATION_ABORTING);
            sites.startSender("carnet.failpoint=" + FailPoint.SOURCE_ABORT_LOGGED);
            String id =
                    sites.push(sites.out().resolve("model"), "model", 2 * MIB).id();
            sites.await(sites.sender(), id, transfer -> transfer.bytesDone() > 0);
            ask(() -> sites.sender().client().cancel(id));
            assertThat(sites.sender().await()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startSender();
            assertThat(sites.receiver().await()).isEqualTo(FailPoint.EXIT_STATUS);
            for (FailPoint point : List.of(FailPoint.DESTINATION_STAGING_REMOVED, FailPoint.DESTINATION_ABORTED)) {
                assertThat(sites.startReceiver("carnet.failpoint=" + point).await())
                        .isEqualTo(FailPoint.EXIT_STATUS);
            }
            sites.startReceiver();
            assertThat(sites.awaitEnd(sites.sender(), id).state()).isEqualTo("ABORTED");
            assertThat(sites.awaitEnd(sites.receiver(), id).state()).isEqualTo("ABORTED");
            assertThat(sites.in().resolve("model")).doesNotExist();
            assertThat(sites.in().resolve(".carnet/staging")).isEmptyDirectory();
        }
    }

    @Test
    void a_cancel_that_was_asked_for_is_not_forgotten() {
        try (TwoSites sites = sites()) {
            sites.startReceiver("carnet.failpoint=" + FailPoint.DESTINATION_SEALED);
            sites.startSender("carnet.failpoint=" + FailPoint.SOURCE_CANCEL_WANTED);
            String id = push(sites);
            assertThat(sites.receiver().await()).isEqualTo(FailPoint.EXIT_STATUS);
            ask(() -> sites.sender().client().cancel(id));
            assertThat(sites.sender().await()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startSender();
            assertThat(sites.sender().client().transfer(id).state()).isEqualTo("CANCEL_WANTED");
            sites.startReceiver(); // it publishes what is sealed, before anybody can ask
            assertEnded(sites, id, 2);
        }
    }

    @Test
    void what_is_there_already_is_there_after_a_kill() {
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            sites.startSender("carnet.failpoint=" + FailPoint.SOURCE_EXISTS);
            String first = push(sites);
            assertThat(sites.awaitEnd(sites.sender(), first).state()).isEqualTo("CLOSED");
            String second = push(sites);
            assertThat(sites.sender().await()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startSender();
            Transfer ended = sites.awaitEnd(
                    sites.sender(),
                    second.isEmpty()
                            ? sites.sender().client().transfers(1).getFirst().id()
                            : second);
            assertThat(ended.state()).isEqualTo("EXISTS");
            assertThat(ended.wireBytes()).isZero();
        }
    }

    @Test
    void what_stopped_is_stopped_after_a_kill_and_goes_on_when_the_operator_says_so() throws Exception {
        try (TwoSites sites = sites()) {
            sites.startReceiver("carnet.failpoint=" + FailPoint.DESTINATION_PUBLISHING);
            sites.startSender();
            String id = push(sites);
            assertThat(sites.receiver().await()).isEqualTo(FailPoint.EXIT_STATUS);
            Files.writeString(sites.in().resolve("model"), "in the way");
            assertThat(sites.startReceiver("carnet.failpoint=" + FailPoint.DESTINATION_STOPPED)
                            .await())
                    .isEqualTo(FailPoint.EXIT_STATUS);
            sites.startReceiver();
            assertThat(sites.receiver().client().transfer(id).state()).isEqualTo("STOPPED");
            Files.delete(sites.in().resolve("model"));
            var _ = sites.receiver().client().resume(id);
            assertEnded(sites, id, 2);
        }
    }

    /** The policy is another in the next session, and its entry is begun once, whatever kills the daemon. */
    @ParameterizedTest
    @MethodSource("sides")
    void a_transfer_that_goes_on_under_another_policy_says_so_once(String side) {
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            sites.startSender();
            String id =
                    sites.push(sites.out().resolve("model"), "model", 4 * MIB).id();
            sites.await(sites.sender(), id, transfer -> transfer.bytesDone() > 0);
            boolean sender = side.equals("sender");
            (sender ? sites.sender() : sites.receiver()).kill();
            sites.append(
                    side,
                    "[[policy]]\nname = \"more\"\npeer = \"" + (sender ? "receiver" : "sender") + "\"\nvolume = \""
                            + (sender ? "out" : "in") + "\"\nallow = [\"pull-by\"]\n");
            for (String point : List.of(
                    FailPoint.LEDGER_OUTBOX_STORED + "@3", // before it are the start and the change of policy
                    (sender ? FailPoint.SOURCE_RESUMPTION_LOGGED : FailPoint.DESTINATION_RESUMPTION_LOGGED) + "@1")) {
                String property = "carnet.failpoint=" + point;
                DaemonProcess killed = sender ? sites.startSender(property) : sites.startReceiver(property);
                assertThat(killed.await()).as(point + "\n" + killed.log()).isEqualTo(FailPoint.EXIT_STATUS);
            }
            var _ = sender ? sites.startSender() : sites.startReceiver();
            assertEnded(sites, id, 3);
            assertThat(Journals.read(sites.folder(side).resolve("state"), TransferResumed.class))
                    .singleElement()
                    .satisfies(said -> {
                        assertThat(said.transfer()).isEqualTo(id);
                        assertThat(said.changed()).containsExactly("policy");
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("sourcePoints")
    @EnabledIfSystemProperty(named = "carnet.campaign", matches = "true")
    void a_fresh_transfer_survives_one_kill_of_its_source(FailPoint point) {
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            DaemonProcess sender = sites.startSender("carnet.failpoint=" + point);
            String id = push(sites);
            assertThat(sender.await()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startSender();
            id = id.isEmpty() ? sites.sender().client().transfers(1).getFirst().id() : id;
            assertEnded(sites, id, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("destinationPoints")
    @EnabledIfSystemProperty(named = "carnet.campaign", matches = "true")
    void a_fresh_transfer_survives_one_kill_of_its_destination(FailPoint point) {
        try (TwoSites sites = sites()) {
            DaemonProcess receiver = sites.startReceiver("carnet.failpoint=" + point);
            sites.startSender();
            String id = push(sites);
            assertThat(receiver.await()).isEqualTo(FailPoint.EXIT_STATUS);
            sites.startReceiver();
            assertEnded(sites, id, 1);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "carnet.campaign", matches = "true")
    void both_are_killed_at_random() throws Exception {
        Random random = new Random(Draw.SEED);
        try (TwoSites sites = sites()) {
            sites.startReceiver();
            sites.startSender();
            String id =
                    sites.push(sites.out().resolve("model"), "model", 6 * MIB).id();
            int kills = 30;
            for (int i = 0; i < kills; i++) {
                Thread.sleep(random.nextInt(1_500));
                if (random.nextBoolean()) {
                    sites.sender().kill();
                    sites.startSender();
                } else {
                    sites.receiver().kill();
                    sites.startReceiver();
                }
            }
            assertEnded(sites, id, kills);
        }
    }

    /** The id; empty where the daemon died before it could say it. */
    private static String push(TwoSites sites) {
        try {
            return sites.push(sites.out().resolve("model"), "model").id();
        } catch (ApiException e) {
            return "";
        }
    }

    private static void ask(Runnable request) {
        try {
            request.run();
        } catch (ApiException e) {
            // it died while it answered
        }
    }

    private static void assertEnded(TwoSites sites, String id, int kills) {
        Transfer sent = sites.awaitEnd(sites.sender(), id);
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        Transfer received = sites.await(
                sites.receiver(), id, t -> t.finished() && t.receipt().isPresent());
        assertThat(received.state()).isEqualTo("CLOSED");
        Checkpoints.assertSame(sites.out().resolve("model"), sites.in().resolve("model"));
        assertThat(sent.resentBytes()).isLessThanOrEqualTo(kills * WINDOW);
        try {
            assertThat(Path.of(sent.receipt().orElseThrow()))
                    .hasSameBinaryContentAs(Path.of(received.receipt().orElseThrow()));
            try (var staging = Files.list(sites.in().resolve(".carnet/staging"))) {
                assertThat(staging).isEmpty();
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
