package dev.carnet.daemon.volume;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that wait for fsyncs: on the usual file systems 16 of them are several times as fast as one, since one commit of the file system's journal serves
 * many. Threads end after ten idle seconds. Nobody is ever interrupted.
 */
final class SyncPool {
    private static final int THREADS = 16;
    private static final int QUEUED_MAX = 4 * THREADS;
    private static final long IDLE_SECONDS = 10;

    private final Executor threads;

    SyncPool(String volume) {
        // bounded by the permits of its batches: each holds no more than QUEUED_MAX
        var pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, "sync-" + volume);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        threads = pool;
    }

    Batch batch() {
        return new Batch();
    }

    /** Tasks that are waited for together. Used by one thread. */
    final class Batch {
        private final Semaphore free = new Semaphore(QUEUED_MAX);
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        /**
         * Waits while too many tasks are queued.
         *
         * @throws RuntimeException of a task that has failed
         */
        void add(Runnable task) {
            rethrow();
            free.acquireUninterruptibly();
            threads.execute(() -> {
                try {
                    task.run(); // also after a failure of another: it may own a descriptor
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    free.release();
                }
            });
        }

        /** Waits until all tasks have ended. */
        void settle() {
            free.acquireUninterruptibly(QUEUED_MAX);
            free.release(QUEUED_MAX);
        }

        /**
         * {@link #settle}.
         *
         * @throws RuntimeException of the first task that failed
         */
        void finish() {
            settle();
            rethrow();
        }

        private void rethrow() {
            var thrown = failure.get();
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
        }
    }
}
