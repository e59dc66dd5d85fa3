package dev.carnet.daemon.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The look at the whole journal when it is opened. What lies beyond what counts must be what the outbox has under the same key, as a crash between append and commit leaves it: that is adopted. */
final class JournalCheck extends JournalWalk {
    private final Journal journal;
    private final LedgerTables tables;

    private JournalCheck(Journal journal, LedgerTables tables, Head genesis) {
        super(journal, tables, genesis);
        this.journal = journal;
        this.tables = tables;
    }

    /** @return the head, with what was adopted */
    static Head run(Journal journal, LedgerTables tables, Head genesis) {
        journal.sync(); // what a killed process had appended may be in memory only
        var check = new JournalCheck(journal, tables, genesis);
        journal.scan(check);
        var _ = check.finish();
        Head committed = check.committed();
        Head seen = check.seen();
        if (seen.count() < committed.count()) {
            throw new LedgerException(
                    "the journal is too short: " + committed.count() + " entries count, the last at "
                            + journal.place(committed.position()) + ", and it ends after " + seen.count()
                            + (seen.count() == 0 ? "" : ", at " + journal.place(seen.position()))
                            + ": it was overwritten, cut, or restored from an older copy than the state database; restore both from one copy");
        }
        return seen;
    }

    @Override
    void counted(long position, JournalRecord record, Head next) {
        if (next.count() == committed().count()
                && (!Arrays.equals(next.hash(), committed().hash())
                        || position != committed().position())) {
            throw stop(position, "it is not the last record that the state database counts", null);
        }
    }

    @Override
    void behind(long position, JournalRecord record, Head next) {
        var expected = tables.outbox(record.key());
        if (expected.isEmpty() || !Arrays.equals(expected.get(), record.envelope())) {
            throw stop(position, "it does not count yet, and the outbox has no such entry", null);
        }
        tables.store().update(tx -> tables.count(tx, record, next));
    }

    @Override
    LedgerException stop(long position, String what, @Nullable Throwable cause) {
        return new LedgerException(
                "the journal cannot be trusted: " + journal.place(position) + ", where entry " + seen().count()
                        + " should be: " + what
                        + ". The daemon does not start on it: keep the files for whoever looks into it, and restore journal and state database from one copy",
                cause);
    }
}
