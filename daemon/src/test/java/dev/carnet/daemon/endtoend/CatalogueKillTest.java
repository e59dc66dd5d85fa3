package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.ApiException;
import dev.carnet.client.Job;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.ledger.Possession;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 while a directory is adopted, in every window that the code names: afterwards it is adopted and on record once, or there is no trace of it. */
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
                killed(daemon, model);
            }
            DaemonProcess daemon = sites.startSender("carnet.failpoint=" + FailPoint.CATALOGUE_DONE);
            assertThat(states(daemon)).containsExactly("model adopted");
            killed(daemon, second);
            daemon = sites.startSender();
            assertThat(states(daemon)).containsExactly("model adopted", "second adopted");
            ended(daemon, daemon.client().verify("out", "model"));
            daemon.kill();
            assertThat(Journals.read(sites.folder("sender").resolve("state"), Possession.class))
                    .extracting(said -> said.name() + " " + said.state())
                    .containsExactly("model adopted", "second adopted", "model verified");
        }
    }

    private static List<String> states(DaemonProcess daemon) {
        return daemon.client().checkpoints("out", "", 100).stream()
                .map(checkpoint -> checkpoint.name() + " " + checkpoint.state())
                .toList();
    }

    private static void killed(DaemonProcess daemon, Path model) {
        try {
            var _ = daemon.client().adopt(model.toString());
        } catch (ApiException e) {
            // it may be gone before it has answered
        }
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
