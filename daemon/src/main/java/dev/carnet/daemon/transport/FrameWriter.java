package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import io.netty.channel.ChannelFuture;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends chunk frames: a piece of plain text at a time through TLS, and only while the socket takes them, so that what is encrypted and not yet sent stays at
 * about a megabyte per stream, whatever is queued. Small frames share a piece.
 */
final class FrameWriter {
    /** Seven records: with what TLS adds they fill a pooled buffer of 128 KiB. */
    private static final int PIECE_BYTES = 7 << 14;

    /** After so many bytes other connections of the event loop have their turn. */
    private static final int TURN_BYTES = 4 << 20;

    /** A frame on its way. */
    private static final class Outgoing {
        final ByteBuffer header = ByteBuffer.allocate(ChunkHeader.BYTES);
        final ByteBuffer payload;
        final CompletableFuture<Void> sent = new CompletableFuture<>();

        Outgoing(ChunkHeader header, ByteBuffer payload) {
            header.write(this.header);
            this.header.flip();
            this.payload = payload.duplicate();
        }

        int take(byte[] into, int offset, int room) {
            int count = move(header, into, offset, room);
            return count + move(payload, into, offset + count, room - count);
        }

        boolean done() {
            return !payload.hasRemaining() && !header.hasRemaining();
        }

        private static int move(ByteBuffer from, byte[] into, int offset, int room) {
            int count = Math.min(from.remaining(), room);
            from.get(into, offset, count);
            return count;
        }
    }

    private final TlsLink link;
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private byte[] piece = new byte[0];
    private volatile long bytesSent;
    private @Nullable String closed;
    private boolean pumping;

    FrameWriter(TlsLink link) {
        this.link = link;
    }

    long bytesSent() {
        return bytesSent;
    }

    CompletionStage<Void> send(ChunkHeader header, ByteBuffer payload) {
        Outgoing frame = new Outgoing(header, payload);
        if (link.loop().inEventLoop()) {
            enqueue(frame);
        } else {
            link.loop().execute(() -> enqueue(frame));
        }
        return frame.sent;
    }

    private void enqueue(Outgoing frame) {
        if (closed != null) {
            frame.sent.completeExceptionally(new SessionClosedException(closed));
            return;
        }
        queue.addLast(frame);
        pump();
    }

    /** Sends while there is something to send and the socket takes it. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        int turn = 0;
        try {
            while (!queue.isEmpty() && link.writable()) {
                if (turn >= TURN_BYTES) {
                    link.loop().execute(this::pump);
                    break;
                }
                turn += sendPiece();
            }
        } finally {
            pumping = false;
        }
    }

    private int sendPiece() {
        if (piece.length == 0) {
            piece = new byte[PIECE_BYTES];
        }
        List<Outgoing> finished = new ArrayList<>();
        int filled = 0;
        Outgoing first = queue.peekFirst();
        while (first != null && filled < piece.length) {
            filled += first.take(piece, filled, piece.length - filled);
            if (first.done()) {
                finished.add(queue.removeFirst());
                first = queue.peekFirst();
            }
        }
        ChannelFuture written = link.write(piece, 0, filled);
        if (written == null) {
            finished.forEach(frame -> fail(frame, "it closed"));
            return filled;
        }
        addSent(filled);
        if (!finished.isEmpty()) {
            written.addListener(future -> finished.forEach(frame -> {
                if (future.isSuccess()) {
                    frame.sent.complete(null);
                } else {
                    fail(frame, "it broke: " + future.cause());
                }
            }));
        }
        link.flush();
        return filled;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the event loop alone writes it
    private void addSent(int count) {
        bytesSent += count;
    }

    private void fail(Outgoing frame, String reason) {
        frame.sent.completeExceptionally(new SessionClosedException(closed == null ? reason : closed));
    }

    void close(String reason) {
        closed = reason;
        for (Outgoing frame = queue.pollFirst(); frame != null; frame = queue.pollFirst()) {
            fail(frame, reason);
        }
    }
}
