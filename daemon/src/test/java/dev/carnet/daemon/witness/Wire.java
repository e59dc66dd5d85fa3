package dev.carnet.daemon.witness;

import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PeerFacts;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One side's end of a session: what it sends goes through the wire's encoding and forms to whoever listens. */
final class Wire implements Session, AutoCloseable {
    private final String id;
    private final Node at;
    private final String peer;
    private final String peerOrigin;
    private final ExecutorService inbox = Executors.newSingleThreadExecutor();
    private final BlockingQueue<Control> sent = new LinkedBlockingQueue<>();
    private volatile Consumer<Control> to = sent::add;
    volatile @Nullable String ended;

    Wire(String id, Node at, String peer, String peerOrigin) {
        this.id = id;
        this.at = at;
        this.peer = peer;
        this.peerOrigin = peerOrigin;
    }

    /** A session between two nodes. */
    static List<Wire> connect(String id, Node a, Node b) {
        Wire left = new Wire(id, a, b.id, b.origin());
        Wire right = new Wire(id, b, a.id, a.origin());
        left.to = right::arrive;
        right.to = left::arrive;
        CountDownLatch both = new CountDownLatch(1); // opened comes before any message
        for (Wire one : List.of(left, right)) {
            one.inbox.execute(() -> {
                try {
                    both.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                one.at.listener.begins(one);
                one.at.listener.opened(one);
            });
        }
        both.countDown();
        return List.of(left, right);
    }

    /** The node's listener hears of it, on the session's thread. */
    Wire begin() {
        inbox.execute(() -> {
            at.listener.begins(this);
            at.listener.opened(this);
        });
        return this;
    }

    /** As if the peer had said it. */
    void arrive(Control message) {
        inbox.execute(() -> {
            if (ended != null) {
                return;
            }
            try {
                at.listener.message(this, ControlFrames.parse(message.toByteArray(), Limits.CONTROL_FRAME_BYTES_MAX));
            } catch (ProtocolException e) {
                ended = e.code() + " " + e.getMessage();
            }
        });
    }

    /** What the node says next, where nobody else listens. */
    Control said(Control.BodyCase wanted) throws InterruptedException {
        while (true) {
            Control next = sent.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("waited for " + wanted + "; ended: " + ended);
            }
            if (next.getBodyCase() == wanted) {
                return next;
            }
        }
    }

    String awaitEnd() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (ended == null) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the session lives on");
            }
            Thread.sleep(5);
        }
        return ended;
    }

    @Override
    public void send(Control message) {
        if (ended != null) {
            throw new SessionClosedException("it has ended: " + ended);
        }
        to.accept(message);
    }

    @Override
    public void close(Code code, String sentence) {
        ended = code + " " + sentence;
    }

    @Override
    public boolean open() {
        return ended == null;
    }

    @Override
    public void close() {
        inbox.shutdown();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public PeerFacts peer() {
        return new PeerFacts(
                peer,
                "c1".repeat(32),
                "c2".repeat(32),
                List.of(),
                "X25519MLKEM768",
                "TLS_AES_256_GCM_SHA384",
                "ef".repeat(32),
                Instant.MAX);
    }

    @Override
    public String peerOrigin() {
        return peerOrigin;
    }

    @Override
    public boolean dialledHere() {
        return true;
    }

    @Override
    public Instant since() {
        return Instant.EPOCH;
    }

    @Override
    public CompletionStage<List<DataStream>> streams(int count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Duration> roundTrip() {
        throw new UnsupportedOperationException();
    }
}
