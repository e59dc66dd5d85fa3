package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.daemon.transfer.FastDisk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real daemon among strangers who open connections and do not authenticate: what they cost it, and whether a peer gets through. */
@Timeout(180)
class CrowdTest {
    private static final int MIB = 1 << 20;
    private static final int IDLE = 10_000;
    private static final int LEFT = 1_000;
    /** Places of connections without an identity, and what a daemon opens and closes besides. */
    private static final int DESCRIPTORS_MAX = 256 + 32;

    private static final int MEBIBYTES_MAX = 96;
    private static final int SECONDS_MAX = 30;
    private static final int HEADER_BYTES = 5;
    private static final String STRANGERS = "127.0.0.2";

    @TempDir(factory = FastDisk.class)
    private Path work;

    private final Deque<SocketChannel> crowd = new ArrayDeque<>();

    private static long descriptors(DaemonProcess daemon) {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long anonymousMebibytes(DaemonProcess daemon) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(daemon.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void until(Supplier<Boolean> condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!condition.get()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            DaemonProcess.pause();
        }
    }

    /** One more of the crowd. A SYN that is dropped is sent again by the kernel, in the background. */
    private void comes(TwoSites sites, String from, byte[] says) throws IOException {
        SocketChannel channel = SocketChannel.open();
        crowd.add(channel);
        channel.bind(new InetSocketAddress(from, 0));
        if (says.length == 0) {
            channel.configureBlocking(false);
            var _ = channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), sites.port));
            return;
        }
        try {
            channel.socket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), sites.port), 5_000);
            var _ = channel.write(ByteBuffer.wrap(says));
        } catch (IOException e) {
            // the daemon had no place for it
        }
    }

    private void goes() throws IOException {
        SocketChannel channel = crowd.poll();
        if (channel != null) {
            channel.close();
        }
    }

    /** The sender, who has never been here, gets a session, and pushes. */
    private static void aPeerGetsThrough(TwoSites sites, String name) {
        DaemonProcess sender = sites.startSender();
        until(
                () -> sender.client().peers().getFirst().up(),
                () -> sender.client().peers().getFirst().toString());
        String id = sites.push(sites.out().resolve("model"), name).id();
        assertThat(sites.awaitEnd(sender, id).state()).isEqualTo("CLOSED");
        sender.close();
    }

    @Test
    void ten_thousand_idle_connections_cost_a_bounded_number_of_descriptors_and_bytes() throws Exception {
        assumeTrue(
                Shell.can(work, "ulimit -n $(ulimit -Hn); [[ $(ulimit -n) = unlimited || $(ulimit -n) -gt 12000 ]]"),
                "skipped: a process may not have 12,000 open files here");
        try (TwoSites sites = new TwoSites(work, "")) {
            Checkpoints.make(sites.out().resolve("model"), 3, 5 * MIB, 7);
            DaemonProcess receiver = sites.startReceiver();
            aPeerGetsThrough(sites, "before");
            long descriptors = descriptors(receiver);
            long mebibytes = anonymousMebibytes(receiver);
            long most = 0;
            try {
                for (int i = 0; i < IDLE; i++) {
                    comes(sites, STRANGERS, new byte[0]);
                    if (i % 50 == 0) {
                        most = Math.max(most, descriptors(receiver));
                    }
                }
                Thread again = Thread.ofPlatform().start(() -> keepComing(sites));
                aPeerGetsThrough(sites, "meanwhile");
                again.interrupt();
                again.join();
                most = Math.max(most, descriptors(receiver));
                assertThat(most - descriptors).as("descriptors").isLessThan(DESCRIPTORS_MAX);
                assertThat(anonymousMebibytes(receiver) - mebibytes).as("MiB").isLessThan(MEBIBYTES_MAX);
            } finally {
                while (!crowd.isEmpty()) {
                    goes();
                }
            }
            until(
                    () -> descriptors(receiver) <= descriptors + 8,
                    () -> descriptors(receiver) + " descriptors, and " + descriptors + " in the beginning");
            assertThat(receiver.alive()).isTrue();
        }
    }

    /** Who was shown the door comes back, some hundred times a second. */
    private void keepComing(TwoSites sites) {
        try {
            while (!Thread.interrupted()) {
                goes();
                comes(sites, STRANGERS, new byte[0]);
                Thread.sleep(2);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            // that was all
        }
    }

    @Test
    void a_peer_gets_through_beside_a_thousand_handshakes_that_were_left() throws Exception {
        byte[] hello = clientHello();
        try (TwoSites sites = new TwoSites(work, "")) {
            Checkpoints.make(sites.out().resolve("model"), 3, 5 * MIB, 7);
            DaemonProcess receiver = sites.startReceiver();
            long descriptors = descriptors(receiver);
            try {
                for (int i = 0; i < LEFT; i++) {
                    // from where the peer comes as well; one half has said all that a client can say at first, the
                    // other has not
                    comes(sites, "127.0.0.1", i % 2 == 0 ? hello : Arrays.copyOf(hello, HEADER_BYTES));
                }
                assertThat(descriptors(receiver) - descriptors).isLessThan(DESCRIPTORS_MAX);
                aPeerGetsThrough(sites, "meanwhile");
            } finally {
                while (!crowd.isEmpty()) {
                    goes();
                }
            }
        }
    }

    /** What a real daemon says first: taken down where it dials. */
    private byte[] clientHello() throws IOException {
        Path folder = Files.createDirectories(work.resolve("taken"));
        try (TwoSites taken = new TwoSites(folder, "");
                ServerSocket ear = new ServerSocket(taken.port, 1, InetAddress.getLoopbackAddress())) {
            taken.startSender();
            try (Socket heard = ear.accept()) {
                byte[] header = heard.getInputStream().readNBytes(HEADER_BYTES);
                int length = (header[3] & 0xff) << Byte.SIZE | (header[4] & 0xff);
                ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + length);
                record.put(header).put(heard.getInputStream().readNBytes(length));
                return record.array();
            }
        }
    }
}
