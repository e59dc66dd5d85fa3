package dev.carnet.daemon.config;

import java.time.Duration;

/**
 * Table {@code [limits]}.
 *
 * @param streams data connections of one transfer, where a push does not say
 * @param sendBudgetBytes chunk buffers of everything that is sent, together; a multiple of 4 MiB
 * @param receiveBudgetBytes the same of everything that is received
 * @param flushWindowBytesMin least and most logical bytes that may be sent without being held, SPEC section 8
 * @param flushWindowBytesMax at least {@code flushWindowBytesMin}
 * @param flushInterval how long a received chunk waits for others before it is made durable
 * @param stagingTtl how long an unfinished checkpoint is kept without a new chunk
 * @param beginTimeout how long an accepted push may wait for its Begin
 * @param receiptPending how long the other side's last word may be missing before that goes on record (SPEC section 11)
 * @param transfersPerPeer unfinished transfers from one peer; more are BUSY
 */
public record LimitsConfig(
        int streams,
        long sendBudgetBytes,
        long receiveBudgetBytes,
        long flushWindowBytesMin,
        long flushWindowBytesMax,
        Duration flushInterval,
        Duration stagingTtl,
        Duration beginTimeout,
        Duration receiptPending,
        int transfersPerPeer) {

    /** What a budget is counted in. */
    public static final int CHUNK_BYTES = 4 << 20;

    /** Where the file says nothing. Two budgets of 12 chunks: 96 MiB, within the direct memory of jvm.flags. */
    public static final LimitsConfig DEFAULT = new LimitsConfig(
            4,
            12L * CHUNK_BYTES,
            12L * CHUNK_BYTES,
            64L << 20,
            1L << 30,
            Duration.ofSeconds(1),
            Duration.ofDays(14),
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            16);
}
