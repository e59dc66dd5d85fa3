package dev.carnet.daemon.ledger;

import java.nio.ByteBuffer;

/**
 * A row of the table of entries: where the journal has the entry of a key.
 *
 * @param sequence number of the entry
 * @param position in the journal
 */
record Placed(long sequence, long position) {
    byte[] encode() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(sequence)
                .putLong(position)
                .array();
    }

    static Placed decode(byte[] row) {
        var in = ByteBuffer.wrap(row);
        return new Placed(in.getLong(), in.getLong());
    }

    /** The key of a row of the table of sequence numbers. */
    static byte[] sequenceKey(long sequence) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    }
}
