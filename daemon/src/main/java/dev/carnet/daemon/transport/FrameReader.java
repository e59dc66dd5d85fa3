package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a stream into chunk frames. A header is checked first; a frame that nobody wants is read and thrown away; for any other a buffer is taken when
 * its first byte is there, and bytes go straight into it. Where there is none nothing more is read from the socket until there is: that is the back-pressure, and
 * at most one record waits in {@link #rest}.
 */
final class FrameReader {
    /** Takes frames. On the event loop. */
    interface Taker {
        /** Whether the frame is worth a buffer. */
        boolean wanted(ChunkHeader header);

        /** A whole frame; owns the chunk from then on. */
        void chunk(ChunkHeader header, PooledChunk chunk);

        /** A frame that holds a buffer took too long: the stream must end. */
        void late(String reason);

        /** Reading went wrong outside of {@link FrameReader#received}. */
        void failed(RuntimeException e);
    }

    private final TlsLink link;
    private final Taker taker;
    private final FrameBuffers buffers;
    private final FrameDeadline deadline;

    private final byte[] headerBytes = new byte[ChunkHeader.BYTES];
    private int headerFilled;
    private @Nullable ChunkHeader header;
    private boolean dropping;
    private @Nullable PooledChunk chunk;
    private int filled;
    private byte[] rest = new byte[0];
    private boolean closed;

    FrameReader(TlsLink link, ChunkPool pool, Share share, Timeouts timeouts, Taker taker) {
        this.link = link;
        this.taker = taker;
        this.buffers = new FrameBuffers(link, pool, share, this::again);
        this.deadline = new FrameDeadline(link.loop(), timeouts, taker::late);
    }

    void received(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && !closed) {
            ChunkHeader current = header;
            if (current == null) {
                at += takeHeader(bytes, at, end - at);
            } else if (dropping) {
                at += drop(current, end - at);
            } else if (chunk == null && !acquire()) {
                rest = Arrays.copyOfRange(bytes, at, end);
                link.hold();
                return;
            } else {
                at += takePayload(current, bytes, at, end - at);
            }
        }
    }

    private int takeHeader(byte[] bytes, int at, int available) {
        int count = Math.min(available, headerBytes.length - headerFilled);
        System.arraycopy(bytes, at, headerBytes, headerFilled, count);
        headerFilled += count;
        if (headerFilled == headerBytes.length) {
            ChunkHeader read = ChunkHeader.read(ByteBuffer.wrap(headerBytes));
            header = read;
            headerFilled = 0;
            filled = 0;
            dropping = !taker.wanted(read);
        }
        return count;
    }

    private int drop(ChunkHeader current, int available) {
        int count = Math.min(available, current.wireLength() - filled);
        filled += count;
        if (filled == current.wireLength()) {
            header = null;
        }
        return count;
    }

    private boolean acquire() {
        chunk = buffers.take().orElse(null);
        if (chunk == null) {
            return false;
        }
        deadline.begin();
        return true;
    }

    private int takePayload(ChunkHeader current, byte[] bytes, int at, int available) {
        PooledChunk into = chunk;
        if (into == null) {
            throw new IllegalStateException("no chunk");
        }
        int count = Math.min(available, current.wireLength() - filled);
        MemorySegment.copy(bytes, at, into.segment(), ValueLayout.JAVA_BYTE, filled, count);
        filled += count;
        if (filled == current.wireLength()) {
            header = null;
            chunk = null;
            deadline.end();
            buffers.whole();
            taker.chunk(current, into);
        } else {
            deadline.heard();
        }
        return count;
    }

    /** There may be a buffer for what waits. */
    private void again() {
        byte[] bytes = rest;
        rest = new byte[0];
        try {
            received(bytes, 0, bytes.length);
        } catch (RuntimeException e) {
            taker.failed(e);
            return;
        }
        if (rest.length == 0) {
            link.resume();
        }
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        rest = new byte[0];
        deadline.close();
        PooledChunk partial = chunk;
        chunk = null;
        if (partial != null) {
            partial.release();
        }
        buffers.close();
    }
}
