package dev.carnet.daemon.transport;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long until the next dial (SPEC section 7): twice as long each time, at most 1 s in the first 10 minutes and 15 s after, with jitter. */
final class Backoff {
    static final Duration SOON_MAX = Duration.ofSeconds(1);
    static final Duration LATE_MAX = Duration.ofSeconds(15);
    static final Duration SOON = Duration.ofMinutes(10);

    private static final long FIRST_MILLIS = 50;
    private static final int DOUBLINGS_MAX = 16;

    private final RandomGenerator random;
    private int failures;
    private long failingSinceNanos;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** It worked: begin again. */
    void reset() {
        failures = 0;
    }

    /** The wait after one more failure: between half of the step and all of it. */
    Duration next(long nowNanos) {
        if (failures == 0) {
            failingSinceNanos = nowNanos;
        }
        boolean soon = nowNanos - failingSinceNanos < SOON.toNanos();
        long cap = (soon ? SOON_MAX : LATE_MAX).toMillis();
        long step = Math.min(cap, FIRST_MILLIS << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }
}
