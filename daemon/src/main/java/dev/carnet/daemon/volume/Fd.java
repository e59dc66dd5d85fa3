package dev.carnet.daemon.volume;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor that several threads use and one closes. The kernel gives numbers out again: so it is closed only when no call is using it, and a call that
 * comes later is refused instead of reaching another file.
 */
final class Fd {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Posix posix;
    private final int number;
    private final String where;
    /** Calls in progress; with {@link #CLOSED} added once nobody may come any more. */
    private final AtomicInteger users = new AtomicInteger();

    Fd(Posix posix, int number, String where) {
        this.posix = posix;
        this.number = number;
        this.where = where;
    }

    /**
     * Must be followed by {@link #release}.
     *
     * @throws IllegalStateException after close
     */
    int acquire() {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                throw new IllegalStateException(where + " is closed");
            }
        } while (!users.compareAndSet(now, now + 1));
        return number;
    }

    void release() {
        if (users.decrementAndGet() == CLOSED) {
            closeNow();
        }
    }

    /**
     * Idempotent.
     *
     * @throws VolumeException where the file system reports now that it lost something (NFS does)
     */
    void close() {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                return;
            }
        } while (!users.compareAndSet(now, now + CLOSED));
        if (now == 0) {
            closeNow();
        }
    }

    private void closeNow() {
        int result = posix.close(number);
        if (result < 0) {
            throw Errno.failure(posix, result, "close", where);
        }
    }
}
