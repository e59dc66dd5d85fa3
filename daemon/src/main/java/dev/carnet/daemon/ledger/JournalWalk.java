package dev.carnet.daemon.ledger;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pass over all records, oldest first, one in memory at a time, at the speed of SHA-256 (some 100,000 entries of 3 KiB a second when the files are cached). What counts must be there, chained from the
 * first record to the head in the state database.
 *
 * <p>A power failure may leave, behind what counts at that moment, a hole or half a record, and whole records after it. They are left where they are, and never count: the entries that they were to be
 * are in the outbox.
 */
abstract class JournalWalk implements Journal.Visitor {
    private static final Logger log = LoggerFactory.getLogger(JournalWalk.class);

    private final Journal journal;
    private final LedgerTables tables;
    private final Head committed;
    private Head seen;
    private boolean torn; // and no record since that counts

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
        if (torn && !countsHere(position)) {
            return false;
        }
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
            torn = false;
        } else {
            behind(position, record, next);
        }
        seen = next;
        return true;
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
        torn = true;
        return false;
    }

    /** Whether the next entry that counts lies here. */
    private boolean countsHere(long position) {
        return seen.count() < committed.count()
                && tables.from(seen.count(), 1).stream().anyMatch(placed -> placed.position() == position);
    }
}
