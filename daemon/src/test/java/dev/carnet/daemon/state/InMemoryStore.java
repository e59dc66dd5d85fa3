package dev.carnet.daemon.state;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store without a disk, for the tests of other rooms; passes the same contract test as the real one. Nothing survives the process, but {@link #reopened} gives
 * a store that holds what was committed, as after a crash.
 */
public final class InMemoryStore implements Store {
    private volatile Map<Table, TreeMap<byte[], byte[]>> committed = new EnumMap<>(Table.class);
    private final ReentrantLock writer = new ReentrantLock();
    private volatile boolean closed;
    private volatile boolean reruns;

    public InMemoryStore() {
        for (var table : Table.values()) {
            committed.put(table, newTable());
        }
    }

    /** From now on every write runs its work twice, the first time in vain: work with effects outside its transaction is found out. */
    public InMemoryStore rerunning() {
        reruns = true;
        return this;
    }

    /** What a daemon finds that starts again on this state. The old store is closed. */
    public InMemoryStore reopened() {
        var other = new InMemoryStore();
        other.committed = committed;
        other.reruns = reruns;
        closed = true;
        return other;
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Tx, T> work) {
        if (writer.isHeldByCurrentThread()) {
            throw new IllegalStateException("a write inside a write");
        }
        writer.lock();
        try {
            checkOpen();
            if (reruns) {
                var _ = work.apply(new MemoryTx(committed));
            }
            var tx = new MemoryTx(committed);
            var result = work.apply(tx);
            committed = tx.tables;
            return result;
        } finally {
            writer.unlock();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTx, T> work) {
        checkOpen();
        return work.apply(new MemoryTx(committed));
    }

    private void checkOpen() {
        if (closed) {
            throw new StateException("this store is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private static TreeMap<byte[], byte[]> newTable() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /** Copies a table when it first writes to it; committed tables never change. */
    private static final class MemoryTx implements Tx {
        private final Map<Table, TreeMap<byte[], byte[]>> tables;
        private final Set<Table> copied = new HashSet<>();

        MemoryTx(Map<Table, TreeMap<byte[], byte[]>> committed) {
            tables = new EnumMap<>(committed);
        }

        private TreeMap<byte[], byte[]> own(Table table) {
            if (copied.add(table)) {
                var copy = newTable();
                copy.putAll(tables.get(table));
                tables.put(table, copy);
            }
            return tables.get(table);
        }

        @Override
        public Optional<byte[]> get(Table table, byte[] key) {
            return Optional.ofNullable(tables.get(table).get(Keys.check(key))).map(byte[]::clone);
        }

        @Override
        public void scan(Table table, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
            var row = tables.get(table).ceilingEntry(Keys.start(prefix, from));
            while (row != null && Keys.hasPrefix(row.getKey(), prefix)) {
                if (!visitor.test(row.getKey().clone(), row.getValue().clone())) {
                    return;
                }
                row = tables.get(table).higherEntry(row.getKey());
            }
        }

        @Override
        public void put(Table table, byte[] key, byte[] value) {
            own(table).put(Keys.check(key).clone(), value.clone());
        }

        @Override
        public boolean delete(Table table, byte[] key) {
            return own(table).remove(Keys.check(key)) != null;
        }

        @Override
        public long deletePrefix(Table table, byte[] prefix) {
            Keys.checkPrefix(prefix);
            var rows = own(table);
            var before = rows.size();
            rows.keySet().removeIf(key -> Keys.hasPrefix(key, prefix));
            return before - rows.size();
        }
    }
}
