package dev.carnet.daemon.transfer;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Lets bytes onto the wire at no more than a given rate: each caller books its bytes and waits until the time that they are due. */
final class RateLimit {
    /** How far in advance may be sent what was not sent before: keeps short pauses from costing rate. */
    private static final long BURST_NANOS = 50_000_000;

    private static final long SLICE_NANOS = 50_000_000;

    private final long bytesPerSecond;
    private long due;
    private boolean begun;

    /** Limits to {@code bytesPerSecond}; 0 does not limit. */
    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits for the turn of {@code bytes}; false where {@code cancelled} said so first. */
    boolean take(long bytes, BooleanSupplier cancelled) {
        if (bytesPerSecond == 0) {
            return !cancelled.getAsBoolean();
        }
        long mine = book(bytes, System.nanoTime());
        for (long left = mine - System.nanoTime(); left > 0; left = mine - System.nanoTime()) {
            if (cancelled.getAsBoolean()) {
                return false;
            }
            LockSupport.parkNanos(Math.min(left, SLICE_NANOS));
        }
        return !cancelled.getAsBoolean();
    }

    /** When the last of the bytes is due. */
    private synchronized long book(long bytes, long now) {
        if (!begun || due < now - BURST_NANOS) {
            due = now - BURST_NANOS;
            begun = true;
        }
        due += (long) (bytes * 1e9 / bytesPerSecond);
        return due;
    }
}
