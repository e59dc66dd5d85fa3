package dev.carnet.daemon.transfer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that are still to be sent in one attempt, largest file first. Before chunks are given out, a batch of them is put on record as <em>perhaps
 * sent</em>: so what a crash exposed or makes us send again is known, never guessed.
 */
final class SendQueue {
    private static final int BATCH_CHUNKS_MAX = 1_024;

    /** Files in the order of sending, with those already complete left out. */
    private final int[] files;

    private final Source source;
    private final LongSupplier batchBytes;
    private final Function<List<Task>, List<Boolean>> record;
    private final Queue<Task> granted = new ArrayDeque<>();
    private int file;
    private int chunk;

    /** What the queue has to know of a file. */
    interface Source {
        long size(int member);

        boolean wanted(int member, int chunk);
    }

    /**
     * A chunk to send.
     *
     * @param again it may have been sent before
     */
    record Task(int member, int chunk, int length, boolean again) {}

    /** {@code batchBytes} says how many bytes may be put on record at once; at least one chunk is. {@code record} makes tasks durable as perhaps sent, and says of each whether it was that before. */
    SendQueue(int[] files, Source source, LongSupplier batchBytes, Function<List<Task>, List<Boolean>> record) {
        this.files = files;
        this.source = source;
        this.batchBytes = batchBytes;
        this.record = record;
    }

    /** The next chunk, or null where nothing is left. */
    synchronized @Nullable Task next() {
        if (granted.isEmpty()) {
            grant();
        }
        return granted.poll();
    }

    private void grant() {
        List<Task> batch = new ArrayList<>();
        long bytes = 0;
        long bytesMax = batchBytes.getAsLong();
        while ((batch.isEmpty() || bytes < bytesMax) && batch.size() < BATCH_CHUNKS_MAX && file < files.length) {
            int member = files[file];
            long size = source.size(member);
            if (chunk >= Geometry.chunks(size)) {
                file++;
                chunk = 0;
                continue;
            }
            if (source.wanted(member, chunk)) {
                int length = Geometry.length(size, chunk);
                batch.add(new Task(member, chunk, length, false));
                bytes += length;
            }
            chunk++;
        }
        if (batch.isEmpty()) {
            return;
        }
        List<Boolean> again = record.apply(batch);
        for (int i = 0; i < batch.size(); i++) {
            Task task = batch.get(i);
            granted.add(new Task(task.member(), task.chunk(), task.length(), again.get(i)));
        }
    }
}
