package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.ApiException;
import dev.carnet.client.Job;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.ledger.DaemonStart;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 while a checkpoint comes into the catalogue or leaves it, in every window that the code names, in turn: it is adopted and on record once, or there is no trace of it; it leaves all the same, once, and is on record before its first file goes. */
@DrawSome(1)
class CatalogueKillTest {
    private static final int MIB = 1 << 20;

    @TempDir
    private Path work;

    @Test
    void adopted_or_not_at_all() {
        try (TwoSites sites = new TwoSites(work, "")) {
            Path model = sites.out().resolve("model");
            Path second = sites.out().resolve("second");
            Checkpoints.make(model, 7, 9 * MIB + 5, 1, 0);
            Checkpoints.make(second, 8, 1);
            for (FailPoint point : List.of(
                    FailPoint.CATALOGUE_RESERVED, FailPoint.CATALOGUE_RECORDS_WRITTEN, FailPoint.CATALOGUE_ADOPTING)) {
                DaemonProcess daemon = sites.startSender("carnet.failpoint=" + point);
                assertThat(states(daemon)).as("before " + point).isEmpty();
                killed(daemon, () -> daemon.client().adopt(model.toString()));
            }
            DaemonProcess last = sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_DONE);
            assertThat(states(last)).containsExactly("model adopted");
            killed(last, () -> last.client().adopt(second.toString()));
            DaemonProcess daemon = sites.startSender();
            assertThat(states(daemon)).containsExactly("model adopted", "second adopted");
            ended(daemon, daemon.client().verify("out", "model"));
            daemon.kill();
            assertThat(Journals.read(sites.folder("sender").resolve("state"), Possession.class))
                    .extracting(said -> said.name() + " " + said.state())
                    .containsExactly("model adopted", "second adopted", "model verified");
        }
    }

    @Test
    void destroyed_whatever_happens() throws Exception {
        try (TwoSites sites = new TwoSites(work, "")) {
            Path model = sites.out().resolve("runs/model");
            Checkpoints.make(model, 7, MIB, 1, 0);
            Path state = sites.folder("sender").resolve("state");
            Path own = sites.out().resolve(".carnet");
            DaemonProcess first = sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_LEAVING_WANTED);
            ended(first, first.client().adopt(model.toString()));
            killed(first, () -> first.client().destroy("out", "runs/model", "out/runs/model"));
            assertThat(Journals.read(state, DestructionIntent.class)).isEmpty();
            for (FailPoint point : List.of(
                    FailPoint.CATALOGUE_DESTRUCTION_INTENDED,
                    FailPoint.CATALOGUE_SET_ASIDE,
                    FailPoint.CATALOGUE_SET_ASIDE_STORED,
                    FailPoint.CATALOGUE_FILES_REMOVED,
                    FailPoint.CATALOGUE_LEAVING_RECORDS_REMOVED,
                    FailPoint.CATALOGUE_DESTROYED)) {
                killed(sites.startSender("carnet.failpoint=" + point));
                assertThat(Journals.read(state, DestructionIntent.class))
                        .as("after " + point)
                        .hasSize(1);
                boolean whole = point == FailPoint.CATALOGUE_DESTRUCTION_INTENDED;
                assertThat(Files.exists(model)).as("after " + point).isEqualTo(whole);
                boolean aside = point == FailPoint.CATALOGUE_SET_ASIDE || point == FailPoint.CATALOGUE_SET_ASIDE_STORED;
                Path there = whole ? model : own.resolve("destroying").resolve(aside(own));
                assertThat(Files.exists(there.resolve("shards/model-0.bin")))
                        .as("after " + point)
                        .isEqualTo(whole || aside);
            }
            DaemonProcess daemon = sites.startSender();
            assertThat(daemon.client().checkpoints("out", "", 10)).isEmpty();
            assertThat(own.resolve("destroying")).isEmptyDirectory();
            assertThat(own.resolve("records")).isEmptyDirectory();
            Checkpoints.make(model, 8, 1);
            ended(daemon, daemon.client().adopt(model.toString())); // the name is free
            daemon.stop();
            DestructionIntent intent =
                    Journals.read(state, DestructionIntent.class).getFirst();
            assertThat(Journals.read(state, Destruction.class))
                    .singleElement()
                    .satisfies(said -> assertThat(said.intent()).isEqualTo(Digests.sha256Hex(intent.payload())));
            assertThat(Journals.read(state, DaemonStart.class))
                    .extracting(DaemonStart::stopped)
                    .startsWith("first", "unclean")
                    .hasSize(8);
            sites.startSender().stop();
            assertThat(Journals.read(state, DaemonStart.class).getLast())
                    .satisfies(start -> assertThat(start.stopped()).isEqualTo("clean"))
                    .satisfies(start -> assertThat(start.version()).startsWith("carnet "));
        }
    }

    @Test
    void released_whatever_happens() throws Exception {
        try (TwoSites sites = new TwoSites(work, "")) {
            Path model = sites.out().resolve("model");
            Checkpoints.make(model, 7, MIB, 1, 0);
            DaemonProcess first = sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_LEAVING_WANTED);
            ended(first, first.client().adopt(model.toString()));
            killed(first, () -> first.client().release("out", "model", "too old"));
            killed(sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_RELEASED));
            killed(sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_LEAVING_RECORDS_REMOVED));
            DaemonProcess daemon = sites.startSender();
            ended(daemon, daemon.client().adopt(model.toString())); // its files are there, and its name is free
            daemon.stop();
            assertThat(Journals.read(sites.folder("sender").resolve("state"), PossessionReleased.class))
                    .singleElement()
                    .satisfies(said -> assertThat(said.reason()).isEqualTo("too old"));
        }
    }

    /** What was set aside, where something was. */
    private static String aside(Path own) throws Exception {
        Path folder = own.resolve("destroying");
        if (!Files.exists(folder)) {
            return "none";
        }
        try (var all = Files.list(folder)) {
            return all.findFirst().map(path -> path.getFileName().toString()).orElse("none");
        }
    }

    private static List<String> states(DaemonProcess daemon) {
        return daemon.client().checkpoints("out", "", 100).stream()
                .map(checkpoint -> checkpoint.name() + " " + checkpoint.state())
                .toList();
    }

    /** By what it is asked for. */
    private static void killed(DaemonProcess daemon, Supplier<?> request) {
        try {
            var _ = request.get();
        } catch (ApiException e) {
            // it may be gone before it has answered
        }
        killed(daemon);
    }

    private static void killed(DaemonProcess daemon) {
        assertThat(daemon.await()).as(daemon.log()).isEqualTo(FailPoint.EXIT_STATUS);
    }

    private static void ended(DaemonProcess daemon, Job job) {
        Job now = job;
        while (!now.finished()) {
            DaemonProcess.pause();
            now = daemon.client().again(now);
        }
        assertThat(now.ok()).as(now.json().toString()).isTrue();
    }
}
