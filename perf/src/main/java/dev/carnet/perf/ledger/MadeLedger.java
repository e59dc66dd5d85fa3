package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.DurableFiles;
import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes a large ledger as a daemon would have: entry 0 binds the keys of a real one, the others are signed with them, and both of its log's keys sign the checkpoint, which is written
 * last. It takes room for some 1.2 KiB an entry.
 */
final class MadeLedger {
    /** The trust file for it, beside the ledger's own files. */
    static final String TRUST = "trust";

    private static final int AHEAD = 64;
    private final Path folder;
    private final int size;
    private final Frontier frontier = new Frontier();

    /** Hashes of each level that are in no tile yet, and how many tiles it has. */
    private final List<List<Hash32>> levels = new ArrayList<>();

    private final List<Integer> written = new ArrayList<>();

    private record Made(byte[] bundle, List<Hash32> leaves) {}

    private MadeLedger(Path folder, int size) {
        this.folder = folder;
        this.size = size;
    }

    /** The ledger of this size in a work folder; made unless it is there. */
    static Path at(Path work, int size) throws Exception {
        Path folder = work.resolve("ledger-" + size);
        if (!Files.exists(folder.resolve("checkpoint"))) {
            Path daemon = work.resolve("keys-of-" + size + "-" + System.nanoTime());
            long start = System.nanoTime();
            try (BenchLedger of = BenchLedger.open(daemon, false)) {
                new MadeLedger(folder, size).make(of);
            }
            say("made      %d entries in %.1f s: %s", size, Figures.seconds(System.nanoTime() - start), folder);
        }
        return folder;
    }

    private void make(BenchLedger of) throws Exception {
        Keyring keys = of.ledger().keys();
        Entries entries = Entries.of(of.ledger().origin());
        byte[] binding = of.ledger().entries(0, 1).getFirst().envelope();
        Deque<Future<Made>> ahead = new ArrayDeque<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            int next = 0;
            for (int first = 0; first < size; first += Tile.WIDTH) {
                for (; next < size && ahead.size() < AHEAD; next += Tile.WIDTH) {
                    int from = next;
                    ahead.add(pool.submit(() -> bundle(keys, entries, binding, from)));
                }
                Made made = ahead.remove().get();
                write(new Tile(Tile.ENTRIES, first / Tile.WIDTH, made.leaves().size()).path(), made.bundle());
                for (Hash32 leaf : made.leaves()) {
                    frontier.add(leaf);
                    put(0, leaf);
                }
            }
        }
        for (int level = 0; level < levels.size(); level++) {
            if (!levels.get(level).isEmpty()) {
                write(level);
            }
        }
        byte[] proof = keys.evidence().proof();
        write("blobs/sha256/" + Digests.sha256Hex(proof), proof);
        write(TRUST, trust(of).getBytes(UTF_8));
        LogCheckpoint body = new LogCheckpoint(of.ledger().origin(), size, frontier.root());
        write("checkpoint", new SignedCheckpoint(body, keys.signLog(body, Instant.now())).encode());
    }

    /** What an auditor would have been told by somebody else. */
    private static String trust(BenchLedger of) {
        String origin = of.ledger().origin();
        Keyring keys = of.ledger().keys();
        return "log " + LogKeys.log(origin, keys.publicKeys().log()).getFirst().vkey() + "\nentry " + origin + " "
                + keys.entryKeyIds().getFirst() + "\nquorum none\n";
    }

    private Made bundle(Keyring keys, Entries entries, byte[] binding, int first) {
        List<byte[]> signed = new ArrayList<>();
        for (int i = first; i < Math.min(size, first + Tile.WIDTH); i++) {
            signed.add(i == 0 ? binding : entries.signed(keys, i));
        }
        return new Made(Bundle.write(signed), signed.stream().map(Merkle::leaf).toList());
    }

    private void put(int level, Hash32 hash) throws IOException {
        if (levels.size() == level) {
            levels.add(new ArrayList<>());
            written.add(0);
        }
        List<Hash32> own = levels.get(level);
        own.add(hash);
        if (own.size() == Tile.WIDTH) {
            Hash32 above = Merkle.tile(write(level));
            own.clear();
            written.set(level, written.get(level) + 1);
            put(level + 1, above);
        }
    }

    private byte[] write(int level) throws IOException {
        List<Hash32> own = levels.get(level);
        byte[] bytes = new byte[own.size() * Hash32.BYTES];
        for (int i = 0; i < own.size(); i++) {
            own.get(i).copyTo(bytes, i * Hash32.BYTES);
        }
        write(new Tile(level, written.get(level), own.size()).path(), bytes);
        return bytes;
    }

    private void write(String path, byte[] bytes) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(DurableFiles.directoryOf(file));
        Files.write(file, bytes);
    }
}
