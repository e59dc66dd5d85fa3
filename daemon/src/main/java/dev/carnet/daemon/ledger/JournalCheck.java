package dev.carnet.daemon.ledger;

import java.util.Arrays;

/**
 * The look at the whole journal when it is opened: one pass over all records, one record in memory at a time, at the speed of SHA-256 (some 100,000 entries of 3
 * KiB a second when the files are cached).
 *
 * <p>What counts must be there, chained from the first record to the head in the state database. What lies beyond must be what the outbox has under the
 * same key, as a crash between append and commit leaves it: that is adopted. Anything else is a stop.
 */
final class JournalCheck {
    private final Journal journal;
    private final LedgerTables tables;
    private final Head committed;
    private Head seen;

    private JournalCheck(Journal journal, LedgerTables tables, Head genesis) {
        this.journal = journal;
        this.tables = tables;
        committed = tables.head();
        seen = genesis;
    }

    /** @return the head, with what was adopted */
    static Head run(Journal journal, LedgerTables tables, Head genesis) {
        journal.sync(); // what a killed process had appended may be in memory only
        var check = new JournalCheck(journal, tables, genesis);
        journal.scan(check::visit);
        if (check.seen.count() < check.committed.count()) {
            throw new LedgerException(
                    "the journal is too short: " + check.committed.count() + " entries count, the last at "
                            + journal.place(check.committed.position()) + ", and it ends after " + check.seen.count()
                            + (check.seen.count() == 0 ? "" : ", at " + journal.place(check.seen.position()))
                            + ": it was overwritten, cut, or restored from an older copy than the state database; restore both from one copy");
        }
        return check.seen;
    }

    private void visit(long position, byte[] bytes) {
        JournalRecord record;
        try {
            record = JournalRecord.decode(bytes);
        } catch (LedgerException e) {
            throw stop(position, String.valueOf(e.getMessage()), e);
        }
        if (record.sequence() != seen.count()) {
            throw stop(
                    position,
                    "it has the number " + record.sequence() + ": records before it are missing or out of order",
                    null);
        }
        if (!Arrays.equals(record.previous(), seen.hash())) {
            throw stop(position, "it does not follow the record before it", null);
        }
        var next = seen.after(record, position);
        if (seen.count() < committed.count()) {
            if (next.count() == committed.count()
                    && (!Arrays.equals(next.hash(), committed.hash()) || position != committed.position())) {
                throw stop(position, "it is not the last record that the state database counts", null);
            }
        } else {
            adopt(position, record, next);
        }
        seen = next;
    }

    private void adopt(long position, JournalRecord record, Head next) {
        var expected = tables.outbox(record.key());
        if (expected.isEmpty() || !Arrays.equals(expected.get(), record.envelope())) {
            throw stop(position, "it does not count yet, and the outbox has no such entry", null);
        }
        tables.store().update(tx -> tables.count(tx, record, next));
    }

    private LedgerException stop(long position, String what, @org.jspecify.annotations.Nullable Throwable cause) {
        return new LedgerException(
                "the journal cannot be trusted: " + journal.place(position) + ", where entry " + seen.count()
                        + " should be: " + what
                        + ". The daemon does not start on it: keep the files for whoever looks into it, and restore journal and state database from one copy",
                cause);
    }
}
