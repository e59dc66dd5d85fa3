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
     * <p>{@code build} may store blobs, but not record another entry. {@code then} may run more than once, as all work of {@link
     * dev.carnet.daemon.state.Store#write} may; what it throws is thrown on, the entry is durable all the same, and a further call with the key runs it again. A call waits
     * for the calls before it and for the disk; an interrupt does not end it.
     *
     * @param build gives the complete DSSE envelope, at most {@code Limits.ENTRY_BYTES_MAX} bytes; called at most once in the life of the key
     * @throws LedgerException where the journal cannot be trusted any more: the daemon stops (fail-stop), nothing was acknowledged
     * @throws dev.carnet.daemon.state.StateException where there is no room (a reserve is kept free) or the state database fails: the entry does not count, and what was
     *     begun goes on when the call is made again
     * @throws dev.carnet.proto.ledger.StatementException where what {@code build} gives is no DSSE envelope in its one form; nothing was stored
     */
    Recorded record(EntryKey key, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then);

    /** The entry with this key, where it counts. */
    Optional<Recorded> find(EntryKey key);

    /** Entries from {@code sequence} on, in order: at most {@code max}, and at most 1,024 or some 4 MiB in one call. None where the ledger ends. */
    java.util.List<Recorded> entries(long sequence, int max);

    /** As {@link #entries}, the envelopes alone: what came to count lately is given from memory. */
    java.util.List<byte[]> envelopes(long sequence, int max);

    /** How many entries count. */
    long size();

    /** Has {@code counted} called after entries have come to count, on the thread that recorded them: it must be quick. */
    void follow(Runnable counted);

    /**
     * Stores bytes in {@code blobs/sha256/} (durably, by digest, written once) and gives the digest. Called before the entry that names it.
     */
    String blob(byte[] content);

    /**
     * The bytes with this digest, checked against it.
     *
     * @param digest lower-case hex SHA-256
     * @param limit bytes that the caller is ready to hold
     * @throws IllegalArgumentException where the blob is larger, or {@code digest} is no digest
     * @throws LedgerException where the file does not have the bytes that its name says
     */
    Optional<byte[]> blob(String digest, int limit);

    /** {@link #blob(byte[])} for bytes that come in pieces: memory does not grow with them. */
    String blob(BlobWriter content);

    /** Produces the bytes of a blob. */
    @FunctionalInterface
    interface BlobWriter {
        void writeTo(java.io.OutputStream out) throws java.io.IOException;
    }

    /** This log's origin: never changes. */
    String origin();

    /** The keys and signer of this daemon. */
    Keyring keys();

    @Override
    void close();
}
