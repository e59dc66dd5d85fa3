package dev.carnet.daemon.ledger;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs every call of a journal on one thread of its own. The queue's appender and tailer want that, and an interrupt of a caller must not close the file that is
 * being synced: callers wait until their call is done, and find their interrupt afterwards.
 */
final class ConfinedJournal implements Journal {
    private static final long CLOSE_SECONDS_MAX = 10;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("ledger-journal").daemon().factory());
    private final Journal journal;

    private ConfinedJournal(Supplier<Journal> opener) {
        this.journal = call(opener);
    }

    /** Opens the journal on its thread. */
    static ConfinedJournal open(Supplier<Journal> opener) {
        return new ConfinedJournal(opener);
    }

    @Override
    public long append(byte[] record) {
        return this.<Long>call(() -> journal.append(record));
    }

    @Override
    public void sync() {
        run(journal::sync);
    }

    @Override
    public byte[] read(long position) {
        return this.<byte[]>call(() -> journal.read(position));
    }

    @Override
    public void scan(Visitor visitor) {
        run(() -> journal.scan(visitor));
    }

    @Override
    public String place(long position) {
        return journal.place(position);
    }

    @Override
    public void close() {
        try {
            run(journal::close);
        } finally {
            thread.shutdown();
            waitForEnd();
        }
    }

    private void waitForEnd() {
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new LedgerException("the journal's thread did not end within " + CLOSE_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable work) {
        this.<@Nullable Void>call(() -> {
            work.run();
            return null;
        });
    }

    private <T extends @Nullable Object> T call(Supplier<T> work) {
        if (thread.isShutdown()) {
            throw new LedgerException("the ledger is closed");
        }
        Future<T> result = thread.submit(work::get);
        var interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException(cause);
        };
    }
}
