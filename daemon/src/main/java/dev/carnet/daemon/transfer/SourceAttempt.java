package dev.carnet.daemon.transfer;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.volume.SourceFile;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.ChunkHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The data path of a source in one attempt: threads that take a chunk from the queue, read it, hash it, compress it where that pays, and hand it to a
 * stream. A chunk is one pooled buffer from the disk to the line.
 */
final class SourceAttempt {
    private static final Duration BUFFER_WAIT = Duration.ofMillis(200);
    private static final int FRAMES_PER_WORKER = 2;
    private static final int DRAIN_SECONDS_MAX = 30;

    private final Plan plan;
    private final Events events;
    private final FlushWindow window;
    private final RateLimit limit;
    private final CodecChoice codec;
    private final OpenFiles files;
    private final ConcurrentHashMap<Long, ChunkSum> unacknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger workers = new AtomicInteger();
    private final AtomicLong wireBytes = new AtomicLong();
    private volatile boolean stopped;

    /** What an attempt is about. */
    record Plan(
            Key key,
            int number,
            SendQueue queue,
            HeldSet held,
            Reads reads,
            Members members,
            Chunks chunks,
            Sums sums,
            Room room) {}

    /** Where the sum of a chunk comes from: its bytes are hashed, or it is on record already. */
    interface Sums {
        /** Whether the bytes are looked at. */
        boolean hashes();

        ChunkSum of(MemberRow row, int chunk, MemorySegment bytes, int length);
    }

    /** How many chunks of a file this attempt reads. */
    @FunctionalInterface
    interface Reads {
        int of(int member);
    }

    /** Called on worker threads. */
    interface Events {
        /** A chunk that the destination holds already has been hashed again. */
        void rehashed(int member, int chunk);

        /** The attempt cannot go on: the source is wrong, our own disk, or worse. */
        void failed(Throwable why);

        /** A stream broke: another attempt is needed. */
        void broken(String why);

        /** Everything in the queue is on its way. */
        void drained();
    }

    SourceAttempt(Plan plan, OpenFiles files, FlushWindow window, RateLimit limit, CodecChoice codec, Events events) {
        this.plan = plan;
        this.files = files;
        this.window = window;
        this.limit = limit;
        this.codec = codec;
        this.events = events;
    }

    /** Frames with headers, handed to the kernel. */
    long wireBytes() {
        return wireBytes.get();
    }

    /** The sum of a chunk that was sent (or hashed again) and not acknowledged before; removes it. */
    @Nullable
    ChunkSum acknowledged(int member, int chunk) {
        return unacknowledged.remove(id(member, chunk));
    }

    /** Whether the destination held the chunk when the attempt began: it is hashed again, not sent. */
    boolean heldBefore(int member, int chunk) {
        return plan.held().has(member, chunk);
    }

    void start(List<DataStream> streams, int threads, Executor pool) {
        workers.set(threads);
        for (int i = 0; i < threads; i++) {
            int first = i;
            pool.execute(() -> work(streams, first));
        }
    }

    /** Ends the attempt; returns when no worker reads any more. What is in flight may still arrive. */
    void stop() {
        stopped = true;
        window.close();
        for (int i = 0; i < DRAIN_SECONDS_MAX * 100 && workers.get() > 0; i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        files.close();
    }

    private void work(List<DataStream> streams, int first) {
        Semaphore frames = new Semaphore(FRAMES_PER_WORKER);
        ByteBuffer sampleOut = ByteBuffer.allocateDirect(CodecChoice.sampleBound());
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(CodecChoice.LEVEL);
            for (int turn = first; !stopped; turn++) {
                if (!window.take(ChunkHeader.CHUNK_BYTES)) { // before the chunk is put on record as perhaps sent
                    break;
                }
                SendQueue.Task task = plan.queue().next();
                window.give(task == null ? ChunkHeader.CHUNK_BYTES : ChunkHeader.CHUNK_BYTES - task.length());
                if (task == null) {
                    break;
                }
                DataStream stream = streams.get(turn % streams.size());
                send(task, stream, frames, zstd, sampleOut);
            }
        } catch (RuntimeException | Error e) {
            events.failed(e);
        } finally {
            if (workers.decrementAndGet() == 0) {
                events.drained();
            }
        }
    }

    private void send(
            SendQueue.Task task, DataStream stream, Semaphore frames, ZstdCompressCtx zstd, ByteBuffer sampleOut) {
        boolean hashOnly = plan.held().has(task.member(), task.chunk());
        if (hashOnly) {
            window.give(task.length());
        }
        Optional<PooledChunk> buffer = buffer();
        if (buffer.isEmpty()) {
            return;
        }
        PooledChunk chunk = buffer.get();
        boolean handedOver = false;
        try {
            ChunkSum sum = read(task, chunk, hashOnly && !plan.sums().hashes());
            unacknowledged.put(id(task.member(), task.chunk()), sum);
            if (hashOnly) {
                events.rehashed(task.member(), task.chunk());
                return;
            }
            Encoded encoded = encode(chunk, task.length(), zstd, sampleOut);
            handedOver = true;
            transmit(task, sum, encoded, stream, frames);
        } finally {
            if (!handedOver) {
                chunk.release();
            }
        }
    }

    private Optional<PooledChunk> buffer() {
        while (!stopped) {
            Optional<PooledChunk> buffer = plan.room().sendPool().acquire(BUFFER_WAIT);
            if (buffer.isPresent()) {
                return buffer;
            }
        }
        return Optional.empty();
    }

    /** Reads, and hashes where its sum is not known; what was hashed before must be what it was. */
    private ChunkSum read(SendQueue.Task task, PooledChunk chunk, boolean known) {
        MemberRow row = plan.members().get(task.member());
        SourceFile file = files.open(task.member(), row, plan.reads().of(task.member()));
        if (!known) {
            file.read(chunk.segment(), Geometry.offset(task.chunk()), task.length());
            if (!plan.sums().hashes()) {
                files.check(row, file); // what was read is not hashed: it must not go out as what it was
            }
        }
        ChunkSum sum = plan.sums().of(row, task.chunk(), chunk.segment(), task.length());
        files.done(task.member(), row);
        Optional<Hash32> before = plan.chunks().sum(task.member(), task.chunk()).map(ChunkSum::cv);
        if (before.isPresent() && !before.get().equals(sum.cv())) {
            throw OpenFiles.changed(row.getPath(), "its destination");
        }
        return sum;
    }

    /** A buffer and the bytes of it that travel. */
    private record Encoded(PooledChunk chunk, byte codec, int length) {}

    private Encoded encode(PooledChunk chunk, int length, ZstdCompressCtx zstd, ByteBuffer sampleOut) {
        Encoded raw = new Encoded(chunk, ChunkHeader.CODEC_RAW, length);
        if (!codec.compress(chunk.buffer(0, length), sampleOut)) {
            return raw;
        }
        Optional<PooledChunk> second = plan.room().sendPool().acquire(Duration.ZERO);
        if (second.isEmpty()) {
            return raw; // the budget is used up: compressing would wait for what it holds itself
        }
        PooledChunk target = second.get();
        try {
            int size = zstd.compressDirectByteBuffer(
                    target.buffer(0, length), 0, length - 1, chunk.buffer(0, length), 0, length);
            chunk.release();
            return new Encoded(target, ChunkHeader.CODEC_ZSTD, size);
        } catch (ZstdException larger) {
            target.release();
            return raw;
        }
    }

    private void transmit(SendQueue.Task task, ChunkSum sum, Encoded encoded, DataStream stream, Semaphore frames) {
        PooledChunk chunk = encoded.chunk();
        ChunkHeader header = new ChunkHeader(
                ChunkHeader.KIND_DATA,
                encoded.codec(),
                plan.number(),
                plan.key().idBytes(),
                task.member(),
                task.chunk(),
                task.length(),
                encoded.length(),
                sum.cv().toBytes());
        long start = System.nanoTime();
        long frameBytes = ChunkHeader.BYTES + (long) encoded.length();
        if (!limit.take(frameBytes, () -> stopped) || !acquire(frames)) {
            chunk.release();
            return;
        }
        stream.send(header, chunk.buffer(0, encoded.length())).whenComplete((done, error) -> {
            chunk.release();
            frames.release();
            if (error != null) {
                events.broken(String.valueOf(error.getMessage()));
                return;
            }
            codec.sent(frameBytes, System.nanoTime() - start);
            wireBytes.addAndGet(frameBytes);
            FailPoint.SOURCE_CHUNK_SENT.pass();
        });
    }

    private boolean acquire(Semaphore frames) {
        try {
            while (!stopped) {
                if (frames.tryAcquire(BUFFER_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static Long id(int member, int chunk) {
        return (long) member << 32 | chunk;
    }
}
