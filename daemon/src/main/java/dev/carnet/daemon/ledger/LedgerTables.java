package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ledger's rows in the state database: head, outbox, entries by key, keys by number. */
final class LedgerTables {
    private final Store store;
    private final String origin;

    LedgerTables(Store store, String origin) {
        this.store = store;
        this.origin = origin;
    }

    Head head() {
        return store.<Head>read(
                tx -> tx.get(Table.META, Head.rowKey()).map(Head::decode).orElseGet(() -> Head.genesis(origin)));
    }

    Optional<byte[]> outbox(byte[] key) {
        return store.read(tx -> tx.get(Table.OUTBOX, key));
    }

    void outbox(Tx tx, byte[] key, byte[] envelope) {
        tx.put(Table.OUTBOX, key, envelope);
    }

    Optional<Placed> find(byte[] key) {
        return store.read(tx -> find(tx, key));
    }

    private static Optional<Placed> find(ReadTx tx, byte[] key) {
        return tx.get(Table.ENTRIES, key).map(Placed::decode);
    }

    /** Where the entries from {@code sequence} on lie, at most {@code max}. */
    List<Placed> from(long sequence, int max) {
        var placed = new ArrayList<Placed>();
        if (max > 0) {
            store.<Boolean>read(tx -> {
                tx.scan(Table.JOURNAL, new byte[0], Placed.sequenceKey(sequence), (number, key) -> {
                    placed.add(find(tx, key)
                            .orElseThrow(() -> new LedgerException("the state database has a number for '"
                                    + EntryKeyText.readable(key) + "' and no place")));
                    return placed.size() < max;
                });
                return true;
            });
        }
        return placed;
    }

    /** In one commit with what its caller adds: the record counts, and leaves the outbox. */
    void count(Tx tx, JournalRecord record, Head head) {
        tx.put(Table.META, Head.rowKey(), head.encode());
        tx.delete(Table.OUTBOX, record.key());
        tx.put(Table.ENTRIES, record.key(), new Placed(record.sequence(), head.position()).encode());
        tx.put(Table.JOURNAL, Placed.sequenceKey(record.sequence()), record.key());
    }

    Store store() {
        return store;
    }
}
