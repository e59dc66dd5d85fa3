package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.Transfer;
import dev.carnet.daemon.transfer.FastDisk;
import dev.carnet.daemon.transport.Crossing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A push between two real daemons that dial each other at the same instant, again and again. The seed is printed, and {@code -Dcarnet.seed=N} repeats it. */
@Timeout(180)
class SimultaneousDialsTest {
    private static final int FILES = 64;
    private static final int FILE_BYTES = 256 << 10;
    private static final long RATE = 1 << 20;
    private static final int CUTS = 12;
    private static final int CUT_MILLIS_MAX = 600;

    @TempDir(factory = FastDisk.class)
    private Path work;

    private static String dials(InetSocketAddress way) {
        return "[[peer]]\ndial = \"both\"\naddresses = [\"127.0.0.1:" + way.getPort() + "\"]\n";
    }

    @Test
    void a_push_loses_nothing_while_both_dial() throws Exception {
        long seed = Long.getLong("carnet.seed", System.nanoTime());
        System.err.println("carnet.seed=" + seed);
        try (Crossing crossing = new Crossing(seed);
                TwoSites sites = new TwoSites(work, "flush-interval = \"200ms\"")) {
            int[] sizes = new int[FILES];
            Arrays.fill(sizes, FILE_BYTES);
            Checkpoints.make(sites.out().resolve("model"), seed, sizes);
            int port = freePort();
            crossing.leads(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), sites.port));
            crossing.leads(1, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            for (String site : new String[] {"sender", "receiver"}) {
                boolean sender = site.equals("sender");
                String text = sites.configText(site)
                        .replaceAll("(?m)^(dial|addresses) = .*$", "")
                        .replace("[[peer]]\n", dials(crossing.way(sender ? 0 : 1)));
                sites.write(
                        site,
                        sender ? text.replace("[daemon]\n", "[daemon]\nlisten = \"127.0.0.1:" + port + "\"\n") : text);
            }
            sites.startBoth();
            String id = sites.push(sites.out().resolve("model"), "model", RATE).id();
            for (int cuts = 0; cuts < CUTS; cuts++) {
                long before = sites.sender().client().transfer(id).bytesDone();
                sites.await(sites.sender(), id, transfer -> transfer.finished() || transfer.bytesDone() > before);
                TimeUnit.MILLISECONDS.sleep(crossing.chance(CUT_MILLIS_MAX));
                crossing.cut();
            }
            assertThat(sites.sender().client().transfer(id).finished())
                    .as("it is to be under way until the last cut")
                    .isFalse();
            Transfer sent = sites.awaitEnd(sites.sender(), id);
            Transfer received = sites.awaitEnd(sites.receiver(), id);
            assertThat(sent.state()).as(sent.json().members().toString()).isEqualTo("CLOSED");
            assertThat(received.state()).isEqualTo("CLOSED");
            Checkpoints.assertSame(sites.out().resolve("model"), sites.in().resolve("model"));
            assertThat(crossing.met.get()).as("dials that have met").isGreaterThan(CUTS);
            assertThat(sites.sender().client().peers().getFirst().up()).isTrue();
            assertThat(sites.receiver().client().peers().getFirst().up()).isTrue();
            System.err.println(
                    "RRR met " + crossing.met + " attempts " + sent.attempt() + " resent " + sent.resentBytes());
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
