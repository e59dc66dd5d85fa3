package dev.carnet.daemon.transfer;

import org.jspecify.annotations.Nullable;

/**
 * What a push or a pull would do, judged by this daemon alone: the peer is not asked.
 *
 * @param transfer the unfinished one that it would attach to; null where a new one would begin
 * @param peer SPIFFE ID
 * @param connected whether a session with the peer is open now
 * @param mode {@code open} or {@code sealed}
 * @param files null where only the peer knows
 * @param directories the top included; null where only the peer knows
 * @param bytes logical; null where only the peer knows
 * @param rule name of the policy's rule that allows it
 * @param grant name of the grant that gives the principal the right
 */
public record Plan(
        @Nullable String transfer,
        String peer,
        boolean connected,
        String mode,
        @Nullable Integer files,
        @Nullable Integer directories,
        @Nullable Long bytes,
        String rule,
        String grant) {}
