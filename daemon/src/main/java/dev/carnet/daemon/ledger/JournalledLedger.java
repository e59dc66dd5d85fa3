package dev.carnet.daemon.ledger;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.ledger.Dsse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries through the outbox into the journal, one at a time: outbox, append, sync, commit. A later room that builds the Merkle log follows {@link #entries} from
 * the size it has already built; it needs nothing from this class but that.
 */
final class JournalledLedger {
    /** Entries that one call of {@link #entries} gives at most. */
    static final int ENTRIES_MAX = 1_024;

    /** Bytes of envelopes after which {@link #entries} ends early; the next call goes on. */
    static final int ENTRIES_BYTES_MAX = 4 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final LedgerTables tables;
    private final Journal journal;
    private final FreeSpace space;
    private volatile Head head;

    /** A record that is in the journal and does not count yet, because its commit failed. */
    private @Nullable Unsettled unsettled;

    private @Nullable Throwable broken;
    private boolean building;
    private boolean closed;

    private record Unsettled(JournalRecord record, Head next) {}

    JournalledLedger(LedgerTables tables, Journal journal, Head head, FreeSpace space) {
        this.tables = tables;
        this.journal = journal;
        this.head = head;
        this.space = space;
    }

    Recorded record(EntryKey entryKey, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        var key = EntryKeyText.of(entryKey);
        lock.lock();
        try {
            if (building) {
                throw new IllegalStateException("an entry is recorded while another is being built");
            }
            checkUsable();
            settle();
            var known = find(key);
            if (known.isPresent()) {
                tables.store().update(tx -> then.accept(tx, known.get()));
                return known.get();
            }
            return commit(append(key, stored(key, build)), then);
        } catch (LedgerException e) {
            broken = e;
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** The envelope in the outbox; built and put there where there is none. */
    private byte[] stored(byte[] key, Supplier<byte[]> build) {
        var found = tables.outbox(key);
        if (found.isEmpty()) {
            space.check();
            byte[] envelope;
            building = true;
            try {
                envelope = build.get();
            } finally {
                building = false;
            }
            Dsse.parse(envelope); // what no reader would accept must not get in: it is for ever
            tables.putIntoOutbox(key, envelope);
            found = Optional.of(envelope);
        }
        FailPoint.LEDGER_OUTBOX_STORED.pass();
        return found.get();
    }

    private Unsettled append(byte[] key, byte[] envelope) {
        var record = new JournalRecord(head.count(), head.hash(), key, envelope);
        var position = journal.append(record.encode());
        FailPoint.LEDGER_JOURNAL_APPENDED.pass();
        journal.sync();
        FailPoint.LEDGER_JOURNAL_SYNCED.pass();
        checkWritten(record, position);
        var appended = new Unsettled(record, head.after(record, position));
        unsettled = appended;
        return appended;
    }

    /** What was written is what is there: before it counts, not after. */
    private void checkWritten(JournalRecord record, long position) {
        var written = read(new Placed(record.sequence(), position));
        if (!Arrays.equals(written.hash(), record.hash())) {
            throw new LedgerException("the journal does not give back what was appended at " + journal.place(position)
                    + ": check the disk");
        }
    }

    private Recorded commit(Unsettled appended, BiConsumer<Tx, Recorded> then) {
        var recorded = recorded(appended.record());
        tables.store().update(tx -> {
            tables.count(tx, appended.record(), appended.next());
            then.accept(tx, recorded);
        });
        head = appended.next();
        unsettled = null;
        FailPoint.LEDGER_COMMITTED.pass();
        return recorded;
    }

    /** Makes count what an earlier call has appended and could not commit: what was asked for with it is asked for again by whoever asked. */
    private void settle() {
        var appended = unsettled;
        if (appended != null) {
            commit(appended, (tx, recorded) -> {});
        }
    }

    Optional<Recorded> find(EntryKey key) {
        return find(EntryKeyText.of(key));
    }

    private Optional<Recorded> find(byte[] key) {
        return tables.find(key).map(placed -> {
            var record = read(placed);
            if (!Arrays.equals(record.key(), key)) {
                throw new LedgerException("the journal has '" + EntryKeyText.readable(record.key()) + "' at "
                        + journal.place(placed.position()) + ", where the state database has '"
                        + EntryKeyText.readable(key) + "'");
            }
            return recorded(record);
        });
    }

    List<Recorded> entries(long sequence, int max) {
        var found = new ArrayList<Recorded>();
        var bytes = 0;
        for (var placed : tables.from(sequence, Math.min(max, ENTRIES_MAX))) {
            if (bytes >= ENTRIES_BYTES_MAX) {
                break;
            }
            var recorded = recorded(read(placed));
            found.add(recorded);
            bytes += recorded.envelope().length;
        }
        return found;
    }

    private JournalRecord read(Placed placed) {
        var bytes = journal.read(placed.position());
        try {
            var record = JournalRecord.decode(bytes);
            if (record.sequence() != placed.sequence()) {
                throw new LedgerException("it has the number " + record.sequence());
            }
            return record;
        } catch (LedgerException e) {
            throw new LedgerException(
                    "the journal cannot be trusted: " + journal.place(placed.position()) + ", where entry "
                            + placed.sequence() + " should be: " + e.getMessage(),
                    e);
        }
    }

    private static Recorded recorded(JournalRecord record) {
        return new Recorded(record.sequence(), Dsse.parse(record.envelope()).payloadDigest(), record.envelope());
    }

    long size() {
        return head.count();
    }

    private void checkUsable() {
        if (closed) {
            throw new IllegalStateException("the ledger is closed");
        }
        var cause = broken;
        if (cause != null) {
            throw new LedgerException(
                    "the ledger has failed and takes nothing until the daemon is started again", cause);
        }
    }

    void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                journal.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
