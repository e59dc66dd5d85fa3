package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.FastDisk;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every window that a kill test can name is one that the code passes, in the order in which they are named: so none is forgotten, and none is dead. */
class WindowsTest {
    private static final String LINE = "failpoint ";

    @TempDir(factory = FastDisk.class)
    private static Path work;

    private static List<FailPoint> sender;
    private static List<FailPoint> receiver;

    @BeforeAll
    static void run() {
        try (TwoSites sites = new TwoSites(work, "flush-interval = \"200ms\"")) {
            sites.startBoth("carnet.failpoint.trace=true");
            Checkpoints.make(sites.out().resolve("model"), 5, 5 << 20, 1 << 20, 1);
            String whole = sites.push(sites.out().resolve("model"), "model").id();
            assertThat(sites.awaitEnd(sites.sender(), whole).state()).isEqualTo("CLOSED");
            assertThat(sites.awaitEnd(sites.receiver(), whole).state()).isEqualTo("CLOSED");
            String cancelled =
                    sites.push(sites.out().resolve("model"), "other", 1 << 20).id();
            var _ = sites.await(sites.receiver(), cancelled, t -> t.state().equals("RECEIVING"));
            var _ = sites.sender().client().cancel(cancelled);
            assertThat(sites.awaitEnd(sites.sender(), cancelled).state()).isEqualTo("ABORTED");
            assertThat(sites.awaitEnd(sites.receiver(), cancelled).state()).isEqualTo("ABORTED");
            DaemonProcess.pause();
            sender = passed(sites.sender());
            receiver = passed(sites.receiver());
        }
    }

    /** In the order of the first pass. */
    private static List<FailPoint> passed(DaemonProcess daemon) {
        return daemon.log()
                .lines()
                .filter(line -> line.startsWith(LINE))
                .map(line -> FailPoint.valueOf(line.substring(LINE.length(), line.indexOf('@'))))
                .distinct()
                .toList();
    }

    private static List<FailPoint> of(Stream<FailPoint> points, String prefix) {
        return points.filter(point -> point.name().startsWith(prefix)).toList();
    }

    @Test
    void the_source_passes_each_of_its_windows_in_order() {
        assertThat(of(sender.stream(), "SOURCE_")).containsExactlyElementsOf(all("SOURCE_"));
        assertThat(of(sender.stream(), "DESTINATION_")).isEmpty();
    }

    @Test
    void the_destination_passes_each_of_its_windows_in_order() {
        assertThat(of(receiver.stream(), "DESTINATION_")).containsExactlyElementsOf(all("DESTINATION_"));
        assertThat(of(receiver.stream(), "SOURCE_")).isEmpty();
    }

    @Test
    void the_ledger_passes_each_of_its_windows_in_order_on_both_sides() {
        assertThat(of(sender.stream(), "LEDGER_")).containsExactlyElementsOf(all("LEDGER_"));
        assertThat(of(receiver.stream(), "LEDGER_")).containsExactlyElementsOf(all("LEDGER_"));
    }

    @Test
    void every_window_belongs_to_a_side() {
        assertThat(FailPoint.values())
                .allMatch(point -> Stream.of("LEDGER_", "SOURCE_", "DESTINATION_", "CATALOGUE_", "LOG_")
                        .anyMatch(side -> point.name().startsWith(side)));
    }

    private static List<FailPoint> all(String prefix) {
        return of(
                Arrays.stream(FailPoint.values())
                        .filter(point -> !KillTest.NEITHER_PUSHED_NOR_CANCELLED.contains(point)),
                prefix);
    }
}
