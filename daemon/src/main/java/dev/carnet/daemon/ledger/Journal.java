package dev.carnet.daemon.ledger;

/**
 * Bytes in a row, durable on request. Knows nothing of what they mean, and promises nothing about what comes back: who reads, checks.
 *
 * <p>After any LedgerException the journal must not be used again.
 */
interface Journal extends AutoCloseable {
    /** Sees a record and where it lies. */
    interface Visitor {
        /** Whether it is one to go on from: if not, nothing is ever appended to its file. */
        boolean visit(long position, byte[] record);
    }

    /**
     * Appends a record of at most {@link JournalRecord#BYTES_MAX} bytes. It is not durable before {@link #sync}.
     *
     * @return where it lies
     * @throws dev.carnet.daemon.state.NoRoomException where there is no room on the disk: nothing was appended, and trying again is allowed
     * @throws LedgerException where it may have been appended in part
     */
    long append(byte[] record);

    /**
     * Makes everything appended durable.
     *
     * @throws LedgerException where that failed: what is on the disk cannot be known, and a second sync would prove nothing
     */
    void sync();

    /**
     * The record at this place.
     *
     * @throws LedgerException where there is none
     */
    byte[] read(long position);

    /** Visits all records, oldest first; what the visitor throws is thrown on. */
    void scan(Visitor visitor);

    /** A position, for people: file and number in it. */
    String place(long position);

    @Override
    void close();
}
