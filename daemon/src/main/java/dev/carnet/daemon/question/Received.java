package dev.carnet.daemon.question;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import java.util.Arrays;
import java.util.Optional;

/** The frames of one probe, counted by their headers. */
final class Received {
    /** Ten seconds (SPEC section 4), and what the line itself may take. */
    static final long NANOS_MAX = 12_000_000_000L;

    private final byte[] id;
    private final long began;
    private long bytes;
    private long first;
    private long last;

    Received(byte[] id, long nowNanos) {
        this.id = id.clone();
        this.began = nowNanos;
    }

    /** Whether the frame is one of this probe; beyond the limits it is, and counts no more. */
    boolean takes(ChunkHeader header, long nowNanos) {
        if (!Arrays.equals(id, header.transferId())) {
            return false;
        }
        add(ChunkHeader.BYTES + header.wireLength(), nowNanos);
        return true;
    }

    private synchronized void add(int frame, long nowNanos) {
        if (over(nowNanos) || bytes > Limits.PROBE_BYTES_MAX) {
            return;
        }
        if (bytes == 0) {
            first = nowNanos;
        }
        bytes += frame;
        last = nowNanos;
    }

    /** Too old to go on: its place may be taken. */
    boolean over(long nowNanos) {
        return nowNanos - began > NANOS_MAX;
    }

    /** The limit that was passed. */
    synchronized Optional<Code> passed(long nowNanos) {
        if (bytes > Limits.PROBE_BYTES_MAX) {
            return Optional.of(Code.LIMIT);
        }
        return over(nowNanos) ? Optional.of(Code.TIMEOUT) : Optional.empty();
    }

    byte[] id() {
        return id.clone();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** From the first header to the last. */
    synchronized long nanos() {
        return last - first;
    }
}
