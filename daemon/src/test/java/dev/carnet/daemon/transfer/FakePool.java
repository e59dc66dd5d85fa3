package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transport.ChunkPool;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.wire.ChunkHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A budget of buffers that are made anew each time. */
final class FakePool implements ChunkPool {
    private final int capacity;
    private final Semaphore free;

    FakePool(int capacity) {
        this.capacity = capacity;
        this.free = new Semaphore(capacity);
    }

    @Override
    public Optional<PooledChunk> acquire(Duration timeout) {
        try {
            return free.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS) ? Optional.of(chunk()) : Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<PooledChunk> tryAcquire(Runnable whenFree) {
        return free.tryAcquire() ? Optional.of(chunk()) : Optional.empty();
    }

    private PooledChunk chunk() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(ChunkHeader.CHUNK_BYTES);
        AtomicBoolean released = new AtomicBoolean();
        return new PooledChunk() {
            @Override
            public MemorySegment segment() {
                return MemorySegment.ofBuffer(bytes);
            }

            @Override
            public ByteBuffer buffer(int position, int limit) {
                return bytes.duplicate().position(position).limit(limit);
            }

            @Override
            public void release() {
                if (!released.compareAndSet(false, true)) {
                    throw new IllegalStateException("released twice");
                }
                free.release();
            }
        };
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int inUse() {
        return capacity - free.availablePermits();
    }
}
