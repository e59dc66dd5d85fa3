package dev.carnet.daemon.question;

import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fills streams with the frames of a probe for a while. All frames are the same zeros of one buffer, which is given back when the last of them has left: what the buffer held before is nobody's business.
 */
final class Sending {
    /** Payload of a frame: small beside what a line carries in a second, so that the last one hardly counts. */
    static final int FRAME_BYTES = 256 << 10;

    /** Frames on their way in one stream: enough to keep the socket's buffer full. */
    private static final int QUEUED_MAX = 16;

    private final byte[] id;
    private final PooledChunk buffer;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicLong left = new AtomicLong(Limits.PROBE_BYTES_MAX - (64L << 20));

    /** Takes over the buffer. */
    Sending(byte[] id, PooledChunk buffer) {
        this.id = id.clone();
        this.buffer = buffer;
        buffer.segment().asSlice(0, FRAME_BYTES).fill((byte) 0);
    }

    /** Sends until the time is over, and returns when all has left or a stream takes no more. */
    void run(List<DataStream> streams, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (DataStream stream : streams) {
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("probe-" + stream.number())
                    .start(() -> fill(stream, deadline)));
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(time.plusSeconds(2));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        used();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill(DataStream stream, long deadline) {
        Semaphore queued = new Semaphore(QUEUED_MAX);
        try {
            int number = 0;
            while (stream.open() && left.addAndGet(-ChunkHeader.BYTES - FRAME_BYTES) > 0) {
                if (!queued.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return;
                }
                if (System.nanoTime() - deadline >= 0) {
                    return;
                }
                send(stream, number++, queued);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(DataStream stream, int number, Semaphore queued) {
        users.incrementAndGet();
        var _ = stream.send(header(number), buffer.buffer(0, FRAME_BYTES)).whenComplete((_, _) -> {
            queued.release();
            used();
        });
    }

    private void used() {
        if (users.decrementAndGet() == 0) {
            buffer.release();
        }
    }

    private ChunkHeader header(int number) {
        return new ChunkHeader(
                ChunkHeader.KIND_DATA,
                ChunkHeader.CODEC_RAW,
                1,
                id,
                0,
                number,
                FRAME_BYTES,
                FRAME_BYTES,
                new byte[ChunkHeader.CV_BYTES]);
    }
}
