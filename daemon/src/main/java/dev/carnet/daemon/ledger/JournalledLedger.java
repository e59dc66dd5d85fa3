package dev.carnet.daemon.ledger;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.ledger.Dsse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries through the outbox into the journal: outbox, append, sync, commit. Whoever finds the lock free takes along all that wait by then: however many they are, they
 * cost two commits and one sync.
 */
final class JournalledLedger {
    /** Entries that one call of {@link #entries} gives at most. */
    static final int ENTRIES_MAX = 1_024;

    /** Bytes of envelopes after which {@link #entries} ends early; the next call goes on. */
    static final int ENTRIES_BYTES_MAX = 4 << 20;

    /** Entries of one commit at most: less than a file of the journal holds, so that what does not count yet lies in two files at most, and only the last may have no header. */
    static final int GROUP_MAX = 64;

    /** Fair: who has just been served waits for the others, so that groups are large. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final Queue<Wanted> waiting = new ConcurrentLinkedQueue<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();
    private final LedgerTables tables;
    private final Journal journal;
    private final FreeSpace space;
    private final RecentEnvelopes recent = new RecentEnvelopes();
    private volatile Head head;

    /** Records that are in the journal and do not count yet, because their commit failed: in their order. */
    private List<Unsettled> unsettled = List.of();

    private @Nullable Throwable broken;
    private boolean closed;

    private record Unsettled(JournalRecord record, Head next) {}

    /** One that waits, and its envelope as the outbox has it. */
    private record Stored(Wanted wanted, byte[] envelope) {}

    JournalledLedger(LedgerTables tables, Journal journal, Head head, FreeSpace space) {
        this.tables = tables;
        this.journal = journal;
        this.head = head;
        this.space = space;
    }

    /** Called after entries have come to count, on the thread that made them; quick. */
    void follow(Runnable counted) {
        followers.add(counted);
    }

    Recorded record(EntryKey entryKey, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("an entry is recorded while another is being built");
        }
        var mine = new Wanted(entryKey, build, then);
        waiting.add(mine);
        long before = head.count();
        lock.lock();
        try {
            while (!mine.done()) {
                recordGroup();
            }
        } finally {
            lock.unlock();
        }
        if (head.count() != before) {
            followers.forEach(Runnable::run);
        }
        return mine.result();
    }

    /** Takes those that wait, in their order, and does not throw: what fails is each caller's. */
    private void recordGroup() {
        List<Wanted> group = new ArrayList<>();
        Set<ByteBuffer> keys = new HashSet<>();
        while (group.size() < GROUP_MAX) {
            Wanted next = waiting.peek();
            if (next == null || !keys.add(next.same())) {
                break; // a second call for one entry finds it on record, in the next group
            }
            waiting.remove();
            group.add(next);
        }
        try {
            checkUsable();
            settle();
            List<Stored> stored = stored(known(group));
            List<Unsettled> appended = append(stored);
            commit(stored.subList(0, appended.size()), appended);
        } catch (LedgerException e) {
            broken = e;
            group.forEach(wanted -> wanted.failed(e));
        } catch (RuntimeException | Error e) {
            group.forEach(wanted -> wanted.failed(e));
        }
    }

    /** Those that are on record get what they asked for, each in a commit of its own. The others are given back. */
    private List<Wanted> known(List<Wanted> group) {
        List<Wanted> unknown = new ArrayList<>();
        for (Wanted wanted : group) {
            var known = find(wanted.key);
            if (known.isEmpty()) {
                unknown.add(wanted);
                continue;
            }
            try {
                tables.store().update(tx -> wanted.then(tx, known.get()));
                wanted.done(known.get());
            } catch (LedgerException e) {
                throw e;
            } catch (RuntimeException e) {
                wanted.failed(e);
            }
        }
        return unknown;
    }

    /** The envelopes in the outbox; built and put there where there are none. */
    private List<Stored> stored(List<Wanted> group) {
        List<Stored> stored = new ArrayList<>();
        List<Stored> built = new ArrayList<>();
        for (Wanted wanted : group) {
            var found = tables.outbox(wanted.key);
            if (found.isPresent()) {
                stored.add(new Stored(wanted, found.get()));
                continue;
            }
            try {
                space.check();
                byte[] envelope = wanted.build();
                Dsse.parse(envelope); // what no reader would accept must not get in: it is for ever
                stored.add(new Stored(wanted, envelope));
                built.add(stored.getLast());
            } catch (LedgerException e) {
                throw e;
            } catch (RuntimeException e) {
                wanted.failed(e);
            }
        }
        if (!built.isEmpty()) {
            tables.store().update(tx -> built.forEach(one -> tables.outbox(tx, one.wanted().key, one.envelope())));
        }
        stored.forEach(one -> FailPoint.LEDGER_OUTBOX_STORED.pass());
        return stored;
    }

    /** As many of them as there is room for, durably; whatever else goes wrong on the way leaves the journal in doubt. */
    private List<Unsettled> append(List<Stored> stored) {
        try {
            return appended(stored);
        } catch (LedgerException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new LedgerException(
                    "an append to the journal ended in " + e + ": check the disk and the memory, then start again", e);
        }
    }

    /** Those that come after there is no room wait in the outbox, and their callers are told. */
    private List<Unsettled> appended(List<Stored> stored) {
        List<Unsettled> appended = new ArrayList<>();
        Head last = head;
        for (Stored one : stored) {
            var record = new JournalRecord(last.count(), last.hash(), one.wanted().key, one.envelope());
            try {
                last = last.after(record, journal.append(record.encode()));
            } catch (NoRoomException full) {
                stored.subList(appended.size(), stored.size())
                        .forEach(late -> late.wanted().failed(full));
                break;
            }
            appended.add(new Unsettled(record, last));
            FailPoint.LEDGER_JOURNAL_APPENDED.pass();
        }
        if (appended.isEmpty()) {
            return appended;
        }
        journal.sync();
        appended.forEach(one -> FailPoint.LEDGER_JOURNAL_SYNCED.pass());
        appended.forEach(one -> checkWritten(one.record(), one.next().position()));
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

    /** In one commit; where what a caller wants with it fails, each by itself, so that it is the others' no matter. */
    private void commit(List<Stored> stored, List<Unsettled> appended) {
        if (appended.isEmpty()) {
            return;
        }
        List<Recorded> entries =
                appended.stream().map(one -> recorded(one.record())).toList();
        boolean[] asking = {false};
        try {
            tables.store().update(tx -> {
                asking[0] = false;
                appended.forEach(one -> tables.count(tx, one.record(), one.next()));
                asking[0] = true;
                for (int i = 0; i < entries.size(); i++) {
                    stored.get(i).wanted().then(tx, entries.get(i));
                }
                asking[0] = false;
            });
        } catch (RuntimeException e) {
            if (!asking[0]) {
                throw e;
            }
            settle();
            for (int i = 0; i < entries.size(); i++) {
                thenAlone(stored.get(i).wanted(), entries.get(i));
            }
            return;
        }
        counted(appended);
        for (int i = 0; i < entries.size(); i++) {
            stored.get(i).wanted().done(entries.get(i));
        }
    }

    private void thenAlone(Wanted wanted, Recorded entry) {
        try {
            tables.store().update(tx -> wanted.then(tx, entry));
            wanted.done(entry);
        } catch (RuntimeException e) {
            wanted.failed(e);
        }
    }

    /** Makes count what has been appended and could not be committed: what was asked for with it is asked for again by whoever asked. */
    private void settle() {
        List<Unsettled> left = unsettled;
        if (!left.isEmpty()) {
            tables.store().update(tx -> left.forEach(one -> tables.count(tx, one.record(), one.next())));
            counted(left);
        }
    }

    private void counted(List<Unsettled> appended) {
        appended.forEach(one -> recent.add(one.record().sequence(), one.record().envelope()));
        head = appended.getLast().next();
        unsettled = List.of();
        appended.forEach(one -> FailPoint.LEDGER_COMMITTED.pass());
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
        return records(sequence, max).stream().map(JournalledLedger::recorded).toList();
    }

    List<byte[]> envelopes(long sequence, int max) {
        List<byte[]> lately = recent.from(sequence, Math.min(max, ENTRIES_MAX));
        return lately.isEmpty()
                ? records(sequence, max).stream().map(JournalRecord::envelope).toList()
                : lately;
    }

    private List<JournalRecord> records(long sequence, int max) {
        var found = new ArrayList<JournalRecord>();
        var bytes = 0;
        for (var placed : tables.from(sequence, Math.min(max, ENTRIES_MAX))) {
            if (bytes >= ENTRIES_BYTES_MAX) {
                break;
            }
            var record = read(placed);
            found.add(record);
            bytes += record.envelope().length;
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
