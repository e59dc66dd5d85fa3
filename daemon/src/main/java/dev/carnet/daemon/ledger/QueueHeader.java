package dev.carnet.daemon.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The first bytes of every file that the queue makes with our settings: its self-description and the head of its index. The queue believes whatever stands
 * there (a flipped bit made it ask for gigabytes), so we look first.
 *
 * <p>Written by Chronicle Queue 2026.4. Another version may write another one: a test says so, and the old one must stay readable.
 */
final class QueueHeader {
    private static final byte[] EXPECTED = HexFormat.of()
            .parseHex(
                    "c1000040b906686561646572b60853435153746f726582aa000000cd7772697465506f736974696f6e8e01000000008d"
                            + "02000000000000000200000000000000b05d3e0000000000fc000000b05d3e00c8696e646578696e67b60c5343515349"
                            + "6e646578696e67824c000000ca696e646578436f756e74a50001cc696e64657853706163696e67a104cb696e64657832"
                            + "496e6465788f8fa7c800000000000000c96c617374496e6465788e00000000a70001000000000000ca64617461466f72"
                            + "6d6174a10100000024080040b90b696e64657832696e6465788e01000000008d00010000000000000100000000000000");

    /** What the queue changes as it goes: position and number of the last record, its last index, entries used of the index of indexes. */
    private static final int[][] CHANGING = {{64, 80}, {176, 184}, {232, 240}};

    /** Where the index of indexes has its array; and where what follows it begins. */
    static final long INDEX_OF_INDEXES = 224;

    static final long END = 2288;

    /** Where it has the place of the last record; and behind it that once more, with the number of that record in the lower half. */
    static final int POSITION_OFFSET = 64;

    private static final int NOT_COMPLETE = 0x8000_0000;

    private QueueHeader() {}

    /**
     * Whether the queue has finished the header of this file. If not, a crash came first, and nothing was ever appended to it.
     *
     * @throws LedgerException where there is a header, but not the queue's
     */
    static boolean finished(Path file) throws IOException {
        var header = ByteBuffer.allocate(EXPECTED.length).order(ByteOrder.LITTLE_ENDIAN);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (header.hasRemaining() && channel.read(header, header.position()) > 0) {
                // until it is full, or the file ends
            }
        }
        var first = header.getInt(0);
        if (first == 0 || (first & NOT_COMPLETE) != 0) {
            return false;
        }
        var position = header.getLong(POSITION_OFFSET);
        for (var range : CHANGING) {
            Arrays.fill(header.array(), range[0], range[1], (byte) 0);
        }
        if (position < 0 || position >= ChronicleJournal.FILE_BYTES || !Arrays.equals(header.array(), masked())) {
            throw new LedgerException(
                    "the journal's file " + file
                            + " does not begin as the queue begins its files: it was overwritten, or the disk lost it; restore it from a copy");
        }
        return true;
    }

    private static byte[] masked() {
        var expected = EXPECTED.clone();
        for (var range : CHANGING) {
            Arrays.fill(expected, range[0], range[1], (byte) 0);
        }
        return expected;
    }
}
