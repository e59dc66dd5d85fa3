package dev.carnet.daemon.transport;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One peer's places among the receive buffers: so many of its frames may be half read at once, over all of its streams and sessions. A peer that begins frames
 * and does not end them so leaves buffers for the others. Places are handed on in the order of asking. Safe for many threads.
 */
final class Share {
    private final int max;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int taken;

    private Share(int max) {
        this.max = max;
    }

    /** Three quarters of the pool, one place at least: with a pool of one buffer there is nothing to share. */
    static Share of(ChunkPool pool) {
        return new Share(Math.max(1, (int) (pool.capacity() * 3L / 4)));
    }

    int max() {
        return max;
    }

    /** True where a place is the caller's now. Otherwise {@code given} runs once, on the thread that gives its place up, and the place is the caller's from then on. */
    synchronized boolean take(Runnable given) {
        if (taken < max) {
            taken++;
            return true;
        }
        waiting.addLast(given);
        return false;
    }

    /** For one that waits no more. False where its turn has come already: it has a place to give back. */
    synchronized boolean forget(Runnable given) {
        return waiting.remove(given);
    }

    void giveBack() {
        Runnable next = freeOrHandOn();
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable freeOrHandOn() {
        Runnable next = waiting.pollFirst();
        if (next == null) {
            if (taken == 0) {
                throw new IllegalStateException("a place was given back twice");
            }
            taken--;
        }
        return next;
    }
}
