package dev.carnet.daemon.transfer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The flush window (SPEC section 8): the most logical bytes that may be under way without an Ack. One second of data at the present rate, within bounds. It
 * bounds what a kill can cost.
 */
final class FlushWindow {
    private static final long BATCH_BYTES_MAX = 64L << 20;

    private final long min;
    private final long max;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long size;
    private long used;
    private boolean closed;

    FlushWindow(long min, long max) {
        this.min = min;
        this.max = max;
        this.size = min;
    }

    /** Takes room for bytes; waits for it, but never where nothing is under way. False where the window was closed. */
    boolean take(long bytes) {
        lock.lock();
        try {
            while (!closed && used > 0 && used + bytes > size - ahead()) {
                changed.awaitNanos(TimeUnit.SECONDS.toNanos(1));
            }
            if (closed) {
                return false;
            }
            used += bytes;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Of the window, the bytes that may be on record as perhaps sent before they are: an eighth, and at most 64 MiB. They count as sent after a kill, so
     * they are taken off what may really be under way.
     */
    long batch() {
        lock.lock();
        try {
            return ahead();
        } finally {
            lock.unlock();
        }
    }

    private long ahead() {
        return Math.min(size / 8, BATCH_BYTES_MAX);
    }

    void give(long bytes) {
        lock.lock();
        try {
            used -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Follows the rate, in bytes per second. */
    void rate(double bytesPerSecond) {
        lock.lock();
        try {
            size = Math.clamp((long) bytesPerSecond, min, max);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes everybody who waits, for good. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
