package dev.carnet.daemon.transfer;

import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.FileRange;
import dev.carnet.proto.wire.v1.Held;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which chunks a destination holds: whole files as one bit, the few that are held in part as a bit per chunk. For one thread. */
final class HeldSet {
    private final BitSet complete = new BitSet();
    private final Map<Integer, BitSet> partial = new HashMap<>();

    boolean has(int member, int chunk) {
        if (complete.get(member)) {
            return true;
        }
        BitSet chunks = partial.get(member);
        return chunks != null && chunks.get(chunk);
    }

    boolean complete(int member) {
        return complete.get(member);
    }

    /** Adds a chunk of a file that has {@code of} chunks; true where the file is complete now. */
    boolean add(int member, int chunk, int of) {
        if (complete.get(member)) {
            return false;
        }
        BitSet chunks = partial.computeIfAbsent(member, m -> new BitSet());
        chunks.set(chunk);
        if (chunks.cardinality() < of) {
            return false;
        }
        completed(member);
        return true;
    }

    void completed(int member) {
        complete.set(member);
        partial.remove(member);
    }

    void addChunks(int member, int first, int last) {
        partial.computeIfAbsent(member, m -> new BitSet()).set(first, last + 1);
    }

    void addFiles(int first, int last) {
        complete.set(first, last + 1);
    }

    void forget(int member) {
        complete.clear(member);
        partial.remove(member);
    }

    int completeFiles() {
        return complete.cardinality();
    }

    /** Chunks of the file that are held, of {@code of}. */
    int count(int member, int of) {
        if (complete.get(member)) {
            return of;
        }
        BitSet chunks = partial.get(member);
        return chunks == null ? 0 : chunks.cardinality();
    }

    /** Pages of at most {@code rangesMax} ranges; the caller fills in transfer, attempt, and marks the last. */
    List<Held.Builder> pages(int rangesMax) {
        List<Held.Builder> pages = new ArrayList<>();
        pages.add(Held.newBuilder());
        for (int first = complete.nextSetBit(0); first >= 0; ) {
            int end = complete.nextClearBit(first);
            room(pages, rangesMax)
                    .addComplete(FileRange.newBuilder().setFirst(first).setLast(end - 1));
            first = complete.nextSetBit(end);
        }
        new TreeMap<>(partial).forEach((member, chunks) -> {
            for (int first = chunks.nextSetBit(0); first >= 0; ) {
                int end = chunks.nextClearBit(first);
                room(pages, rangesMax)
                        .addChunks(ChunkRange.newBuilder()
                                .setFile(member)
                                .setFirst(first)
                                .setLast(end - 1));
                first = chunks.nextSetBit(end);
            }
        });
        return pages;
    }

    private static Held.Builder room(List<Held.Builder> pages, int rangesMax) {
        Held.Builder page = pages.getLast();
        if (page.getCompleteCount() + page.getChunksCount() >= rangesMax) {
            page = Held.newBuilder();
            pages.add(page);
        }
        return page;
    }
}
