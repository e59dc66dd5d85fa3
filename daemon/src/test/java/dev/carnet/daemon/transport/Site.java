package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.identity.Revocations;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One end of a test: a transport on loopback, and a listener that writes down what it hears. */
final class Site implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Short ones, so that tests are. */
    static final Timeouts QUICK = new Timeouts(
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            Duration.ofSeconds(3));

    final Recorder heard = new Recorder();
    final Transport transport;

    /** What is to be built. */
    static final class Plan {
        private final Credentials credentials;
        private final TrustAnchors trust;
        private Supplier<Credentials> supplier;
        private List<PeerSpec> peers = List.of();
        private Set<String> auditors = Set.of();
        private StaticFiles files = StaticFiles.NONE;
        private Timeouts timeouts = QUICK;
        private ChunkPool pool = ChunkPools.create(4L * ChunkHeader.CHUNK_BYTES);
        private Clock clock = Clock.systemUTC();
        private int port;
        private int pendingMax = TransportSpec.PENDING_MAX;
        private int streamsMax = 8;

        Plan(Credentials credentials, TrustAnchors trust) {
            this.credentials = credentials;
            this.trust = trust;
            this.supplier = () -> credentials;
        }

        Plan expects(String id) {
            return peers(new PeerSpec(id, List.of(), DialMode.ACCEPT));
        }

        Plan dials(String id, InetSocketAddress address) {
            return peers(new PeerSpec(id, List.of(address), DialMode.DIAL));
        }

        Plan peers(PeerSpec... specs) {
            peers = List.of(specs);
            return this;
        }

        Plan audits(StaticFiles served, String... ids) {
            files = served;
            auditors = Set.of(ids);
            return this;
        }

        Plan timeouts(Timeouts other) {
            timeouts = other;
            return this;
        }

        Plan pool(ChunkPool other) {
            pool = other;
            return this;
        }

        Plan clock(Clock other) {
            clock = other;
            return this;
        }

        Plan port(int number) {
            port = number;
            return this;
        }

        Plan pendingMax(int count) {
            pendingMax = count;
            return this;
        }

        Plan streamsMax(int count) {
            streamsMax = count;
            return this;
        }

        Plan credentials(Supplier<Credentials> other) {
            supplier = other;
            return this;
        }

        Site start() {
            return start(site -> {});
        }

        Site start(Consumer<Recorder> prepare) {
            var spec = new TransportSpec(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    "carnet.test/log",
                    "carnet test",
                    streamsMax,
                    pendingMax,
                    2,
                    timeouts);
            Site site = new Site(Transports.create(
                    spec,
                    supplier,
                    new TransportTrust(trust, Revocations.NONE, peers, auditors),
                    pool,
                    files,
                    clock,
                    new Random(7)));
            prepare.accept(site.heard);
            site.transport.start(site.heard);
            return site;
        }
    }

    private Site(Transport transport) {
        this.transport = transport;
    }

    InetSocketAddress address() {
        return transport.address();
    }

    Session up(String peer) {
        try {
            return transport.whenUp(peer).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no session with " + peer + ": " + transport.whyNot(peer), e);
        }
    }

    void awaitWhyNot(String peer, String part) {
        until(
                () -> transport.whyNot(peer).orElse("").contains(part),
                () -> "whyNot(" + peer + ") = " + transport.whyNot(peer) + ", wanted: " + part);
    }

    static void until(Supplier<Boolean> condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        transport.close();
    }

    /** A frame that arrived. */
    record Frame(Session session, ChunkHeader header, PooledChunk chunk) {}

    /** Writes everything down. */
    static final class Recorder implements SessionListener {
        final BlockingQueue<Session> opened = new LinkedBlockingQueue<>();
        final BlockingQueue<Control> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
        final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
        final List<String> order = new CopyOnWriteArrayList<>();
        volatile Consumer<Control> onMessage = message -> {};
        volatile Predicate<ChunkHeader> wanted = header -> true;
        volatile Consumer<Frame> onFrame = frames::add;

        @Override
        public void opened(Session session) {
            order.add("opened " + session.id());
            opened.add(session);
        }

        @Override
        public void message(Session session, Control message) {
            messages.add(message);
            onMessage.accept(message);
        }

        @Override
        public void refused(String peer, Code code, String sentence) {
            refused.add(peer + " " + code + " " + sentence);
        }

        @Override
        public boolean wanted(Session session, ChunkHeader header) {
            return wanted.test(header);
        }

        @Override
        public void chunk(Session session, ChunkHeader header, PooledChunk chunk) {
            onFrame.accept(new Frame(session, header, chunk));
        }

        @Override
        public void closed(Session session, String reason) {
            order.add("closed " + session.id());
            closed.add(reason);
        }

        static <T> T next(BlockingQueue<T> queue) {
            try {
                T item = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(item).as("nothing came within " + PATIENCE).isNotNull();
                return item;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
