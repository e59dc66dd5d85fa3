package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * How far the ledger counts: kept in the state database, apart from the journal, so that a journal that lost its end is found out.
 *
 * @param count entries that count
 * @param hash of the last of them, or {@link #genesis}'s where there is none
 * @param position of the last of them in the journal; without meaning where there is none
 */
record Head(long count, byte[] hash, long position) {
    private static final int BYTES = 2 * Long.BYTES + JournalRecord.HASH_BYTES;

    /** Before the first entry. The first record names the ledger that it belongs to as its previous. */
    static Head genesis(String origin) {
        return new Head(0, Sha256.of(("carnet journal v1\0" + origin).getBytes(UTF_8)), 0);
    }

    Head after(JournalRecord record, long at) {
        return new Head(count + 1, record.hash(), at);
    }

    OptionalLong lastPosition() {
        return count == 0 ? OptionalLong.empty() : OptionalLong.of(position);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(count)
                .putLong(position)
                .put(hash)
                .array();
    }

    static Head decode(byte[] row) {
        if (row.length != BYTES) {
            throw new LedgerException(
                    "the row 'ledger-head' of the state database has " + row.length + " bytes instead of " + BYTES);
        }
        var in = ByteBuffer.wrap(row);
        var count = in.getLong();
        var position = in.getLong();
        var hash = new byte[JournalRecord.HASH_BYTES];
        in.get(hash);
        return new Head(count, hash, position);
    }

    /** The key of its row. */
    static byte[] rowKey() {
        return "ledger-head".getBytes(US_ASCII);
    }
}
