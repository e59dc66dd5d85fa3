package dev.carnet.daemon.state;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Durable key-value tables.
 *
 * <p>A write is atomic and durable when {@link #write} returns: after a crash at any instant it is there whole or not at all. Writes are serial; a reader
 * never waits for a writer and sees one snapshot. Keys are 1..480 bytes, ordered as unsigned bytes.
 */
public interface Store extends AutoCloseable {
    /**
     * Runs {@code work} in the one write transaction and commits it durably. May run {@code work} a second time on a fresh transaction (a full map grows),
     * so it must not have effects outside {@code tx}. An exception aborts and is thrown on. Not reentrant.
     *
     * @throws StateException where the disk is full or fails; nothing of the transaction is visible then
     */
    <T extends @org.jspecify.annotations.Nullable Object> T write(Function<Tx, T> work);

    /** Runs {@code work} on a snapshot. */
    <T extends @org.jspecify.annotations.Nullable Object> T read(Function<ReadTx, T> work);

    /** {@link #write} without a result. */
    default void update(Consumer<Tx> work) {
        this.<@org.jspecify.annotations.Nullable Void>write(tx -> {
            work.accept(tx);
            return null;
        });
    }

    @Override
    void close();
}
