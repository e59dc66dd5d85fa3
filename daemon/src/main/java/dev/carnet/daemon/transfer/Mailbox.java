package dev.carnet.daemon.transfer;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs tasks one after the other on threads of a pool: what a transfer decides, it decides alone. */
final class Mailbox {
    /** Messages of a peer that may wait; when they are used up its session is not read further. */
    private static final int MESSAGES_MAX = 128;

    private static final long POST_SECONDS_MAX = 600;

    private final Executor pool;
    private final Consumer<Throwable> failed;
    private final Semaphore room = new Semaphore(MESSAGES_MAX);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    /** Gives what a task throws to {@code failed}, on the mailbox's own thread. */
    Mailbox(Executor pool, Consumer<Throwable> failed) {
        this.pool = pool;
        this.failed = failed;
    }

    /** For our own events: never blocks. */
    void post(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        try {
            pool.execute(this::drain);
        } catch (RejectedExecutionException e) {
            synchronized (tasks) {
                running = false; // the room is being closed: nothing runs any more
                tasks.clear();
            }
        }
    }

    /** For messages of a peer: waits for room. */
    void postMessage(Runnable task) {
        try {
            if (!room.tryAcquire(POST_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a transfer has not taken a message for " + POST_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        post(() -> {
            room.release();
            task.run();
        });
    }

    boolean idle() {
        synchronized (tasks) {
            return !running;
        }
    }

    private void drain() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                Runnable next = tasks.poll();
                if (next == null) {
                    running = false;
                    return;
                }
                task = next;
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failed.accept(e);
            }
        }
    }
}
