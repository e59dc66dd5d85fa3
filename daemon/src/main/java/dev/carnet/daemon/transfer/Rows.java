package dev.carnet.daemon.transfer;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.SessionRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The rows of transfers and their sessions. */
final class Rows {
    private final Store store;
    private final Clock clock;

    Rows(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Store store() {
        return store;
    }

    Optional<TransferRow> get(Key key) {
        return store.read(tx -> get(tx, key));
    }

    static Optional<TransferRow> get(ReadTx tx, Key key) {
        return tx.get(Table.TRANSFERS, key.bytes()).map(bytes -> parse(TransferRow.parser(), bytes));
    }

    /** Changes a row inside a transaction and gives it as it is then. */
    TransferRow update(Tx tx, Key key, Consumer<TransferRow.Builder> change) {
        TransferRow.Builder row = get(tx, key).orElseGet(TransferRow::getDefaultInstance).toBuilder();
        change.accept(row);
        TransferRow made = row.setUpdatedMs(clock.millis())
                .setRevision(row.getRevision() + 1)
                .build();
        tx.put(Table.TRANSFERS, key.bytes(), made.toByteArray());
        return made;
    }

    /** {@link #update(Tx, Key, Consumer)} in a commit of its own. */
    TransferRow update(Key key, Consumer<TransferRow.Builder> change) {
        return store.write(tx -> update(tx, key, change));
    }

    /** Every transfer on record, with its row. */
    List<Key> keys() {
        List<Key> keys = new ArrayList<>();
        store.read(tx -> {
            tx.scan(Table.TRANSFERS, new byte[0], (key, value) -> keys.add(Key.read(key)));
            return keys;
        });
        return keys;
    }

    void session(Tx tx, Key key, String sessionId, UnaryOperator<SessionRow> change) {
        byte[] rowKey = key.session(sessionId);
        SessionRow row = tx.get(Table.SESSIONS, rowKey)
                .map(bytes -> parse(SessionRow.parser(), bytes))
                .orElseGet(SessionRow::getDefaultInstance);
        tx.put(Table.SESSIONS, rowKey, change.apply(row).toByteArray());
    }

    /** Sessions of a transfer, by id. */
    List<Sessions.Stored> sessions(Key key) {
        List<Sessions.Stored> found = new ArrayList<>();
        store.read(tx -> {
            tx.scan(Table.SESSIONS, key.bytes(), (k, v) -> {
                byte[] id = java.util.Arrays.copyOfRange(k, Key.BYTES, k.length);
                return found.add(
                        new Sessions.Stored(java.util.HexFormat.of().formatHex(id), parse(SessionRow.parser(), v)));
            });
            return found;
        });
        return found;
    }

    /** Deletes what only a transfer under way needs: its members, chunks; the row and its sessions stay. */
    static void forgetContent(Tx tx, Key key) {
        tx.deletePrefix(Table.MEMBERS, key.bytes());
        tx.deletePrefix(Table.CHUNKS, key.bytes());
    }

    static <T extends MessageLite> T parse(Parser<T> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new StateException(
                    "a row of the state database cannot be read: it was written by another program", e);
        }
    }
}
