package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last released is the first reused: its memory is warm. Who waits is served in the order of coming: a thread is handed the chunk itself, a callback is told
 * that it may try again.
 */
final class NativeChunkPool implements ChunkPool {
    private static final long PAGE_BYTES = 4096;

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private int made;

    NativeChunkPool(int capacity) {
        this.capacity = capacity;
    }

    /** One that waits: parked where {@code turn} is there, a callback otherwise. */
    private static final class Waiter {
        final @Nullable Condition turn;
        final @Nullable Runnable callback;

        @Nullable
        MemorySegment given;

        Waiter(@Nullable Condition turn, @Nullable Runnable callback) {
            this.turn = turn;
            this.callback = callback;
        }
    }

    @Override
    public Optional<PooledChunk> acquire(Duration timeout) {
        lock.lock();
        try {
            MemorySegment segment = waiters.isEmpty() ? take() : null;
            if (segment == null) {
                segment = await(timeout.toNanos());
            }
            return Optional.ofNullable(segment).map(Chunk::new);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable MemorySegment await(long nanosMax) {
        Condition turn = lock.newCondition();
        Waiter waiter = new Waiter(turn, null);
        waiters.addLast(waiter);
        long nanos = nanosMax;
        try {
            while (waiter.given == null && nanos > 0) {
                nanos = turn.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (waiter.given == null) {
            waiters.remove(waiter);
        }
        return waiter.given;
    }

    @Override
    public Optional<PooledChunk> tryAcquire(Runnable whenFree) {
        lock.lock();
        try {
            MemorySegment segment = take();
            if (segment != null) {
                return Optional.of(new Chunk(segment));
            }
            waiters.addLast(new Waiter(null, whenFree));
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int inUse() {
        lock.lock();
        try {
            return made - free.size();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable MemorySegment take() {
        MemorySegment segment = free.pollFirst();
        if (segment == null && made < capacity) {
            segment = Arena.ofAuto().allocate(ChunkHeader.CHUNK_BYTES, PAGE_BYTES);
            made++;
        }
        return segment;
    }

    private void giveBack(MemorySegment segment) {
        Runnable callback = null;
        lock.lock();
        try {
            Waiter next = waiters.pollFirst();
            if (next != null && next.turn != null) {
                next.given = segment;
                next.turn.signal();
            } else {
                free.addFirst(segment);
                callback = next == null ? null : next.callback;
            }
        } finally {
            lock.unlock();
        }
        if (callback != null) {
            callback.run();
        }
    }

    /** A chunk in somebody's hands. */
    private final class Chunk implements PooledChunk {
        private final MemorySegment segment;
        private final AtomicBoolean released = new AtomicBoolean();

        Chunk(MemorySegment segment) {
            this.segment = segment;
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public ByteBuffer buffer(int position, int limit) {
            return segment.asByteBuffer().limit(limit).position(position);
        }

        @Override
        public void release() {
            if (released.getAndSet(true)) {
                throw new IllegalStateException("a chunk was released twice: its memory may be somebody else's by now");
            }
            giveBack(segment);
        }
    }
}
