package dev.carnet.client.verify;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Threads with a chunk of memory each. What is handed in and not done yet is bounded: whoever hands in more waits. */
final class HashPool implements AutoCloseable {

    private static final int WAITING_PER_THREAD = 8;

    private final ExecutorService threads;
    private final Semaphore room;
    private final int roomMax;
    private final ThreadLocal<ChunkBuffer> buffers = ThreadLocal.withInitial(ChunkBuffer::new);
    private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();

    HashPool(int count) {
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("hash-", 0).factory());
        roomMax = count * WAITING_PER_THREAD;
        room = new Semaphore(roomMax);
    }

    /** Runs the task on some thread, soon. Blocks while enough are waiting. */
    void submit(Consumer<ChunkBuffer> task) {
        room.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                task.accept(buffers.get());
            } catch (RuntimeException | Error e) {
                failed.compareAndSet(null, e);
            } finally {
                room.release();
            }
        });
    }

    /** Waits until everything handed in is done. A task that threw is a bug, and is thrown here. */
    void finish() {
        room.acquireUninterruptibly(roomMax);
        room.release(roomMax);
        Throwable cause = failed.get();
        if (cause != null) {
            throw new IllegalStateException("a file could not be compared", cause);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a thread that hashes does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
