package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.StagedFile;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.v1.Code;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The staged files that are being written. A descriptor stays open from the first write to the force that covers it; after that it is kept only while few
 * are.
 */
final class StagedFiles {
    private static final int IDLE_MAX = 16;

    private final Staging staging;
    private final Members members;
    private final Map<Integer, Entry> entries = new HashMap<>();

    StagedFiles(Staging staging, Members members) {
        this.staging = staging;
        this.members = members;
    }

    /** A file that chunks came for. */
    static final class Entry {
        private final int member;
        private final MemberRow row;
        private @Nullable StagedFile file;
        private int users; // writes and forces under way
        private boolean dirty; // written since the last force

        Entry(int member, MemberRow row) {
            this.member = member;
            this.row = row;
        }

        MemberRow row() {
            return row;
        }
    }

    /** What a force of several files came to. */
    record Forced(Set<Integer> failed, Optional<VolumeException> failure) {}

    /**
     * The file of a member, kept until {@link #unpin}: nothing closes it meanwhile.
     *
     * @throws TransferException PROTOCOL where no such member was announced
     */
    synchronized Entry pin(int member, int known) {
        if (member >= known) {
            throw new TransferException(
                    Code.PROTOCOL, "a chunk of member " + member + ", which was not announced: " + known + " were");
        }
        Entry entry = entries.computeIfAbsent(member, m -> new Entry(m, members.get(m)));
        entry.users++;
        return entry;
    }

    synchronized void unpin(Entry entry) {
        entry.users--;
    }

    synchronized int chunks(int member) {
        return Geometry.chunks(entries.computeIfAbsent(member, m -> new Entry(m, members.get(m)))
                .row
                .getSize());
    }

    /** Writes into a pinned file. */
    void write(Entry entry, MemorySegment bytes, long offset, int length) {
        StagedFile file = open(entry);
        try {
            file.write(bytes, offset, length);
        } finally {
            written(entry);
        }
    }

    private synchronized StagedFile open(Entry entry) {
        StagedFile file = entry.file;
        if (file == null) {
            file = staging.reopen(entry.row.getPath());
            entry.file = file;
        }
        entry.dirty = true;
        return file;
    }

    /** Says it again after the write: a force that began in between does not cover it. */
    private synchronized void written(Entry entry) {
        entry.dirty = true;
    }

    /** Forces files, several at once. */
    Forced force(Set<Integer> which, Executor forcers) {
        List<CompletableFuture<Optional<VolumeException>>> running = new ArrayList<>();
        List<Integer> order = List.copyOf(which);
        for (int member : order) {
            running.add(CompletableFuture.supplyAsync(() -> force(member), forcers));
        }
        Set<Integer> failed = new HashSet<>();
        Optional<VolumeException> failure = Optional.empty();
        for (int i = 0; i < order.size(); i++) {
            Optional<VolumeException> result = running.get(i).join();
            if (result.isPresent()) {
                failed.add(order.get(i));
                failure = result;
            }
        }
        return new Forced(failed, failure);
    }

    private Optional<VolumeException> force(int member) {
        Entry entry;
        StagedFile file;
        synchronized (this) {
            entry = entries.get(member);
            if (entry == null || entry.file == null) {
                throw new IllegalStateException(
                        "member " + member + " was written, and its descriptor is gone unforced");
            }
            file = entry.file;
            entry.users++;
            entry.dirty = false; // a write from here on needs the next force
        }
        try {
            file.force();
            return Optional.empty();
        } catch (VolumeException e) {
            return Optional.of(e);
        } finally {
            unpin(entry);
        }
    }

    /** Closes what is forced, not in use and not {@code awaited} by the next force, but for a few. */
    synchronized void closeIdle(Set<Integer> awaited) {
        List<Entry> idle = entries.values().stream()
                .filter(entry -> entry.users == 0 && !entry.dirty && !awaited.contains(entry.member))
                .toList();
        int open = (int) idle.stream().filter(entry -> entry.file != null).count();
        for (Entry entry : idle) {
            StagedFile file = entry.file;
            if (file != null && open > IDLE_MAX) {
                entry.file = null;
                open--;
                file.close();
            }
            if (entry.file == null) {
                entries.remove(entry.member);
            }
        }
    }

    synchronized void close() {
        List<Entry> all = List.copyOf(entries.values());
        entries.clear();
        RuntimeException failure = null;
        for (Entry entry : all) {
            try {
                if (entry.file != null) {
                    entry.file.close();
                }
            } catch (RuntimeException e) {
                failure = e; // the others are closed all the same
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
