package dev.carnet.daemon.config;

import dev.carnet.proto.wire.Limits;
import java.time.Duration;

/** The table {@code [limits]}, and the range of each. */
final class LimitsReader {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private LimitsReader() {}

    static LimitsConfig read(Section section) {
        LimitsConfig otherwise = LimitsConfig.DEFAULT;
        LimitsConfig limits = new LimitsConfig(
                section.integer("streams", otherwise.streams(), 1, Limits.STREAMS_MAX),
                budget(section, "send-budget", otherwise.sendBudgetBytes()),
                budget(section, "receive-budget", otherwise.receiveBudgetBytes()),
                window(section, "flush-window-min", otherwise.flushWindowBytesMin()),
                window(section, "flush-window-max", otherwise.flushWindowBytesMax()),
                section.duration(
                        "flush-interval", otherwise.flushInterval(), Duration.ofMillis(10), Duration.ofMinutes(1)),
                section.duration("staging-ttl", otherwise.stagingTtl(), Duration.ofSeconds(1), Duration.ofDays(3_650)),
                section.duration("begin-timeout", otherwise.beginTimeout(), Duration.ofSeconds(1), Duration.ofHours(1)),
                section.duration(
                        "receipt-pending", otherwise.receiptPending(), Duration.ofSeconds(1), Duration.ofDays(3_650)),
                section.integer("transfers-per-peer", otherwise.transfersPerPeer(), 1, 1_024));
        if (limits.flushWindowBytesMin() > limits.flushWindowBytesMax()) {
            section.problem(
                    "flush-window-min",
                    Quantity.ofSize(limits.flushWindowBytesMin()) + " is more than flush-window-max, "
                            + Quantity.ofSize(limits.flushWindowBytesMax()));
        }
        section.end();
        return limits;
    }

    private static long budget(Section section, String key, long otherwise) {
        long bytes = section.size(key, 16 * MIB, 64 * GIB).orElse(otherwise);
        if (bytes % LimitsConfig.CHUNK_BYTES != 0) {
            section.problem(
                    key, "is counted in whole chunks: a multiple of " + Quantity.ofSize(LimitsConfig.CHUNK_BYTES));
        }
        return bytes;
    }

    private static long window(Section section, String key, long otherwise) {
        return section.size(key, LimitsConfig.CHUNK_BYTES, 64 * GIB).orElse(otherwise);
    }
}
