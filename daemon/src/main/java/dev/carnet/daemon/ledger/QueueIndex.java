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
import java.util.Arrays;
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
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[1 << 16]);

    /** An index begins with its name, up to a word of padding, and the mark of an array: its capacity, how many places are used, and the places. */
    private static final byte[] NAME = "\u00b9\u0005index".getBytes(ISO_8859_1);

    private static final byte PADDING = (byte) 0x8f;
    private static final byte ARRAY = (byte) 0x8d;

    /** Before its places an array has its capacity, and how many of them are used. */
    private static final int ARRAY_BYTES = (2 + ChronicleJournal.INDEX_COUNT) * Long.BYTES;

    private final Path file;
    private final MemorySegment bytes;
    private final List<Long> indexes = new ArrayList<>();
    private final List<Long> indexed = new ArrayList<>();
    private long records;
    private long last;
    private long end = QueueHeader.END;
    private boolean clean = true;

    private QueueIndex(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Looks at the index in this file, whose header is finished and whose length is right. Whether the queue may append there: it does so where its header and its index say, and if the file has not all that
     * was once written, as after a power failure, that may be behind a hole, where no reader comes.
     *
     * @throws LedgerException where the index points elsewhere than to the records
     */
    static boolean clean(Path file) throws IOException {
        try (var arena = Arena.ofConfined();
                var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var index = new QueueIndex(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            index.walk();
            index.check();
            return index.clean && index.endsWhereItSays() && index.nothingBehind();
        }
    }

    private void walk() {
        while (end + HEADER_BYTES <= bytes.byteSize()) {
            var header = bytes.get(INT, end);
            var next = (end + HEADER_BYTES + (header & LENGTH_MASK) + 3) & ~3L;
            if (header == 0 || (header & NOT_COMPLETE) != 0 || next > bytes.byteSize()) {
                return;
            }
            if ((header & NO_RECORD) != 0) {
                indexes.add(end);
            } else {
                if (records++ % ChronicleJournal.INDEX_SPACING == 0) {
                    indexed.add(end);
                }
                last = end;
            }
            end = next;
        }
    }

    /** An index that no place names is none: the queue was killed before it did. */
    private void check() {
        var named = places(QueueHeader.INDEX_OF_INDEXES);
        for (var i = 0; i < named.length; i++) {
            if (indexes.contains(named[i])) {
                check(array(named[i]), i * ChronicleJournal.INDEX_COUNT);
            } else {
                mayBeBehind(named[i], QueueHeader.INDEX_OF_INDEXES, i);
            }
        }
        clean &= Arrays.stream(named).filter(place -> place != 0).count() == indexes.size();
    }

    private void check(long array, int first) {
        var places = places(array);
        for (var i = 0; i < places.length; i++) {
            var expected = first + i < indexed.size() ? indexed.get(first + i) : 0;
            if (places[i] != expected) {
                clean = false;
                mayBeBehind(places[i], array, i);
            }
        }
    }

    private void mayBeBehind(long place, long array, int i) {
        if (place != 0 && (place < end || place >= bytes.byteSize())) {
            throw overwritten(array + (2L + i) * Long.BYTES);
        }
        clean &= place == 0;
    }

    /** Where the array of an index begins. */
    private long array(long index) {
        var at = index + HEADER_BYTES;
        if (at + NAME.length + 2 * Long.BYTES + ARRAY_BYTES > bytes.byteSize()
                || bytes.asSlice(at, NAME.length).mismatch(MemorySegment.ofArray(NAME)) >= 0) {
            throw overwritten(index);
        }
        at += NAME.length;
        while (bytes.get(ValueLayout.JAVA_BYTE, at) == PADDING
                && at < index + HEADER_BYTES + NAME.length + Long.BYTES) {
            at++;
        }
        if (bytes.get(ValueLayout.JAVA_BYTE, at) != ARRAY) {
            throw overwritten(index);
        }
        return at + 1;
    }

    private long[] places(long array) {
        if (bytes.get(LONG, array) != ChronicleJournal.INDEX_COUNT
                || Long.compareUnsigned(bytes.get(LONG, array + Long.BYTES), ChronicleJournal.INDEX_COUNT) > 0) {
            throw overwritten(array);
        }
        return bytes.asSlice(array + 2 * Long.BYTES, ARRAY_BYTES - 2 * Long.BYTES)
                .toArray(LONG);
    }

    private boolean endsWhereItSays() {
        return records > 0
                && bytes.get(LONG, QueueHeader.POSITION_OFFSET) == last
                && bytes.get(LONG, QueueHeader.POSITION_OFFSET + Long.BYTES) == (last << Integer.SIZE | (records - 1));
    }

    private boolean nothingBehind() {
        var rest = bytes.asSlice(end);
        for (var at = 0L; at < rest.byteSize(); at += ZEROS.byteSize()) {
            var length = Math.min(ZEROS.byteSize(), rest.byteSize() - at);
            if (rest.asSlice(at, length).mismatch(ZEROS.asSlice(0, length)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private LedgerException overwritten(long place) {
        return new LedgerException(
                "the journal's file " + file + " has an index that does not fit its records, at byte " + place
                        + ": it was overwritten, or the disk lost it; restore it from a copy");
    }
}
