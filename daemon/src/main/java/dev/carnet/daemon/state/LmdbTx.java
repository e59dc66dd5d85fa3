package dev.carnet.daemon.state;

import java.nio.ByteBuffer;
import java.util.Map;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/** The LMDB write transaction. Values are written straight into the page that LMDB reserves for them. */
final class LmdbTx extends LmdbReadTx implements Tx {
    LmdbTx(Map<Table, Dbi<ByteBuffer>> tables, Txn<ByteBuffer> txn, ByteBuffer keyBuffer) {
        super(tables, txn, keyBuffer);
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
        Keys.check(key);
        writes++;
        dbi(table).reserve(txn, nativeKey(key), value.length).put(value);
    }

    @Override
    public boolean delete(Table table, byte[] key) {
        Keys.check(key);
        writes++;
        return dbi(table).delete(txn, nativeKey(key));
    }

    @Override
    public long deletePrefix(Table table, byte[] prefix) {
        Keys.checkPrefix(prefix);
        writes++;
        var deleted = 0L;
        try (var cursor = dbi(table).openCursor(txn)) {
            while (seek(cursor, prefix) && Keys.hasPrefix(copy(cursor.key()), prefix)) {
                cursor.delete();
                deleted++;
            }
        }
        return deleted;
    }
}
