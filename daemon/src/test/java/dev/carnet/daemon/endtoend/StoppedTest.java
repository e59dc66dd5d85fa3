package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.Transfer;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.FastDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Something stands at the name when the checkpoint is to be published: nothing is replaced, nothing is thrown away, and the operator decides. */
class StoppedTest {
    private static final String AT = "carnet.failpoint=" + FailPoint.DESTINATION_PUBLISHING;

    @TempDir(factory = FastDisk.class)
    private Path work;

    private TwoSites sites;

    @Test
    void an_operator_continues_or_cancels_what_stopped() throws Exception {
        try (TwoSites made = new TwoSites(work, "flush-interval = \"200ms\"")) {
            sites = made;
            Checkpoints.make(sites.out().resolve("model"), 5, 1 << 20, 1);
            sites.startBoth(AT);
            String first = pushedAndObstructed("first");
            var _ = sites.startReceiver(AT);
            String second = pushedAndObstructed("second");
            var _ = sites.startReceiver();
            assertStopped(first, "first");
            assertStopped(second, "second");

            // not cleared: it stops again
            var _ = sites.receiver().client().resume(first);
            assertStopped(first, "first");
            var _ = sites.receiver().client().cancel(first);
            assertThat(sites.awaitEnd(sites.receiver(), first).state()).isEqualTo("ABORTED");
            assertThat(sites.awaitEnd(sites.sender(), first).state()).isEqualTo("ABORTED");
            assertThat(sites.in().resolve("first")).hasContent("in the way");
            assertThat(sites.in().resolve(".carnet/staging")).isDirectoryContaining(Files::isDirectory);

            Files.delete(sites.in().resolve("second"));
            var _ = sites.receiver().client().resume(second);
            assertThat(sites.awaitEnd(sites.sender(), second).state()).isEqualTo("CLOSED");
            assertThat(sites.awaitEnd(sites.receiver(), second).state()).isEqualTo("CLOSED");
            Checkpoints.assertSame(sites.out().resolve("model"), sites.in().resolve("second"));
            assertThat(sites.in().resolve(".carnet/staging")).isEmptyDirectory();

            // the name of the cancelled one is free again, once what stood in the way has gone
            Files.delete(sites.in().resolve("first"));
            String again = sites.push(sites.out().resolve("model"), "first").id();
            assertThat(sites.awaitEnd(sites.sender(), again).state()).isEqualTo("CLOSED");
        }
    }

    private String pushedAndObstructed(String name) throws Exception {
        String id = sites.push(sites.out().resolve("model"), name).id();
        assertThat(sites.receiver().await()).isEqualTo(FailPoint.EXIT_STATUS);
        Files.writeString(sites.in().resolve(name), "in the way");
        return id;
    }

    private void assertStopped(String id, String name) throws Exception {
        Transfer stopped = sites.await(sites.receiver(), id, t -> t.state().equals("STOPPED"));
        assertThat(stopped.code()).contains("NAME_TAKEN");
        assertThat(stopped.error().orElse("")).contains("in/" + name).contains("carnet continue " + id);
        assertThat(sites.in().resolve(name)).hasContent("in the way");
        var _ = sites.await(
                sites.sender(),
                id,
                t -> t.waitingFor().orElse("").contains("something else stands at the name")
                        || t.waitingFor().orElse("").contains("STOPPED"));
    }
}
