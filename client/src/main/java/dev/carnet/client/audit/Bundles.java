package dev.carnet.client.audit;

import dev.carnet.proto.log.Tile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The bundles of a ledger in their order, read ahead and parsed on all cores; and what remains to be done with each, on all cores behind. Between the two a bounded number of bytes is in memory,
 * whatever the size of the ledger and the number of cores.
 */
final class Bundles implements AutoCloseable {
    /** Bundles under way on each side, per core. */
    private static final int AHEAD = 2;

    /** Bytes of entries under way; parsed, an entry takes a few times that. Never fewer than one bundle. */
    private static final long BYTES_MAX = 16L << 20;

    private final TileReader tiles;
    private final long size;
    private final int ahead = Runtime.getRuntime().availableProcessors() * AHEAD;
    private final ExecutorService pool =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private final Deque<Parsing> parsing = new ArrayDeque<>();
    private final Deque<Working> working = new ArrayDeque<>();
    private long next;
    private long bytes;
    private @Nullable Broken broken;

    private record Parsing(Future<List<Parsed>> parsed, long bytes) {}

    private record Working(Future<?> done, long bytes) {}

    /**
     * A bundle.
     *
     * @param entries in their order
     * @param work what is to be done behind, in any order; gathered by the caller
     * @param bytes of the entries
     */
    record Read(List<Parsed> entries, List<Runnable> work, long bytes) {}

    Bundles(TileReader tiles, long size) {
        this.tiles = tiles;
        this.size = size;
    }

    /**
     * The next one; empty at the end.
     *
     * @throws Broken where it cannot be had: told in its turn, not when it was read ahead
     */
    Optional<Read> next() throws Broken {
        while (next < size && broken == null && parsing.size() < ahead && (bytes < BYTES_MAX || parsing.isEmpty())) {
            readAhead();
        }
        if (parsing.isEmpty()) {
            if (broken != null) {
                throw broken;
            }
            return Optional.empty();
        }
        Parsing first = parsing.remove();
        return Optional.of(new Read(done(first.parsed()), new ArrayList<>(), first.bytes()));
    }

    private void readAhead() {
        long first = next;
        List<byte[]> entries;
        try {
            entries =
                    tiles.entries(new Tile(Tile.ENTRIES, first / Tile.WIDTH, (int) Math.min(Tile.WIDTH, size - first)));
        } catch (Broken e) {
            broken = e;
            return;
        }
        long read = entries.stream().mapToLong(entry -> entry.length).sum();
        parsing.add(new Parsing(pool.submit(() -> parse(first, entries)), read));
        bytes += read;
        next += Tile.WIDTH;
    }

    private static List<Parsed> parse(long first, List<byte[]> entries) {
        List<Parsed> parsed = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            parsed.add(Parsed.of(first + i, entries.get(i)));
        }
        return parsed;
    }

    /** Has a bundle's work done; waits where too much is under way. */
    void finish(Read bundle) {
        working.add(new Working(pool.submit(() -> bundle.work().forEach(Runnable::run)), bundle.bytes()));
        while (working.size() > ahead || (bytes >= BYTES_MAX && !working.isEmpty())) {
            finishFirst();
        }
    }

    /** Waits for all work. */
    private void end() {
        while (!working.isEmpty()) {
            finishFirst();
        }
    }

    private void finishFirst() {
        Working first = working.remove();
        done(first.done());
        bytes -= first.bytes();
    }

    /** What comes of work on another thread, which fails in no way but a bug's. */
    static <T> T done(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a bug in the verifier", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Also where something broke: the work that was begun is done, so that what is found does not depend on the machine. */
    @Override
    public void close() {
        try {
            end();
        } finally {
            pool.shutdownNow();
            pool.close();
        }
    }
}
