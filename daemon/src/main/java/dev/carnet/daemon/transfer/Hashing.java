package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.volume.SourceFile;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.v1.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes the files of a walked tree into the chunk map, once and in parallel. A file is compared with the fingerprint of the walk when it is opened and after its last chunk. One thread opens, hands out
 * and stores; the workers read and hash. Buffers are those of the send budget: at most two per worker.
 */
final class Hashing {
    private static final Duration BUFFER_WAIT = Duration.ofSeconds(60);
    private static final int BATCH = 1_000;
    private static final int BUFFERS_PER_WORKER = 2;

    private final Room room;
    private final Engine engine;
    private final SourceTree tree;
    private final Members members;
    private final Chunks chunks;
    private final long bytesTotal;
    private final Holdings.Progress progress;
    private final BooleanSupplier stopped;

    private final int inFlightMax;
    private final Semaphore free;
    private final Queue<Sum> sums = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger(); // in sums
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Hashing(
            Room room,
            Engine engine,
            SourceTree tree,
            Key key,
            long bytesTotal,
            Holdings.Progress progress,
            BooleanSupplier stopped) {
        this.room = room;
        this.engine = engine;
        this.tree = tree;
        this.members = new Members(room.store(), key);
        this.chunks = new Chunks(room.store(), key);
        this.bytesTotal = bytesTotal;
        this.progress = progress;
        this.stopped = stopped;
        this.inFlightMax = Math.max(1, room.settings().workers()) * BUFFERS_PER_WORKER;
        this.free = new Semaphore(inFlightMax);
    }

    private record Sum(int member, int chunk, ChunkSum sum) {}

    /** A file under way. Whoever is the last to leave compares and closes it. */
    private final class Opened {
        private final MemberRow row;
        private final SourceFile file;
        private final AtomicInteger users = new AtomicInteger(1);

        Opened(MemberRow row, SourceFile file) {
            this.row = row;
            this.file = file;
        }

        void leave() {
            if (users.decrementAndGet() > 0) {
                return;
            }
            try (file) {
                if (failure.get() == null) {
                    compare(row, file);
                    files.incrementAndGet();
                }
            }
        }
    }

    /**
     * Hashes all of it.
     *
     * @throws TransferException SOURCE_CHANGED, naming a file; CANCELLED; BUSY
     * @throws VolumeException where something cannot be read
     */
    void run() {
        try {
            for (Members.Numbered member : members) {
                if (member.file() && member.row().getSize() > 0) {
                    file(member.number(), member.row());
                } else if (member.file()) {
                    files.incrementAndGet();
                }
            }
        } finally {
            free.acquireUninterruptibly(inFlightMax); // nobody reads any more
        }
        goOn();
        store();
        progress.read(files.get(), bytes.get(), bytesTotal);
    }

    private void file(int number, MemberRow row) {
        Opened opened = new Opened(row, open(row.getPath()));
        try {
            compare(row, opened.file);
            int count = Geometry.chunks(row.getSize());
            for (int chunk = 0; chunk < count; chunk++) {
                hand(opened, number, chunk);
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        } finally {
            opened.leave();
        }
    }

    private SourceFile open(String path) {
        try {
            return tree.open(path);
        } catch (VolumeException e) {
            throw switch (e.kind()) {
                case NOT_FOUND, BAD_TYPE, IN_THE_WAY ->
                    Sealing.changed(Sealing.Act.SEAL, path); // the walk had found a file there
                default -> e;
            };
        }
    }

    private static void compare(MemberRow row, SourceFile file) {
        if (!Members.same(row, file.fingerprint())) {
            throw Sealing.changed(Sealing.Act.SEAL, row.getPath());
        }
    }

    private void goOn() {
        if (stopped.getAsBoolean()) {
            throw new TransferException(Code.CANCELLED, "the reading was stopped");
        }
        check();
    }

    private void hand(Opened opened, int number, int chunk) {
        goOn();
        if (waiting.get() >= BATCH) {
            store();
        }
        free.acquireUninterruptibly();
        PooledChunk buffer;
        try {
            buffer = room.sendPool()
                    .acquire(BUFFER_WAIT)
                    .orElseThrow(() -> new TransferException(
                            Code.BUSY,
                            "no buffer came free in " + BUFFER_WAIT.toSeconds() + " s: transfers use them all"));
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
        opened.users.incrementAndGet();
        try {
            engine.workers().execute(() -> hash(opened, number, chunk, buffer));
        } catch (RejectedExecutionException e) {
            buffer.release();
            free.release();
            opened.leave();
            throw new TransferException(Code.SHUTTING_DOWN, "the daemon stops", e);
        }
        progress.read(files.get(), bytes.get(), bytesTotal);
    }

    /** On a worker. */
    private void hash(Opened opened, int number, int chunk, PooledChunk buffer) {
        try {
            long size = opened.row.getSize();
            int length = Geometry.length(size, chunk);
            opened.file.read(buffer.segment(), Geometry.offset(chunk), length);
            sums.add(new Sum(number, chunk, ChunkSum.of(room.blake3(), buffer.segment(), length, chunk, size)));
            waiting.incrementAndGet();
            bytes.addAndGet(length);
        } catch (Throwable e) {
            failure.compareAndSet(null, e); // thrown where it is waited for
        } finally {
            buffer.release();
            left(opened);
            free.release();
        }
    }

    private void left(Opened opened) {
        try {
            opened.leave();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void check() {
        Throwable e = failure.get();
        if (e instanceof RuntimeException known) {
            throw known;
        }
        if (e instanceof Error fatal) {
            throw fatal;
        }
    }

    private void store() {
        List<Sum> batch = new ArrayList<>();
        for (Sum sum = sums.poll(); sum != null; sum = sums.poll()) {
            batch.add(sum);
        }
        waiting.addAndGet(-batch.size());
        for (int from = 0; from < batch.size(); from += BATCH) {
            List<Sum> part = batch.subList(from, Math.min(batch.size(), from + BATCH));
            room.store().update(tx -> part.forEach(sum -> chunks.put(tx, sum.member, sum.chunk, sum.sum)));
        }
    }
}
