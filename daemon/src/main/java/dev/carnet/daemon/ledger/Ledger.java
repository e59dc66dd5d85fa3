package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.Tx;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Records entries in the order of commit of ledger.md, steps 0 to 2.
 *
 * <p>{@link #record} is idempotent by key: an entry is built and signed once; what a crash interrupted is appended as the very bytes that were stored.
 */
public interface Ledger extends AutoCloseable {
    /**
     * Makes sure that the entry is durable, then runs {@code then} in the LMDB commit that makes it count.
     *
     * <p>Where the key is on record already, nothing is built and {@code then} runs in a commit of its own with the stored entry. Otherwise: the envelope (from
     * the outbox where a crash left it, else from {@code build}) is stored in the outbox, appended to the journal and synced; then one commit moves count and head,
     * takes it out of the outbox, and runs {@code then}, which typically moves a transfer to its next state.
     *
     * @param build gives the complete DSSE envelope, at most {@code Limits.ENTRY_BYTES_MAX} bytes; called at most once in the life of the key
     * @throws LedgerException where the journal cannot be trusted any more: the daemon stops (fail-stop), nothing was acknowledged
     */
    Recorded record(EntryKey key, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then);

    /** The entry with this key, where it counts. */
    Optional<Recorded> find(EntryKey key);

    /** Entries from {@code sequence} on, at most {@code max}. */
    java.util.List<Recorded> entries(long sequence, int max);

    /** How many entries count. */
    long size();

    /**
     * Stores bytes in {@code blobs/sha256/} (durably, by digest, written once) and gives the digest. Called before the entry that names it.
     */
    String blob(byte[] content);

    /** This log's origin: never changes. */
    String origin();

    /** The keys and signer of this daemon. */
    Keyring keys();

    @Override
    void close();
}
