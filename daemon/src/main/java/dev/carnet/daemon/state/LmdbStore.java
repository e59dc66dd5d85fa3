package dev.carnet.daemon.state;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.LmdbException;

/**
 * The store in LMDB: one writer, snapshots that never wait for it, a commit that is durable or absent.
 *
 * <p>The map is address space only: the file has the size of what was written. Where it is full all the same, it grows with no transaction open and the work
 * runs again. An LMDB write transaction belongs to the thread that began it, and a virtual thread may change its carrier in the middle: such callers get a
 * platform thread for the length of the call.
 */
public final class LmdbStore implements Store {
    /** Address space at the start; grows by doubling. */
    public static final long MAP_BYTES = 64L << 30;

    static final long MAP_BYTES_MAX = 16L << 40;

    /** Snapshots open at a time; further readers wait. */
    static final int READERS_MAX = 64;

    /** How long a reader waits for a place, and growth for the transactions that are open. */
    static final long WAIT_SECONDS_MAX = 60;

    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);

    private final Path directory;
    private final DirectoryLock lock;
    private final LmdbEnv env;

    /** Shared by transactions, exclusive for growing and closing. */
    private final ReentrantReadWriteLock transactions = new ReentrantReadWriteLock();

    private final ReentrantLock writer = new ReentrantLock();
    private final ByteBuffer writerKey = LmdbReadTx.newKeyBuffer();
    private final BlockingQueue<ByteBuffer> readerKeys = new ArrayBlockingQueue<>(READERS_MAX);
    private volatile @Nullable Throwable broken;
    private boolean closed;

    private LmdbStore(Path directory, DirectoryLock lock, LmdbEnv env) {
        this.directory = directory;
        this.lock = lock;
        this.env = env;
        for (var i = 0; i < READERS_MAX; i++) {
            readerKeys.add(LmdbReadTx.newKeyBuffer());
        }
    }

    /**
     * Opens the state in this directory, makes it where there is none.
     *
     * @throws StateException where another process has it, its version is another, or the disk fails
     */
    public static LmdbStore open(Path directory) {
        return open(directory, MAP_BYTES);
    }

    /** @param mapBytes the map to start with, a multiple of the page size */
    static LmdbStore open(Path directory, long mapBytes) {
        var lock = DirectoryLock.take(directory);
        var done = false;
        try {
            NativeScratch.offer(directory, "lmdbjava.extract.dir");
            var store = new LmdbStore(directory, lock, LmdbEnv.open(directory, mapBytes, READERS_MAX + 2));
            done = true;
            return store;
        } catch (LmdbException | IllegalArgumentException e) {
            throw LmdbFailure.opening(directory, e);
        } finally {
            if (!done) {
                lock.close();
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Tx, T> work) {
        if (writer.isHeldByCurrentThread() || transactions.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    "a write inside a transaction of the same thread: it would wait for itself");
        }
        return Thread.currentThread().isVirtual() ? OnPlatformThread.call(() -> writeHere(work)) : writeHere(work);
    }

    private <T extends @Nullable Object> T writeHere(Function<Tx, T> work) {
        writer.lock();
        try {
            while (true) {
                transactions.readLock().lock();
                try {
                    return attempt(work);
                } catch (MapFullException e) {
                    // falls through to growth, with the transaction closed
                } finally {
                    transactions.readLock().unlock();
                }
                grow();
            }
        } finally {
            writer.unlock();
        }
    }

    private <T extends @Nullable Object> T attempt(Function<Tx, T> work) {
        checkUsable();
        try (var txn = env.env.txnWrite()) {
            var tx = new LmdbTx(env.tables, txn, writerKey);
            try {
                var result = work.apply(tx);
                txn.commit();
                return result;
            } finally {
                tx.end();
            }
        } catch (MapFullException e) {
            throw e;
        } catch (LmdbException | IllegalArgumentException e) {
            throw failed(e);
        }
    }

    private void grow() {
        exclusively("grow the map of", () -> {
            checkUsable();
            try {
                env.grow(MAP_BYTES_MAX);
            } catch (LmdbException | IllegalArgumentException e) {
                throw failed(e);
            }
        });
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTx, T> work) {
        var key = takeReader();
        transactions.readLock().lock();
        try (var txn = openSnapshot()) {
            var tx = new LmdbReadTx(env.tables, txn, key);
            try {
                return work.apply(tx);
            } finally {
                tx.end();
            }
        } catch (LmdbException e) {
            throw failed(e);
        } finally {
            transactions.readLock().unlock();
            readerKeys.add(key);
        }
    }

    private org.lmdbjava.Txn<ByteBuffer> openSnapshot() {
        checkUsable();
        return env.env.txnRead();
    }

    private ByteBuffer takeReader() {
        var key = BoundedWait.<ByteBuffer>within(WAIT_NANOS_MAX, n -> readerKeys.poll(n, TimeUnit.NANOSECONDS));
        if (key == null) {
            throw new StateException("no snapshot of " + directory + " came free within " + WAIT_SECONDS_MAX + " s: "
                    + READERS_MAX + " are open, and some reader holds on to its own");
        }
        return key;
    }

    private void checkUsable() {
        if (closed) {
            throw new StateException("the state in " + directory + " is closed");
        }
        var cause = broken;
        if (cause != null) {
            throw new StateException(
                    "the state in " + directory
                            + " has failed and is not used any more until the daemon is started again",
                    cause);
        }
    }

    /** Says what an error of LMDB means. All but a full disk ends the use of this store: what a failed sync left behind cannot be known. */
    private RuntimeException failed(RuntimeException e) {
        var failure = LmdbFailure.of(directory, e);
        if (failure.lasting()) {
            broken = e;
        }
        return failure.exception();
    }

    private void exclusively(String purpose, Runnable work) {
        var locked = BoundedWait.<Boolean>within(
                WAIT_NANOS_MAX, n -> transactions.writeLock().tryLock(n, TimeUnit.NANOSECONDS));
        if (!Boolean.TRUE.equals(locked)) {
            throw new StateException("cannot " + purpose + " " + directory
                    + ": a transaction has been open for more than " + WAIT_SECONDS_MAX + " s");
        }
        try {
            work.run();
        } finally {
            transactions.writeLock().unlock();
        }
    }

    long mapBytes() {
        return env.mapBytes();
    }

    @Override
    public void close() {
        exclusively("close", () -> {
            if (!closed) {
                closed = true;
                env.close();
                lock.close();
            }
        });
    }
}
