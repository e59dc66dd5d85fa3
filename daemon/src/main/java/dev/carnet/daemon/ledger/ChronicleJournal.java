package dev.carnet.daemon.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in a Chronicle Queue. One thread at a time, and none that gets interrupted (see {@link ConfinedJournal}).
 *
 * <p>The queue rolls when a file is full, not when a time has come: its clock is a number that we set. So every file has one length, is allocated before the
 * queue opens it, and fits into one mapping; nothing is ever stored to a page without a block.
 */
final class ChronicleJournal implements Journal {
    /** What one file holds. The queue maps a quarter more. */
    static final int BLOCK_BYTES = 4 << 20;

    static final long FILE_BYTES = BLOCK_BYTES + BLOCK_BYTES / 4;

    private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);
    private static final RollCycle CYCLES = LegacyRollCycles.MINUTELY;

    /** Places in an index of the queue, and how many records are from one to the next. */
    static final int INDEX_COUNT = 256;

    static final int INDEX_SPACING = 4;

    /** An upper bound for what the queue adds: its header and first index, and per record a header, padding and its share of an index. */
    static final int FILE_OVERHEAD_BYTES = 64 << 10;

    static final int RECORD_OVERHEAD_BYTES = 32;

    /** What the queue waits at most for a lock or a half-written header: nobody else is there to finish either. */
    private static final long QUEUE_TIMEOUT_MS = 1_000;

    private final CycleFiles files;
    private final Clock clock;

    /**
     * The files that have something to sync, opened before it was written: the kernel tells of a failed write-back once to each open file, and the queue's own
     * sync may have taken the word meant for a file that is opened only then.
     */
    private final SortedMap<Integer, FileChannel> unsynced = new TreeMap<>();

    private final SingleChronicleQueue queue;
    private final ExcerptTailer tailer;
    private final ExcerptAppender appender;
    private volatile long queueMillis;
    private int current;
    private final boolean clean; // the file that was current when it was opened: it may be appended to
    private long used;

    private ChronicleJournal(Path directory, CycleFiles files, Clock clock, int current, boolean clean) {
        this.files = files;
        this.clock = clock;
        this.current = current;
        this.clean = clean;
        queueMillis = millis(current);
        queue = builder(directory, () -> queueMillis).build();
        try {
            tailer = queue.createTailer();
            appender = queue.createAppender();
        } catch (RuntimeException | AssertionError e) {
            queue.close();
            throw e;
        }
    }

    static SingleChronicleQueueBuilder builder(Path directory, TimeProvider time) {
        return SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(CYCLES)
                .timeProvider(time)
                .blockSize(BLOCK_BYTES)
                .indexCount(INDEX_COUNT)
                .indexSpacing(INDEX_SPACING)
                .timeoutMS(QUEUE_TIMEOUT_MS)
                .syncMode(SyncMode.SYNC);
    }

    /**
     * Opens the journal in this directory, makes it where there is none.
     *
     * @param committed where the last record lies that must be there
     * @throws LedgerException where the files are not what this class has made
     */
    static ChronicleJournal open(Path directory, Clock clock, OptionalLong committed) {
        QueueLog.install();
        var files = new CycleFiles(directory, FILE_BYTES);
        try {
            DurableFiles.createDirectories(directory);
            files.forgetQueueTable();
            var cycles = usableCycles(files, committed);
            var clean = false;
            for (var cycle : cycles) {
                clean = QueueIndex.clean(files.file(cycle));
            }
            var journal = new ChronicleJournal(directory, files, clock, cycles.isEmpty() ? 0 : cycles.getLast(), clean);
            files.allocateQueueTable();
            // of all that does not count a killed process may have left two files in memory only
            for (var cycle : cycles) {
                if (committed.isEmpty() || cycle >= CYCLES.toCycle(committed.getAsLong())) {
                    journal.unsynced.put(cycle, files.channel(cycle));
                }
            }
            return journal;
        } catch (LedgerException e) {
            throw e;
        } catch (RuntimeException | AssertionError | IOException e) {
            throw new LedgerException("cannot open the journal in " + directory + ": " + e, e);
        }
    }

    private static List<Integer> usableCycles(CycleFiles files, OptionalLong committed) throws IOException {
        var cycles = files.cycles();
        for (var cycle : cycles) {
            if (!QueueHeader.finished(files.file(cycle))) {
                var newest = cycle.equals(cycles.getLast());
                if (!newest || (committed.isPresent() && CYCLES.toCycle(committed.getAsLong()) >= cycle)) {
                    throw new LedgerException("the journal's file " + files.file(cycle)
                            + " has no header: it was overwritten, or the disk lost it;" + " restore it from a copy");
                }
                files.delete(cycle);
                return cycles.subList(0, cycles.size() - 1);
            }
            files.checkLength(cycle);
        }
        return cycles;
    }

    static long millis(int cycle) {
        return (long) cycle * CYCLES.lengthInMillis();
    }

    @Override
    public long append(byte[] record) {
        var needs = record.length + RECORD_OVERHEAD_BYTES;
        if (current == 0 || used + needs > BLOCK_BYTES) {
            roll();
        }
        var errors = QueueLog.errors();
        try {
            appender.writeBytes(Bytes.wrapForRead(record));
            used += needs;
            files.checkLength(current);
            checkNoError(errors);
            return appender.lastIndexAppended();
        } catch (RuntimeException | AssertionError | IOException e) {
            throw new LedgerException(
                    "an append to the journal's file " + files.file(current) + " failed: " + e + ": check the disk", e);
        }
    }

    private void roll() {
        try {
            var next = CycleFiles.next(current, clock.instant());
            files.create(next);
            unsynced.put(next, files.channel(next));
            current = next;
            used = FILE_OVERHEAD_BYTES;
            queueMillis = millis(next);
        } catch (IOException e) {
            throw new LedgerException("cannot begin a new file of the journal: " + e, e);
        }
    }

    @Override
    public void sync() {
        var errors = QueueLog.errors();
        try {
            appender.sync();
            for (var file : unsynced.values()) {
                file.force(true);
            }
            checkNoError(errors);
            for (var older = unsynced.headMap(current).entrySet().iterator(); older.hasNext(); older.remove()) {
                older.next().getValue().close();
            }
        } catch (RuntimeException | AssertionError | IOException e) {
            throw new LedgerException(
                    "the journal's file " + files.file(current) + " could not be synced: " + e
                            + ": the last entry may be lost; check the disk, then start again",
                    e);
        }
    }

    private static void checkNoError(long before) {
        if (QueueLog.errors() != before) {
            throw new LedgerException("the queue has reported an error, see the log");
        }
    }

    @Override
    public byte[] read(long position) {
        try {
            if (tailer.moveToIndex(position)) {
                try (var document = tailer.readingDocument()) {
                    if (document.isPresent() && document.isData() && document.index() == position) {
                        return bytes(position, document.wire());
                    }
                }
            }
        } catch (LedgerException e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            throw new LedgerException("the journal cannot be read at " + place(position) + ": " + e, e);
        }
        throw new LedgerException(
                "the journal has nothing at " + place(position) + ": its file was overwritten, or the disk lost it");
    }

    @Override
    public void scan(Visitor visitor) {
        try {
            for (var cycle : files.cycles()) {
                scan(cycle, visitor);
            }
        } catch (IOException e) {
            throw new LedgerException("the journal cannot be read: " + e, e);
        }
    }

    /** Each file by itself: whether the queue has marked its end does not matter. */
    private void scan(int cycle, Visitor visitor) {
        var bytes = (long) FILE_OVERHEAD_BYTES;
        var position = CYCLES.toIndex(cycle, 0);
        var whole = clean || cycle != current;
        while (true) {
            byte[] record;
            try {
                if (position == CYCLES.toIndex(cycle, 0) && !tailer.moveToIndex(position)) {
                    break;
                }
                try (var document = tailer.readingDocument()) {
                    if (!document.isPresent() || document.index() != position) {
                        break;
                    }
                    record = bytes(position, document.wire());
                }
            } catch (LedgerException e) {
                throw e;
            } catch (RuntimeException | AssertionError e) {
                throw new LedgerException("the journal cannot be read at " + place(position) + ": " + e, e);
            }
            whole &= visitor.visit(position, record);
            bytes += record.length + RECORD_OVERHEAD_BYTES;
            position++;
        }
        if (cycle == current) {
            used = whole ? bytes : BLOCK_BYTES;
        }
    }

    private byte[] bytes(long position, net.openhft.chronicle.wire.@org.jspecify.annotations.Nullable Wire wire) {
        if (wire == null || wire.bytes().readRemaining() > JournalRecord.BYTES_MAX) {
            throw new LedgerException("the journal has more bytes at " + place(position)
                    + " than any record has: its header was overwritten");
        }
        var record = new byte[(int) wire.bytes().readRemaining()];
        wire.bytes().read(record);
        return record;
    }

    @Override
    public String place(long position) {
        return files.file(CYCLES.toCycle(position)) + " record " + CYCLES.toSequenceNumber(position);
    }

    @Override
    public void close() {
        queue.close();
        try {
            for (var file : unsynced.values()) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("cannot close a file of the journal", e);
        }
    }
}
