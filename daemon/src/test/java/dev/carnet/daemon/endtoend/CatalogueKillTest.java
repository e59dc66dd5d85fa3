package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.ApiException;
import dev.carnet.client.Checkpoint;
import dev.carnet.client.Job;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.ledger.Possession;
import java.nio.file.Path;
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
            int adopted = 0;
            for (FailPoint point : FailPoint.values()) {
                if (point.name().startsWith("CATALOGUE_")) {
                    Path model = sites.out().resolve(point.name());
                    Checkpoints.make(model, 7, 9 * MIB + 5, 1, 0);
                    boolean whole = point == FailPoint.CATALOGUE_ADOPTING || point == FailPoint.CATALOGUE_DONE;
                    killed(sites, point, model);
                    adopted += whole ? 1 : 0;
                    DaemonProcess daemon = sites.startSender();
                    assertThat(daemon.client().checkpoints("out", "", 100)).hasSize(adopted);
                    if (!whole) {
                        ended(daemon, daemon.client().adopt(model.toString()));
                        adopted++;
                    }
                    Checkpoint found = daemon.client().checkpoint("out", point.name());
                    assertThat(found.state()).isEqualTo("adopted");
                    ended(daemon, daemon.client().verify("out", point.name()));
                    daemon.kill();
                }
            }
            assertThat(Journals.read(sites.folder("a").resolve("state"), Possession.class))
                    .filteredOn(said -> said.state().equals("adopted"))
                    .extracting(Possession::name)
                    .doesNotHaveDuplicates()
                    .hasSize(adopted);
        }
    }

    private static void killed(TwoSites sites, FailPoint point, Path model) {
        DaemonProcess daemon = sites.startSender("carnet.failpoint=" + point);
        try {
            var _ = daemon.client().adopt(model.toString());
        } catch (ApiException e) {
            // it may be gone before it has answered
        }
        assertThat(daemon.await()).as(point + "\n" + daemon.log()).isEqualTo(FailPoint.EXIT_STATUS);
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
