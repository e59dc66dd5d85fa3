package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PeerFacts;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Reach;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.daemon.transport.TlsFacts;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.daemon.transport.TransportTrust;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * A line between two ends in one process, in place of the transport room: sessions come and go as a test says, every control message goes through the wire's
 * encoding and form checks, and a test can change what travels.
 */
final class FakeLine {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final End[] ends = new End[2];
    private int sessions;

    /** Changes frames on their way; null drops one. */
    final Queue<Integer> streamsAsked = new ConcurrentLinkedQueue<>();

    volatile UnaryOperator<byte[]> payloads = bytes -> bytes;

    /** Sees each control message before it arrives; null drops it. */
    volatile UnaryOperator<Control> controls = message -> message;

    FakeLine(String firstId, String firstOrigin, String secondId, String secondOrigin) {
        ends[0] = new End(firstId, firstOrigin, 0);
        ends[1] = new End(secondId, secondOrigin, 1);
    }

    End end(int number) {
        return ends[number];
    }

    /** Brings a session up at both ends. */
    synchronized void connect() {
        String id = HexFormat.of()
                .formatHex(ByteBuffer.allocate(16).putInt(++sessions).array());
        Live a = new Live(id, ends[0], ends[1]);
        Live b = new Live(id, ends[1], ends[0]);
        a.other = b;
        b.other = a;
        ends[0].live = a;
        ends[1].live = b;
        a.inbox.execute(() -> ends[0].listener.opened(a));
        b.inbox.execute(() -> ends[1].listener.opened(b));
    }

    /** Ends it at both. */
    synchronized void disconnect() {
        for (End end : ends) {
            Live live = end.live;
            if (live != null) {
                live.end("cut by the test");
            }
        }
    }

    /** One side's transport. */
    final class End implements Transport {
        private final String spiffeId;
        private final String origin;
        private final int number;
        private final FakePool pool = new FakePool(8);
        volatile List<Reach> reach = List.of();
        private SessionListener listener;
        private volatile Live live;

        End(String spiffeId, String origin, int number) {
            this.spiffeId = spiffeId;
            this.origin = origin;
            this.number = number;
        }

        FakePool pool() {
            return pool;
        }

        @Override
        public void start(SessionListener to) {
            listener = to;
        }

        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public Optional<Session> session(String peer) {
            Live now = live;
            return now == null || !now.open ? Optional.empty() : Optional.of(now);
        }

        @Override
        public Collection<Session> sessions() {
            return session("").stream().toList();
        }

        @Override
        public Map<String, String> revoked() {
            return Map.of();
        }

        @Override
        public Optional<String> whyNot(String peer) {
            return Optional.of("the test has not connected them");
        }

        @Override
        public void reload(TransportTrust trust) {
            throw new UnsupportedOperationException("this line trusts its two ends");
        }

        /** What a test says of this end's dials. */
        @Override
        public CompletionStage<List<Reach>> reach(String peer) {
            return CompletableFuture.completedFuture(reach);
        }

        @Override
        public TlsFacts tls() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long unauthenticatedRefusals() {
            return 0;
        }

        @Override
        public CompletionStage<Session> whenUp(String peer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            Live now = live;
            if (now != null) {
                now.end("closed");
            }
        }
    }

    private final class Live implements Session {
        private final String id;
        private final End mine;
        private final End theirs;
        private final ExecutorService inbox =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        private final Instant since = Instant.parse("2026-06-01T00:00:00Z");
        private Live other;
        private volatile boolean open = true;

        Live(String id, End mine, End theirs) {
            this.id = id;
            this.mine = mine;
            this.theirs = theirs;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public PeerFacts peer() {
            return new PeerFacts(
                    theirs.spiffeId,
                    key(theirs),
                    key(mine),
                    List.of(),
                    "X25519MLKEM768",
                    "TLS_AES_256_GCM_SHA384",
                    "ee".repeat(32),
                    Instant.MAX);
        }

        private static String key(End end) {
            return ("a" + end.number).repeat(32);
        }

        @Override
        public String peerOrigin() {
            return theirs.origin;
        }

        @Override
        public boolean dialledHere() {
            return mine.number == 0;
        }

        @Override
        public Instant since() {
            return since;
        }

        @Override
        public boolean open() {
            return open;
        }

        @Override
        public void send(Control message) {
            byte[] frame = ControlFrames.encode(message);
            if (!open) {
                throw new SessionClosedException("the line is cut");
            }
            other.inbox.execute(() -> {
                Control arrived = controls.apply(ControlFrames.parse(frame, Limits.CONTROL_FRAME_BYTES_MAX));
                if (arrived != null && other.open) {
                    try {
                        other.mine.listener.message(other, arrived);
                    } catch (RuntimeException e) {
                        end(String.valueOf(e.getMessage()));
                        other.end(String.valueOf(e.getMessage()));
                    }
                }
            });
        }

        @Override
        public CompletionStage<List<DataStream>> streams(int count) {
            streamsAsked.add(count);
            List<DataStream> streams = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                streams.add(new Stream(this, i));
            }
            return CompletableFuture.completedFuture(streams);
        }

        @Override
        public CompletionStage<Duration> roundTrip() {
            return CompletableFuture.completedFuture(Duration.ofMillis(3));
        }

        @Override
        public void close(Code code, String sentence) {
            end(code + " " + sentence);
            other.end(code + " " + sentence);
        }

        synchronized void end(String reason) {
            if (open) {
                open = false;
                inbox.execute(() -> mine.listener.closed(this, reason));
            }
        }
    }

    private final class Stream implements DataStream {
        private final Live live;
        private final int number;
        private final ExecutorService line =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        private volatile long sent;

        Stream(Live live, int number) {
            this.live = live;
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        @Override
        public boolean open() {
            return live.open;
        }

        @Override
        public CompletionStage<Void> send(ChunkHeader header, ByteBuffer payload) {
            return CompletableFuture.runAsync(
                    () -> {
                        byte[] bytes = new byte[payload.remaining()];
                        payload.duplicate().get(bytes);
                        byte[] arrived = payloads.apply(bytes);
                        if (!live.open) {
                            throw new SessionClosedException("the line is cut");
                        }
                        if (arrived == null) {
                            return;
                        }
                        sent += ChunkHeader.BYTES + bytes.length;
                        if (!live.theirs.listener.wanted(live.other, header)) {
                            return;
                        }
                        PooledChunk chunk = live.theirs.pool.acquire(WAIT).orElseThrow();
                        chunk.buffer(0, ChunkHeader.CHUNK_BYTES).put(arrived);
                        live.theirs.listener.chunk(live.other, header, chunk);
                    },
                    line);
        }

        @Override
        public long wireBytesSent() {
            return sent;
        }
    }
}
