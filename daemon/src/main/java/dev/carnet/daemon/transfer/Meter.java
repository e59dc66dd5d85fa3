package dev.carnet.daemon.transfer;

/** Bytes per second: over the last seconds, and on average while something was connected. Safe for many threads. */
final class Meter {
    private static final int SECONDS = 8;

    private final long[] buckets = new long[SECONDS];
    private long second = Long.MIN_VALUE;
    private long total;
    private long connectedNanos;
    private long connectedSince = Long.MIN_VALUE;

    synchronized void connected(long nowNanos) {
        if (connectedSince == Long.MIN_VALUE) {
            connectedSince = nowNanos;
        }
    }

    synchronized void disconnected(long nowNanos) {
        if (connectedSince != Long.MIN_VALUE) {
            connectedNanos += nowNanos - connectedSince;
            connectedSince = Long.MIN_VALUE;
        }
    }

    synchronized void add(long bytes, long nowNanos) {
        turn(nowNanos);
        buckets[(int) Math.floorMod(second, (long) SECONDS)] += bytes;
        total += bytes;
    }

    /** Over the whole seconds that have just passed and the one that runs. */
    synchronized double now(long nowNanos) {
        turn(nowNanos);
        long sum = 0;
        for (long bytes : buckets) {
            sum += bytes;
        }
        double connected = connectedSeconds(nowNanos);
        double span = Math.min(connected, SECONDS - 1 + (nowNanos % 1_000_000_000L) / 1e9);
        return span <= 0.05 ? 0 : sum / span;
    }

    synchronized double average(long nowNanos) {
        double seconds = connectedSeconds(nowNanos);
        return seconds <= 0.05 ? 0 : total / seconds;
    }

    private double connectedSeconds(long nowNanos) {
        long running = connectedSince == Long.MIN_VALUE ? 0 : nowNanos - connectedSince;
        return (connectedNanos + running) / 1e9;
    }

    private void turn(long nowNanos) {
        long now = Math.floorDiv(nowNanos, 1_000_000_000L);
        if (second == Long.MIN_VALUE) {
            second = now;
        }
        for (long skipped = 0; second < now && skipped < SECONDS; skipped++) {
            second++;
            buckets[(int) Math.floorMod(second, (long) SECONDS)] = 0;
        }
        second = Math.max(second, now);
    }
}
