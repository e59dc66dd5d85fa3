package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.policy.Caller;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A destination with two peers: an honest source, whose transfer stays under way until {@link #bystanderEnds}, and one that a test plays. Shared by the tests of a
 * class: after each nothing but the honest transfer may be left.
 */
final class Stage implements AutoCloseable {
    private static final int WAIT_SECONDS = 5;

    final Site source;
    final Site destination;
    final Site mallory;
    private final FakeLine line;
    private final Semaphore gate = new Semaphore(1);
    private final AtomicInteger sessions = new AtomicInteger();
    private final String bystander;

    Stage(Path work) throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        mallory = new Site(work.resolve("m"), "mallory.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        FakeLine nowhere = new FakeLine(mallory.spiffeId, mallory.origin(), "spiffe://nobody.example/x", "nobody");
        destination.beginTimeout = java.time.Duration.ofSeconds(3);
        destination.transfersPerPeerMax = 3;
        destination.quotas = Map.of("v", 1L << 30);
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
        mallory.start(nowhere.end(0), nowhere.end(0).pool(), destination.spiffeId);
        line.payloads = bytes -> {
            gate.acquireUninterruptibly();
            return bytes;
        };
        line.connect();
        bystander = push();
    }

    private String push() throws Exception {
        Path from = Files.createDirectories(source.volumePath().resolve("honest"));
        byte[] bytes = new byte[9 << 20];
        new Random(1).nextBytes(bytes);
        Files.write(from.resolve("weights"), bytes);
        String id = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", "honest", false, 0, 0))
                .id();
        await(destination, id, view -> view.state().equals("RECEIVING") && view.bytesDone() > 0);
        return id;
    }

    String bystander() {
        return bystander;
    }

    Puppet puppet() {
        String id = HexFormat.of()
                .toHexDigits(0x5e55_0000_0000_0000L + sessions.incrementAndGet())
                .repeat(2);
        return new Puppet(id, mallory, destination, line.end(1).pool());
    }

    int poolInUse() {
        return line.end(1).pool().inUse();
    }

    TransferView await(Site site, String id, Predicate<TransferView> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        TransferView view = null;
        while (System.nanoTime() < deadline) {
            view = site.engine().get(id).orElse(null);
            if (view != null && wanted.test(view)) {
                return view;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not in " + WAIT_SECONDS + " s: " + view);
    }

    /** Waits until what follows an end is done too, and looks for what should not be there. */
    void assertNothingLeft() throws Exception {
        eventually(() -> assertThat(destination.below("staging")).as("staging").hasSize(1));
        eventually(() -> assertThat(poolInUse()).as("buffers in use").isZero());
        eventually(() -> assertThat(destination.engine().list(1_000).stream()
                        .filter(view -> !view.finished())
                        .map(TransferView::id))
                .as("unfinished")
                .containsExactly(bystander));
        assertThat(destination.fatal).isEmpty();
        assertThat(destination.engine().get(bystander).orElseThrow().state()).isEqualTo("RECEIVING");
    }

    void removeLeftovers() throws Exception {
        for (TransferView view : destination.engine().list(1_000)) {
            if (!view.finished() && !view.id().equals(bystander)) {
                destination.engine().cancel(view.id());
            }
        }
    }

    private interface Check {
        void run() throws Exception;
    }

    private static void eventually(Check check) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (true) {
            try {
                check.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    /** The honest transfer goes on to its end, in its first attempt and without sending anything twice: whatever the other peer did. */
    void bystanderEnds() throws Exception {
        gate.release(1_000);
        TransferView sent = await(source, bystander, TransferView::finished);
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        TransferView received = await(destination, bystander, TransferView::finished);
        assertThat(received.attempt()).isEqualTo(1);
        assertThat(received.resentBytes()).isZero();
        assertThat(destination.volumePath().resolve("honest/weights"))
                .hasSameBinaryContentAs(source.volumePath().resolve("honest/weights"));
    }

    @Override
    public void close() {
        gate.release(1_000);
        source.close();
        destination.close();
        mallory.close();
    }
}
