package dev.carnet.daemon.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lies between two daemons that dial each other. {@link #cut} ends every connection; the first that each side dials afterwards waits for the other side's, and then both go on at once, their
 * first bytes a little late by chance.
 */
public final class Crossing implements AutoCloseable {
    private static final int SIDES = 2;
    private static final int SLOW_BYTES = 16 << 10;
    private static final int LATE_MICROS_MAX = 3_000;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final long MEETING_SECONDS = 2;

    /** Connections, of those that were to meet, that have met. */
    public final AtomicInteger met = new AtomicInteger();

    private final Random random;
    private final List<Way> ways = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile CyclicBarrier meeting = new CyclicBarrier(SIDES);

    public Crossing(long seed) throws IOException {
        random = new Random(seed);
        for (int i = 0; i < SIDES; i++) {
            ways.add(new Way());
        }
    }

    /** Where one of the two finds the other. */
    public InetSocketAddress way(int number) {
        return (InetSocketAddress) ways.get(number).listening.getLocalSocketAddress();
    }

    /** Where a way leads. */
    public void leads(int number, InetSocketAddress to) {
        ways.get(number).to = to;
    }

    /** A seeded number for whoever uses this. */
    public synchronized int chance(int bound) {
        return random.nextInt(bound);
    }

    /** Ends all connections. */
    public void cut() throws IOException {
        meeting = new CyclicBarrier(SIDES);
        ways.forEach(way -> way.meets = true);
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (Way way : ways) {
            way.listening.close();
        }
        for (Socket socket : open) {
            socket.close();
        }
    }

    private final class Way {
        private final ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        private volatile InetSocketAddress to;
        private volatile boolean meets = true;

        Way() throws IOException {
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            while (!listening.isClosed()) {
                try {
                    Socket from = listening.accept();
                    open.add(from);
                    CyclicBarrier place = meeting;
                    boolean first = meets;
                    meets = false;
                    Thread.ofVirtual().start(() -> relay(from, first, place));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void relay(Socket from, boolean first, CyclicBarrier place) {
            try (from) {
                if (first) {
                    meet(place);
                }
                try (Socket on = new Socket(to.getAddress(), to.getPort())) {
                    open.add(on);
                    on.setTcpNoDelay(true);
                    from.setTcpNoDelay(true);
                    Thread back = Thread.ofVirtual().start(() -> copy(on, from, first));
                    copy(from, on, first);
                    back.join();
                    open.remove(on);
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                // one end is gone, or nobody is there yet
            } finally {
                open.remove(from);
            }
        }

        private void meet(CyclicBarrier place) throws InterruptedException {
            try {
                place.await(MEETING_SECONDS, TimeUnit.SECONDS);
                met.incrementAndGet();
            } catch (BrokenBarrierException | TimeoutException e) {
                // the other side does not dial this time
            }
        }

        private void copy(Socket from, Socket on, boolean late) {
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = from.getInputStream();
                    OutputStream out = on.getOutputStream()) {
                int passed = 0;
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (late && passed < SLOW_BYTES) {
                        TimeUnit.MICROSECONDS.sleep(chance(LATE_MICROS_MAX));
                        passed += count;
                    }
                    out.write(buffer, 0, count);
                }
            } catch (IOException | InterruptedException e) {
                // it was cut
            }
        }
    }
}
