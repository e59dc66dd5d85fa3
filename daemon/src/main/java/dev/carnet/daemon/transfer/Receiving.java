package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.Code;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The data path of a destination in one attempt: decode, verify, write, and in batches force, record, acknowledge. A chunk counts as held only after all of
 * that. Safe for many threads; {@link #stop} returns when none is inside.
 */
final class Receiving {
    /** Files with unforced data: each costs a descriptor until the next flush. */
    private static final int DIRTY_FILES_MAX = 512;

    private static final int DRAIN_SECONDS_MAX = 120;
    private static final long QUIET_NANOS = 100_000_000;
    private static final int SETTLE_TURNS = 100;

    private final Of of;
    private final Events events;
    private final StagedFiles files;
    private final HeldSet held;
    private final Set<Long> writing = new HashSet<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong wireBytes = new AtomicLong();
    private final AtomicLong resentBytes = new AtomicLong();
    private final AtomicBoolean flushQueued = new AtomicBoolean();
    private final long heldBefore;
    private long written;
    private volatile long acknowledged;
    private final Object flushLock = new Object();
    private Batch batch = new Batch();
    private volatile boolean stopped;
    private volatile long lastFrameNanos = System.nanoTime();

    /** What is received, and from where. */
    record Of(DestinationTransfer transfer, Room room, Engine engine, int attempt, String sessionId) {}

    /** Called on worker threads. */
    interface Events {
        /** The attempt cannot go on: the peer's fault, our own disk, or worse. */
        void failed(Throwable why);

        /** It cannot go on for a while, or not with this file: a full disk, a force that failed. */
        void paused(VolumeException why, Set<Integer> voided);
    }

    /** What was written since the last flush. Guarded by the object itself being swapped under {@code this}. */
    private static final class Batch {
        final List<Written> chunks = new ArrayList<>();
        final Set<Integer> files = new HashSet<>();
        long bytes;
        long sinceNanos;
    }

    private record Written(int member, int chunk, int length, ChunkSum sum) {}

    Receiving(Of of, Staging staging, HeldSet held, Events events) {
        this.of = of;
        this.held = held;
        this.heldBefore = of.transfer().row().getHeldBytes();
        this.events = events;
        this.files = new StagedFiles(staging, of.transfer().members());
    }

    long wireBytes() {
        return wireBytes.get();
    }

    long resentBytes() {
        return resentBytes.get();
    }

    synchronized long filesDone() {
        return held.completeFiles();
    }

    long silentNanos() {
        return System.nanoTime() - lastFrameNanos;
    }

    /** Whether {@link #offer} would take it; on an event loop. */
    boolean wanted(ChunkHeader header) {
        return header.attempt() == of.attempt() && !stopped;
    }

    /** Takes a frame; on an event loop. False where it is of another attempt: the caller drops it. */
    boolean offer(ChunkHeader header, PooledChunk chunk) {
        if (!wanted(header)) {
            return false;
        }
        inFlight.incrementAndGet();
        if (stopped) {
            inFlight.decrementAndGet();
            return false;
        }
        lastFrameNanos = System.nanoTime();
        of.engine().workers().execute(() -> {
            try {
                receive(header, chunk);
            } finally {
                chunk.release();
                inFlight.decrementAndGet();
            }
        });
        return true;
    }

    private void receive(ChunkHeader header, PooledChunk chunk) {
        if (stopped) {
            return;
        }
        try {
            StagedFiles.Entry file =
                    files.pin(header.file(), of.transfer().row().getMembers());
            try {
                receive(header, chunk, file);
            } finally {
                files.unpin(file); // not before the chunk is in the batch: see flush
            }
        } catch (VolumeException e) {
            stopped = true;
            events.paused(e, Set.of());
        } catch (RuntimeException | Error e) {
            stopped = true;
            events.failed(e);
        }
    }

    private void receive(ChunkHeader header, PooledChunk chunk, StagedFiles.Entry file) {
        check(header, file);
        if (!claim(header)) {
            resentBytes.addAndGet(header.length());
            return;
        }
        boolean written = false;
        try {
            MemorySegment bytes =
                    of.engine().decoder().decode(header, chunk, file.row().getPath());
            ChunkSum sum = verified(header, file, bytes);
            files.write(file, bytes, Geometry.offset(header.chunk()), header.length());
            FailPoint.DESTINATION_CHUNK_WRITTEN.pass();
            wireBytes.addAndGet(ChunkHeader.BYTES + (long) header.wireLength());
            add(new Written(header.file(), header.chunk(), header.length(), sum));
            written = true;
        } finally {
            if (!written) {
                unclaim(header);
            }
        }
    }

    private void check(ChunkHeader header, StagedFiles.Entry file) {
        long size = file.row().getSize();
        boolean good = !file.row().getDirectory()
                && header.chunk() < Geometry.chunks(size)
                && header.length() == Geometry.length(size, header.chunk());
        if (!good) {
            throw new TransferException(
                    Code.PROTOCOL,
                    "chunk " + header.chunk() + " of " + header.length() + " bytes is not one of '"
                            + file.row().getPath() + "', which has " + size + " bytes");
        }
    }

    private ChunkSum verified(ChunkHeader header, StagedFiles.Entry file, MemorySegment bytes) {
        ChunkSum sum = ChunkSum.of(
                of.room().blake3(),
                bytes,
                header.length(),
                header.chunk(),
                file.row().getSize());
        if (!Arrays.equals(sum.cv().toBytes(), header.cv())) {
            throw new TransferException(
                    Code.CHUNK_MISMATCH,
                    "chunk " + header.chunk() + " of '" + file.row().getPath()
                            + "' does not verify: its bytes are not those that "
                            + of.transfer().row().getPeer()
                            + " hashed");
        }
        of.transfer().receiving().checkSealed(file.row(), header.chunk(), sum);
        return sum;
    }

    /** One writer at a time, and no second writing of what is held. */
    private synchronized boolean claim(ChunkHeader header) {
        return !held.has(header.file(), header.chunk()) && writing.add(id(header.file(), header.chunk()));
    }

    private synchronized void unclaim(ChunkHeader header) {
        writing.remove(id(header.file(), header.chunk()));
    }

    private void add(Written chunk) {
        boolean full;
        synchronized (this) {
            if (batch.chunks.isEmpty()) {
                batch.sinceNanos = System.nanoTime();
            }
            batch.chunks.add(chunk);
            batch.files.add(chunk.member());
            batch.bytes += chunk.length();
            written += chunk.length();
            // of what was announced nothing more comes: whoever waits for the last bytes need not wait for the flush
            // interval
            boolean whole = heldBefore + written == of.transfer().row().getLogicalBytes();
            full = whole
                    || batch.bytes >= of.engine().flushBytes(of.transfer().meter(), acknowledged)
                    || batch.files.size() >= DIRTY_FILES_MAX;
        }
        of.transfer().meter().add(chunk.length(), System.nanoTime());
        if (full) {
            flushSoon();
        }
    }

    /** Now and then, so that nothing that is written waits longer than the flush interval. */
    void tick() {
        boolean due;
        synchronized (this) {
            boolean old = System.nanoTime() - batch.sinceNanos
                    >= of.room().settings().flushInterval().toNanos();
            // nothing more comes for now: whoever waits for these bytes need not wait for others
            boolean quiet = inFlight.get() == 0 && silentNanos() >= QUIET_NANOS;
            due = !batch.chunks.isEmpty() && (old || quiet);
        }
        if (due) {
            flushSoon();
        }
    }

    private void flushSoon() {
        if (flushQueued.compareAndSet(false, true)) {
            of.engine().pool().execute(() -> {
                flushQueued.set(false);
                try {
                    flush();
                } catch (RuntimeException | Error e) {
                    events.failed(e);
                }
            });
        }
    }

    /** Forces what is written, records it, acknowledges it: in this order. */
    void flush() {
        synchronized (flushLock) {
            Batch full;
            synchronized (this) {
                if (batch.chunks.isEmpty()) {
                    return;
                }
                full = batch;
                batch = new Batch();
            }
            StagedFiles.Forced forced = files.force(full.files, of.engine().forcers());
            if (forced.failure().isPresent()) {
                stopped = true;
                events.paused(forced.failure().get(), forced.failed());
            }
            full.chunks.removeIf(written -> forced.failed().contains(written.member()));
            FailPoint.DESTINATION_BATCH_FORCED.pass();
            store(full);
            FailPoint.DESTINATION_BATCH_STORED.pass();
            acknowledge(full);
            acknowledged(full.bytes);
            FailPoint.DESTINATION_ACK_SENT.pass();
            if (forced.failure().isEmpty()) {
                synchronized (this) { // what is in the batch has not been forced yet
                    files.closeIdle(batch.files);
                }
            }
        }
    }

    private void store(Batch full) {
        long bytes = full.chunks.stream().mapToLong(Written::length).sum();
        long nowMillis = of.room().clock().millis();
        long wire = wireBytes.getAndSet(0);
        long resent = resentBytes.getAndSet(0);
        of.transfer().write(tx -> {
            for (Written written : full.chunks) {
                of.transfer().chunks().put(tx, written.member(), written.chunk(), written.sum());
            }
            of.engine()
                    .rows()
                    .session(
                            tx,
                            of.transfer().key(),
                            of.sessionId(),
                            row -> row.toBuilder()
                                    .setBroughtChunk(true)
                                    .setClosedMs(nowMillis)
                                    .build());
            of.engine()
                    .rows()
                    .update(
                            tx,
                            of.transfer().key(),
                            row -> row.setHeldBytes(row.getHeldBytes() + bytes)
                                    .setWireBytes(row.getWireBytes() + wire)
                                    .setResentBytes(row.getResentBytes() + resent)
                                    .setLastChunkMs(nowMillis));
        });
        synchronized (this) {
            for (Written written : full.chunks) {
                writing.remove(id(written.member(), written.chunk()));
                held.add(written.member(), written.chunk(), files.chunks(written.member()));
            }
        }
    }

    private void acknowledge(Batch full) {
        full.chunks.sort(Comparator.comparingInt(Written::member).thenComparingInt(Written::chunk));
        Ack.Builder ack = ack();
        int first = 0;
        for (int i = 1; i <= full.chunks.size(); i++) {
            if (i < full.chunks.size() && follows(full.chunks.get(i - 1), full.chunks.get(i))) {
                continue;
            }
            Written from = full.chunks.get(first);
            ack.addChunks(ChunkRange.newBuilder()
                    .setFile(from.member())
                    .setFirst(from.chunk())
                    .setLast(full.chunks.get(i - 1).chunk()));
            first = i;
            if (ack.getChunksCount() == Limits.PAGE_RANGES_MAX) {
                of.transfer().receiving().ack(ack);
                ack = ack();
            }
        }
        if (ack.getChunksCount() > 0) {
            of.transfer().receiving().ack(ack);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under flushLock alone
    private void acknowledged(long bytes) {
        acknowledged += bytes;
    }

    private Ack.Builder ack() {
        return Ack.newBuilder().setTransferId(of.transfer().link().transferId()).setAttempt(of.attempt());
    }

    private static boolean follows(Written a, Written b) {
        return a.member() == b.member() && a.chunk() + 1 == b.chunk();
    }

    /** Waits for what is on its way to us, now that nothing more is sent: at most two seconds. */
    void settle() {
        for (int i = 0; i < SETTLE_TURNS && (inFlight.get() > 0 || silentNanos() < QUIET_NANOS); i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Ends the attempt: no frame is taken any more, what is written is forced and recorded, every descriptor is closed. */
    void stop() {
        stopped = true;
        for (int i = 0; i < DRAIN_SECONDS_MAX * 100 && inFlight.get() > 0; i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        if (inFlight.get() > 0) {
            throw new VolumeException( // our own disk's trouble: nothing is aborted for it
                    VolumeException.Kind.IO,
                    "a write into staging has not ended for " + DRAIN_SECONDS_MAX + " s: is the disk alive?");
        }
        try {
            flush();
        } finally {
            files.close();
        }
    }

    /** Whether no thread works for the attempt any more. */
    boolean drained() {
        return stopped && inFlight.get() == 0;
    }

    private static Long id(int member, int chunk) {
        return (long) member << 32 | chunk;
    }
}
