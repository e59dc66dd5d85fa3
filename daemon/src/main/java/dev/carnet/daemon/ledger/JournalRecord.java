package dev.carnet.daemon.ledger;

import dev.carnet.proto.wire.Limits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One record of the journal. Everything that the journal's own format does not protect is protected here.
 *
 * <pre>
 *   offset  bytes
 *        0      8  "CARNETJ1"
 *        8      8  sequence number, from 0, big-endian as all numbers
 *       16      4  bytes of the entry key, K
 *       20      4  bytes of the envelope, E
 *       24     32  hash of the record before
 *       56     32  SHA-256 of the envelope
 *       88      K  entry key
 *     88+K      E  envelope
 * </pre>
 *
 * The hash of a record is SHA-256 of its first 88+K bytes: the chain covers everything, the envelope through its digest. The journal may add up to three zero
 * bytes of padding.
 */
record JournalRecord(long sequence, byte[] previous, byte[] key, byte[] envelope) {
    static final int HASH_BYTES = 32;
    private static final long MAGIC = 0x4341524e45544a31L; // "CARNETJ1"
    private static final int FIXED_BYTES = 88;
    private static final int PADDING_BYTES_MAX = 3;

    static final int BYTES_MAX = FIXED_BYTES + EntryKeyText.BYTES_MAX + Limits.ENTRY_BYTES_MAX + PADDING_BYTES_MAX;

    byte[] encode() {
        var bytes = ByteBuffer.allocate(FIXED_BYTES + key.length + envelope.length);
        return bytes.put(head()).put(envelope).array();
    }

    /** What the next record names as its previous. */
    byte[] hash() {
        return Sha256.of(head());
    }

    private byte[] head() {
        return ByteBuffer.allocate(FIXED_BYTES + key.length)
                .putLong(MAGIC)
                .putLong(sequence)
                .putInt(key.length)
                .putInt(envelope.length)
                .put(previous)
                .put(Sha256.of(envelope))
                .put(key)
                .array();
    }

    /**
     * Reads a record and checks what it says about itself.
     *
     * @throws LedgerException saying what is wrong; where is for the caller to say
     */
    static JournalRecord decode(byte[] bytes) {
        require(bytes.length >= FIXED_BYTES && bytes.length <= BYTES_MAX, "it has " + bytes.length + " bytes");
        var in = ByteBuffer.wrap(bytes);
        require(in.getLong() == MAGIC, "it is no record of this journal");
        var sequence = in.getLong();
        var keyBytes = in.getInt();
        var envelopeBytes = in.getInt();
        require(
                keyBytes > 0
                        && keyBytes <= EntryKeyText.BYTES_MAX
                        && envelopeBytes > 0
                        && envelopeBytes <= Limits.ENTRY_BYTES_MAX,
                "it says that its key has " + keyBytes + " and its envelope " + envelopeBytes + " bytes");
        var padding = in.remaining() - 2 * HASH_BYTES - keyBytes - envelopeBytes;
        require(padding >= 0 && padding <= PADDING_BYTES_MAX, "it has " + bytes.length + " bytes, and says otherwise");
        var previous = take(in, HASH_BYTES);
        var digest = take(in, HASH_BYTES);
        var key = take(in, keyBytes);
        var envelope = take(in, envelopeBytes);
        require(
                Arrays.equals(digest, Sha256.of(envelope)),
                "its envelope does not have the digest " + HexFormat.of().formatHex(digest));
        while (in.hasRemaining()) {
            require(in.get() == 0, "there is something behind it");
        }
        return new JournalRecord(sequence, previous, key, envelope);
    }

    private static byte[] take(ByteBuffer in, int bytes) {
        var taken = new byte[bytes];
        in.get(taken);
        return taken;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new LedgerException(otherwise);
        }
    }
}
