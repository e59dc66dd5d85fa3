package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How far the log has come: rows of the state database, apart from its files.
 *
 * @param size entries whose tiles are on disk and have been read back
 * @param root of their tree
 */
record Built(long size, Hash32 root) {
    private static final byte[] BUILT = "merkle-built".getBytes(US_ASCII);
    private static final byte[] SIGNED = "merkle-signed".getBytes(US_ASCII);
    private static final int BYTES = Long.BYTES + Hash32.BYTES;

    static Built read(ReadTx tx) {
        return tx.get(Table.META, BUILT).map(Built::decode).orElseGet(() -> new Built(0, new Frontier().root()));
    }

    private static Built decode(byte[] row) {
        if (row.length != BYTES) {
            throw new LedgerException("the row 'merkle-built' of the state database has " + row.length + " bytes");
        }
        return new Built(ByteBuffer.wrap(row).getLong(), Hash32.at(row, Long.BYTES));
    }

    void write(Tx tx) {
        byte[] row = new byte[BYTES];
        ByteBuffer.wrap(row).putLong(size);
        root.copyTo(row, Long.BYTES);
        tx.put(Table.META, BUILT, row);
    }

    /** The log checkpoint that was signed last, whether or not it was published. */
    static Optional<SignedCheckpoint> signed(ReadTx tx) {
        try {
            return tx.get(Table.META, SIGNED).map(SignedCheckpoint::parse);
        } catch (LogException e) {
            throw new LedgerException("the row 'merkle-signed' of the state database: " + e.getMessage(), e);
        }
    }

    static void signed(Tx tx, SignedCheckpoint checkpoint) {
        tx.put(Table.META, SIGNED, checkpoint.encode());
    }
}
