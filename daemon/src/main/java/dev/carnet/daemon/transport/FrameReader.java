package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a stream into chunk frames. A header is checked first, then a buffer is taken from the pool, then bytes go straight into it. Where the pool is empty
 * nothing more is read from the socket until it is not: that is the back-pressure, and at most one record waits in {@link #rest}.
 */
final class FrameReader {
    /** Takes whole frames, and owns the chunk from then on. */
    interface Taker {
        void chunk(ChunkHeader header, PooledChunk chunk);
    }

    private final TlsLink link;
    private final ChunkPool pool;
    private final Taker taker;
    private final Consumer<RuntimeException> failed;

    private final byte[] headerBytes = new byte[ChunkHeader.BYTES];
    private int headerFilled;
    private @Nullable ChunkHeader header;
    private @Nullable PooledChunk chunk;
    private int filled;
    private byte[] rest = new byte[0];
    private boolean closed;

    FrameReader(TlsLink link, ChunkPool pool, Taker taker, Consumer<RuntimeException> failed) {
        this.link = link;
        this.pool = pool;
        this.taker = taker;
        this.failed = failed;
    }

    void received(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && !closed) {
            if (header == null) {
                at += takeHeader(bytes, at, end - at);
            }
            ChunkHeader current = header;
            if (current == null) {
                continue;
            }
            if (chunk == null && !acquire()) {
                rest = Arrays.copyOfRange(bytes, at, end);
                link.hold();
                return;
            }
            at += takePayload(current, bytes, at, end - at);
        }
    }

    private int takeHeader(byte[] bytes, int at, int available) {
        int count = Math.min(available, headerBytes.length - headerFilled);
        System.arraycopy(bytes, at, headerBytes, headerFilled, count);
        headerFilled += count;
        if (headerFilled == headerBytes.length) {
            header = ChunkHeader.read(ByteBuffer.wrap(headerBytes));
            headerFilled = 0;
        }
        return count;
    }

    private boolean acquire() {
        Optional<PooledChunk> taken = pool.tryAcquire(() -> link.loop().execute(this::again));
        chunk = taken.orElse(null);
        filled = 0;
        return taken.isPresent();
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
            taker.chunk(current, into);
        }
        return count;
    }

    /** A chunk may be free. */
    private void again() {
        if (closed) {
            // This wake-up was somebody's turn: pass it on.
            pool.tryAcquire(() -> {}).ifPresent(PooledChunk::release);
            return;
        }
        try {
            if (!acquire()) {
                return;
            }
            byte[] bytes = rest;
            rest = new byte[0];
            received(bytes, 0, bytes.length);
        } catch (RuntimeException e) {
            failed.accept(e);
            return;
        }
        if (rest.length == 0 && !waiting()) {
            link.resume();
        }
    }

    private boolean waiting() {
        return header != null && chunk == null;
    }

    void close() {
        closed = true;
        rest = new byte[0];
        PooledChunk partial = chunk;
        chunk = null;
        if (partial != null) {
            partial.release();
        }
    }
}
