package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.envelope;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After an append of which nobody knows whether it is on the disk nothing more is appended: a second record of the same number would be a stop for good. */
class JournalInDoubtTest {
    private static final String ORIGIN = "ledger.test/one";

    @TempDir
    Path directory;

    private Store store;
    private Failing journal;
    private JournalledLedger entries;

    /** Its next sync fails as a mapped page does that cannot be written. */
    private static final class Failing implements Journal {
        private final Journal journal;
        private boolean fails;

        Failing(Journal journal) {
            this.journal = journal;
        }

        @Override
        public long append(byte[] record) {
            return journal.append(record);
        }

        @Override
        public void sync() {
            if (fails) {
                fails = false;
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
            journal.sync();
        }

        @Override
        public byte[] read(long position) {
            return journal.read(position);
        }

        @Override
        public void scan(Visitor visitor) {
            journal.scan(visitor);
        }

        @Override
        public String place(long position) {
            return journal.place(position);
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    @BeforeEach
    void open() {
        store = LmdbStore.open(directory.resolve("db"));
        var tables = new LedgerTables(store, ORIGIN);
        OptionalLong last = tables.head().lastPosition();
        journal = new Failing(ConfinedJournal.open(
                () -> ChronicleJournal.open(directory.resolve("journal"), LedgerFixture.CLOCK, last)));
        entries = new JournalledLedger(
                tables, journal, JournalCheck.run(journal, tables, Head.genesis(ORIGIN)), new FreeSpace(directory, 0));
    }

    @AfterEach
    void close() {
        journal.close();
        store.close();
    }

    private Recorded record(int n) {
        return entries.record(key(n), () -> envelope("entry " + n), (tx, recorded) -> {});
    }

    @Test
    void an_error_while_it_is_made_durable_ends_the_ledger_until_the_next_start() {
        record(1);
        journal.fails = true;
        assertThatThrownBy(() -> record(2))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("unsafe memory access");
        assertThatThrownBy(() -> record(3)).isInstanceOf(LedgerException.class);

        close();
        open();
        assertThat(entries.find(key(2))).as("adopted from the outbox").isPresent();
        assertThat(record(3).sequence()).isEqualTo(2);
    }
}
