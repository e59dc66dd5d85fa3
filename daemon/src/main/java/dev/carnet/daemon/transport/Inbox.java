package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one session on their way to the listener: a thread of its own calls it, one message at a time. When the queue is full the connection is read no
 * further; it can pass its limit only by what one TLS record holds.
 */
final class Inbox {
    private static final int BYTES_MAX = 512 << 10;
    private static final int MESSAGES_MAX = 256;

    /** A message, or the end of them. */
    private record Item(@Nullable Control message, int bytes, String reason) {}

    private final Hub hub;
    private final LiveSession session;
    private final TlsLink link;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger bytes = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Inbox(Hub hub, LiveSession session, TlsLink link) {
        this.hub = hub;
        this.session = session;
        this.link = link;
    }

    /** Completes when the listener knows that the session has closed. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** @param previous the peer's session before this one, replaced or broken: the listener hears of its end first */
    void start(CompletableFuture<Void> previous) {
        Thread.ofPlatform()
                .daemon()
                .name("carnet-session-" + session.id().substring(0, 8))
                .start(() -> run(previous));
    }

    /** On the event loop. */
    void offer(Control message) {
        int size = message.getSerializedSize();
        bytes.addAndGet(size);
        queue.add(new Item(message, size, ""));
        if (full()) {
            link.hold();
            if (!full()) {
                link.resume(); // the thread took what there was in between
            }
        }
    }

    void end(String reason) {
        queue.add(new Item(null, 0, reason));
    }

    private boolean full() {
        return bytes.get() >= BYTES_MAX || queue.size() >= MESSAGES_MAX;
    }

    private void run(CompletableFuture<Void> previous) {
        String reason = "";
        try {
            previous.join();
            hub.listener().begins(session);
            session.begun();
            hub.listener().opened(session);
            hub.table().up(session);
            hub.sessionUp(session.peer().spiffeId());
            reason = deliver();
        } catch (RuntimeException e) {
            reason = failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            hub.listener().closed(session, reason);
        } catch (RuntimeException e) {
            hub.log()
                    .error(
                            "a bug: the end of the session with {} was not taken",
                            session.peer().spiffeId(),
                            e);
        } finally {
            done.complete(null);
        }
    }

    private String deliver() throws InterruptedException {
        while (true) {
            Item item = queue.take();
            Control message = item.message;
            if (message == null) {
                return item.reason;
            }
            bytes.addAndGet(-item.bytes);
            if (!full()) {
                var _ = Loops.execute(link.loop(), this::resume);
            }
            hub.listener().message(session, message);
        }
    }

    private void resume() {
        if (link.held() && !full()) {
            link.resume();
        }
    }

    /** The listener threw: what is queued behind is not delivered. */
    private String failed(RuntimeException e) {
        String peer = session.peer().spiffeId();
        if (e instanceof ProtocolException broken) {
            session.close(broken.code(), String.valueOf(broken.getMessage()));
            return peer + " broke the protocol: " + broken.getMessage();
        }
        if (e instanceof SessionClosedException closed) {
            return String.valueOf(closed.getMessage());
        }
        hub.log().error("a bug in what was made of a message of {}", peer, e);
        session.close(Code.INTERNAL, "an internal error; the log there says more");
        return "an internal error: " + e;
    }
}
