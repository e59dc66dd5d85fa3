package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.DirectoryLock;
import dev.carnet.daemon.state.NativeScratch;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at a journal and at what the state database says of it, while no daemon runs, and changes nothing of either. For {@code carnetd fsck}. */
public final class JournalLook {
    private final LedgerTables tables;
    private final Head genesis;
    private final Report report;
    private List<String> left = List.of();
    private long found;
    private long waiting;

    /** Hears what is found. */
    public interface Report {
        /**
         * Something does not fit.
         *
         * @param place file and entry
         */
        void misfit(String place, String sentence);

        /** An entry that counts, in its order. */
        void entry(long sequence, byte[] envelope);
    }

    /**
     * What was looked at.
     *
     * @param entries that count and are in the journal
     * @param waiting that were appended and do not count yet: the next start makes them count
     * @param left places of what does not count and never will, as a power failure leaves it
     */
    public record Seen(long entries, long waiting, List<String> left) {}

    private JournalLook(LedgerTables tables, Head genesis, Report report) {
        this.tables = tables;
        this.genesis = genesis;
        this.report = report;
    }

    /**
     * Looks.
     *
     * @throws LedgerException where there is nothing to look at
     * @throws dev.carnet.daemon.state.StateException where a daemon has the directory
     */
    public static Seen run(Path stateDirectory, Store store, Clock clock, Report report) {
        Path directory = stateDirectory.resolve("ledger");
        try (DirectoryLock _ = DirectoryLock.take(directory)) {
            NativeScratch.offer(directory, "jna.tmpdir");
            String origin = Identity.origin(store)
                    .orElseThrow(() -> new LedgerException("the state database in " + stateDirectory
                            + " is of no daemon that has ever started: is this the state directory?"));
            var tables = new LedgerTables(store, origin);
            var look = new JournalLook(tables, Head.genesis(origin), report);
            look.scan(directory, clock);
            look.rows();
            return new Seen(look.found, look.waiting, look.left);
        } catch (IOException e) {
            throw new LedgerException("cannot look at the ledger in " + stateDirectory + ": " + e, e);
        }
    }

    private void scan(Path directory, Clock clock) throws IOException {
        Head committed = tables.head();
        Walk walk;
        try {
            var journal = ConfinedJournal.open(
                    () -> ChronicleJournal.open(directory.resolve("journal"), clock, committed.lastPosition()));
            walk = new Walk(journal);
            try {
                journal.scan(walk);
                left = walk.finish();
            } finally {
                journal.close();
            }
        } catch (LedgerException e) {
            report.misfit("journal", String.valueOf(e.getMessage()));
            return;
        }
        if (walk.seen().count() < committed.count()) {
            report.misfit(
                    "journal",
                    "it ends after " + walk.seen().count() + " entries, and the state database counts "
                            + committed.count());
        }
    }

    private final class Walk extends JournalWalk {
        private final Journal journal;

        Walk(Journal journal) {
            super(journal, tables, genesis);
            this.journal = journal;
        }

        @Override
        void counted(long position, JournalRecord record, Head next) {
            String place = place(position);
            if (next.count() == committed().count()
                    && !Arrays.equals(next.hash(), committed().hash())) {
                report.misfit(place, "it is not the last one that the state database counts");
            }
            var placed = tables.find(record.key());
            if (placed.isEmpty()
                    || placed.get().sequence() != record.sequence()
                    || placed.get().position() != position) {
                report.misfit(
                        place, "the state database does not have '" + EntryKeyText.readable(record.key()) + "' there");
            }
            try {
                var _ = Statement.read(Dsse.parse(record.envelope()).payload());
            } catch (StatementException e) {
                report.misfit(place, "it is no entry: " + e.getMessage());
            }
            report.entry(record.sequence(), record.envelope());
            found++;
        }

        @Override
        void behind(long position, JournalRecord record, Head next) {
            waiting++;
            if (tables.outbox(record.key())
                    .filter(stored -> Arrays.equals(stored, record.envelope()))
                    .isEmpty()) {
                report.misfit(place(position), "it does not count yet, and the outbox has no such entry");
            }
        }

        @Override
        LedgerException stop(long position, String what, @Nullable Throwable cause) {
            return new LedgerException(place(position) + ": " + what, cause);
        }

        private String place(long position) {
            return journal.place(position) + ", entry " + seen().count();
        }
    }

    /** Each number has its row, and there is none beyond. */
    private void rows() {
        Head committed = tables.head();
        long[] rows = {0};
        long[] last = {-1};
        tables.store().<Boolean>read(tx -> {
            tx.scan(Table.JOURNAL, new byte[0], (number, key) -> {
                last[0] = java.nio.ByteBuffer.wrap(number).getLong();
                return ++rows[0] > 0;
            });
            return true;
        });
        if (rows[0] != committed.count() || last[0] != committed.count() - 1) {
            report.misfit(
                    "state database",
                    "it counts " + committed.count() + " entries and has " + rows[0] + " rows of them, the last number "
                            + last[0]);
        }
    }
}
