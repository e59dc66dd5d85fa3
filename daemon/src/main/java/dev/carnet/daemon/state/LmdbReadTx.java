package dev.carnet.daemon.state;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/** Reads in an LMDB transaction. What comes out is copied: LMDB's own memory is valid no longer than the transaction. */
class LmdbReadTx implements ReadTx {
    final Map<Table, Dbi<ByteBuffer>> tables;
    final Txn<ByteBuffer> txn;
    private final ByteBuffer keyBuffer;

    /** Raised by every write: a scan whose visitor writes looks its place up again instead of trusting a moved page. */
    long writes;

    private boolean ended;

    /** @param keyBuffer direct, one byte longer than a key can be, and this transaction's alone */
    LmdbReadTx(Map<Table, Dbi<ByteBuffer>> tables, Txn<ByteBuffer> txn, ByteBuffer keyBuffer) {
        this.tables = tables;
        this.txn = txn;
        this.keyBuffer = keyBuffer;
    }

    static ByteBuffer newKeyBuffer() {
        return ByteBuffer.allocateDirect(Keys.BYTES_MAX + 1);
    }

    /** From here on every call is a bug of the caller, who has let the transaction escape. */
    final void end() {
        ended = true;
    }

    @Override
    public Optional<byte[]> get(Table table, byte[] key) {
        return Optional.ofNullable(dbi(table).get(txn, nativeKey(Keys.check(key))))
                .map(LmdbReadTx::copy);
    }

    @Override
    public void scan(Table table, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
        var start = Keys.start(prefix, from);
        try (var cursor = dbi(table).openCursor(txn)) {
            var there = seek(cursor, start);
            while (there) {
                var key = copy(cursor.key());
                if (!Keys.hasPrefix(key, prefix)) {
                    return;
                }
                var before = writes;
                if (!visitor.test(key, copy(cursor.val()))) {
                    return;
                }
                there = writes == before ? cursor.next() : seek(cursor, Keys.after(key));
            }
        }
    }

    final boolean seek(Cursor<ByteBuffer> cursor, byte[] from) {
        return from.length == 0 ? cursor.seek(SeekOp.MDB_FIRST) : cursor.get(nativeKey(from), GetOp.MDB_SET_RANGE);
    }

    final ByteBuffer nativeKey(byte[] key) {
        return keyBuffer.clear().put(key).flip();
    }

    final Dbi<ByteBuffer> dbi(Table table) {
        @Nullable Dbi<ByteBuffer> dbi = tables.get(table);
        if (ended || dbi == null) {
            throw new IllegalStateException(
                    "this transaction has ended: it must not leave the function that it was given to");
        }
        return dbi;
    }

    static byte[] copy(ByteBuffer from) {
        var bytes = new byte[from.remaining()];
        from.get(from.position(), bytes);
        return bytes;
    }
}
