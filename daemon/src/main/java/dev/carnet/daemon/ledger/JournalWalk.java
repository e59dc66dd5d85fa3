package dev.carnet.daemon.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pass over all records, oldest first, one in memory at a time, at the speed of SHA-256 (some 100,000 entries of 3 KiB a second when the files are cached). What counts must be there, chained from the
 * first record to the head in the state database.
 *
 * <p>A power failure may leave, behind what counts at that moment, a hole or half a record, and whole records after it. They are left where they are, and never count: the entries that they were to be
 * are in the outbox, or have been appended again since. A whole record of which that is not true is a stop: the state database is an older one, or the file is not its own.
 */
abstract class JournalWalk implements Journal.Visitor {
    private static final Logger log = LoggerFactory.getLogger(JournalWalk.class);

    /** Bounds memory: of each group that a power failure interrupts there are less than {@code GROUP_MAX}. */
    private static final int LEFT_MAX = 100_000;

    private final Journal journal;
    private final LedgerTables tables;
    private final Head committed;
    private final List<Left> left = new ArrayList<>();
    private Head seen;

    /** What does not count and never will; where it is a whole record whose entry counts elsewhere, the key and the digest of its envelope. */
    private record Left(long position, String what, Optional<byte[]> key, byte[] digest) {}

    JournalWalk(Journal journal, LedgerTables tables, Head genesis) {
        this.journal = journal;
        this.tables = tables;
        committed = tables.head();
        seen = genesis;
    }

    /** Follows the one before, and counts. */
    abstract void counted(long position, JournalRecord record, Head next);

    /** Follows all that counts, and does not count yet. */
    abstract void behind(long position, JournalRecord record, Head next);

    /** Where there is what must not be. */
    abstract LedgerException stop(long position, String what, @Nullable Throwable cause);

    final Head committed() {
        return committed;
    }

    /** With the last record that was followed. */
    final Head seen() {
        return seen;
    }

    @Override
    public final boolean visit(long position, byte[] bytes) {
        JournalRecord record;
        try {
            record = JournalRecord.decode(bytes);
        } catch (LedgerException e) {
            return leave(position, Optional.empty(), String.valueOf(e.getMessage()), e);
        }
        if (record.sequence() != seen.count()) {
            String what = "it has the number " + record.sequence() + ": records before it are missing or out of order";
            return leave(position, Optional.of(record), what, null);
        }
        if (!Arrays.equals(record.previous(), seen.hash())) {
            return leave(position, Optional.of(record), "it does not follow the record before it", null);
        }
        Head next = seen.after(record, position);
        if (seen.count() < committed.count()) {
            counted(position, record, next);
        } else {
            behind(position, record, next);
        }
        seen = next;
        return true;
    }

    /**
     * After all have been visited: what was passed over is known.
     *
     * @return its places, for people
     */
    final List<String> finish() {
        for (Left one : left) {
            one.key().flatMap(tables::find).ifPresent(placed -> {
                byte[] counts =
                        JournalRecord.decode(journal.read(placed.position())).envelope();
                if (!Arrays.equals(Sha256.of(counts), one.digest())) {
                    throw stop(
                            one.position(),
                            one.what() + "; and the entry with its key, which counts, is another one",
                            null);
                }
            });
        }
        return left.stream().map(one -> journal.place(one.position())).toList();
    }

    /** A whole record is passed over where the outbox has that entry, or where it has been appended again: that is seen in the end, when the journal is free to be read. */
    private Left known(long position, String what, JournalRecord record) {
        boolean waits = tables.outbox(record.key())
                .filter(envelope -> Arrays.equals(envelope, record.envelope()))
                .isPresent();
        if (!waits && tables.find(record.key()).isEmpty()) {
            throw stop(
                    position,
                    what
                            + "; and there is no such entry, neither here nor in the outbox: is the state database an older one?",
                    null);
        }
        Optional<byte[]> key = Optional.of(record.key()).filter(any -> !waits);
        return new Left(position, what, key, Sha256.of(record.envelope()));
    }

    private boolean leave(long position, Optional<JournalRecord> record, String what, @Nullable Throwable cause) {
        boolean counts = countsHere(position)
                || record.flatMap(one -> tables.find(one.key()))
                        .filter(placed -> placed.position() == position)
                        .isPresent();
        if (counts) {
            throw stop(position, what, cause);
        }
        if (seen.count() >= committed.count()) { // else it is what an earlier start has told of
            log.warn(
                    "{} does not count and never will ({}): a power failure leaves such; what was to be there is written again",
                    journal.place(position),
                    what);
        }
        left.add(record.map(one -> known(position, what, one))
                .orElseGet(() -> new Left(position, what, Optional.empty(), new byte[0])));
        if (left.size() > LEFT_MAX) {
            throw stop(position, what + ", and so do " + LEFT_MAX + " before it", null);
        }
        return false;
    }

    /** Whether the next entry that counts lies here. */
    private boolean countsHere(long position) {
        return seen.count() < committed.count()
                && tables.from(seen.count(), 1).stream().anyMatch(placed -> placed.position() == position);
    }
}
