package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The index that the queue keeps within a file: the places of every fourth record in indexes of 256, and the places of those in an index of indexes. The queue goes
 * wherever they point (a flipped bit made it fill the heap with mappings on its way), so we hold them against the records first.
 *
 * <p>A file is a chain of records and indexes, each behind four bytes that tell its length and which it is. A place in an index may be empty, or lie behind the last
 * record: after a power failure the index may know of one that the disk does not have.
 */
final class QueueIndex {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int HEADER_BYTES = 4;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int NO_RECORD = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3fff_ffff;

    /** An index begins with its name, up to a word of padding, and the mark of an array: its capacity, how many places are used, and the places. */
    private static final byte[] NAME = "\u00b9\u0005index".getBytes(ISO_8859_1);

    private static final byte PADDING = (byte) 0x8f;
    private static final byte ARRAY = (byte) 0x8d;

    private final Path file;
    private final MemorySegment bytes;
    private final List<Long> indexes = new ArrayList<>();
    private final List<Long> indexed = new ArrayList<>();
    private long end;

    private QueueIndex(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Looks at the index in this file, whose header is finished and whose length is right.
     *
     * @throws LedgerException where it points elsewhere than to the records
     */
    static void check(Path file) throws IOException {
        try (var arena = Arena.ofConfined();
                var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var index = new QueueIndex(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            index.walk();
            index.check();
        }
    }

    private void walk() {
        var records = 0L;
        end = QueueHeader.END;
        while (end + HEADER_BYTES <= bytes.byteSize()) {
            var header = bytes.get(INT, end);
            var next = (end + HEADER_BYTES + (header & LENGTH_MASK) + 3) & ~3L;
            if (header == 0 || (header & NOT_COMPLETE) != 0 || next > bytes.byteSize()) {
                return;
            }
            if ((header & NO_RECORD) != 0) {
                indexes.add(end);
            } else if (records++ % ChronicleJournal.INDEX_SPACING == 0) {
                indexed.add(end);
            }
            end = next;
        }
    }

    private void check() {
        check(QueueHeader.INDEX_OF_INDEXES, indexes, 0);
        for (var i = 0; i < indexes.size(); i++) {
            check(array(indexes.get(i)), indexed, i * ChronicleJournal.INDEX_COUNT);
        }
    }

    /** Where the array of an index begins. */
    private long array(long index) {
        var at = index + HEADER_BYTES;
        var named = bytes.asSlice(at, NAME.length).mismatch(MemorySegment.ofArray(NAME)) < 0;
        at += NAME.length;
        while (bytes.get(ValueLayout.JAVA_BYTE, at) == PADDING
                && at < index + HEADER_BYTES + NAME.length + Long.BYTES) {
            at++;
        }
        if (!named || bytes.get(ValueLayout.JAVA_BYTE, at) != ARRAY) {
            throw overwritten(index);
        }
        return at + 1;
    }

    private void check(long array, List<Long> places, int first) {
        var values = array + 2 * Long.BYTES;
        if (values + ChronicleJournal.INDEX_COUNT * Long.BYTES > bytes.byteSize()
                || bytes.get(LONG, array) != ChronicleJournal.INDEX_COUNT
                || Long.compareUnsigned(bytes.get(LONG, array + Long.BYTES), ChronicleJournal.INDEX_COUNT) > 0) {
            throw overwritten(array);
        }
        for (var i = 0; i < ChronicleJournal.INDEX_COUNT; i++) {
            var value = bytes.get(LONG, values + (long) i * Long.BYTES);
            var right = first + i < places.size() && value == places.get(first + i);
            var behind = value >= end && value < bytes.byteSize();
            if (value != 0 && !right && !behind) {
                throw overwritten(values + (long) i * Long.BYTES);
            }
        }
    }

    private LedgerException overwritten(long place) {
        return new LedgerException(
                "the journal's file " + file + " has an index that does not fit its records, at byte " + place
                        + ": it was overwritten, or the disk lost it; restore it from a copy");
    }
}
