package dev.carnet.client.demo;

/** How fast the demo pushes: slowly enough that one can interrupt it, never more slowly than that. */
final class PushLimit {

    /** How long a push should take. */
    private static final long SECONDS = 6;

    private static final long RATE_MIN = 1 << 20;

    /** At this rate a push takes seconds by itself: the machine is the limit. */
    private static final long RATE_MAX = 400_000_000;

    private PushLimit() {}

    /** The limit for a checkpoint of so many bytes, in bytes per second; 0 for none. */
    static long of(long bytes) {
        long rate = Math.max(RATE_MIN, bytes / SECONDS);
        return rate > RATE_MAX ? 0 : rate;
    }
}
