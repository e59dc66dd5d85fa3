package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.v1.Control;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The messages of one session on their way out: so many bytes at once, whoever sends; the rest waits in its callers. */
final class Outbox {
    private static final int BYTES_MAX = 1 << 20;

    private final TlsLink link;
    private final Duration patience;
    private final Semaphore room = new Semaphore(BYTES_MAX, true);
    private volatile boolean closed;

    Outbox(TlsLink link, Duration patience) {
        this.link = link;
        this.patience = patience;
    }

    /** What became of a message. */
    enum Outcome {
        QUEUED,
        CLOSED,
        NO_ROOM
    }

    /** Blocks until there is room. */
    Outcome send(Control message) {
        byte[] frame = FrameAssembler.frame(message);
        try {
            if (!room.tryAcquire(frame.length, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return closed ? Outcome.CLOSED : Outcome.NO_ROOM;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.CLOSED;
        }
        if (closed) {
            return Outcome.CLOSED;
        }
        link.loop().execute(() -> write(frame));
        return Outcome.QUEUED;
    }

    private void write(byte[] frame) {
        ChannelFuture written = link.write(frame, 0, frame.length);
        if (written == null) {
            room.release(frame.length);
            return;
        }
        written.addListener(_ -> room.release(frame.length));
        link.flush();
    }

    /** Nobody waits any more. */
    void close() {
        closed = true;
        room.release(BYTES_MAX); // more than anybody can be waiting for, one after the other
    }
}
