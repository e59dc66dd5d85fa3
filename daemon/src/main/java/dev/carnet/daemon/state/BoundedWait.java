package dev.carnet.daemon.state;

import org.jspecify.annotations.Nullable;

/** Waits that have an end and that an interrupt does not cut short: the caller finds its interrupt afterwards. */
final class BoundedWait {
    private BoundedWait() {}

    /** One wait of at most so many nanoseconds; null where it was in vain. */
    interface Step<T> {
        @Nullable
        T await(long nanos) throws InterruptedException;
    }

    static <T> @Nullable T within(long nanos, Step<T> step) {
        var end = System.nanoTime() + nanos;
        var interrupted = false;
        try {
            while (true) {
                try {
                    return step.await(Math.max(0, end - System.nanoTime()));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
