package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.fuzz.Target.hold;

import java.util.Arrays;

/** A record of the journal, as a disk gives it back. */
public final class JournalFuzz {
    private JournalFuzz() {}

    /** What is read is written as the same bytes, but for the padding; nothing but {@link LedgerException} says no. */
    public static void decode(byte[] input) {
        JournalRecord record;
        try {
            record = JournalRecord.decode(input);
        } catch (LedgerException e) {
            return;
        }
        byte[] written = record.encode();
        hold(input.length - written.length >= 0 && input.length - written.length <= 3, "more padding than there is");
        hold(Arrays.equals(Arrays.copyOf(input, written.length), written), "a record is written as other bytes");
    }
}
