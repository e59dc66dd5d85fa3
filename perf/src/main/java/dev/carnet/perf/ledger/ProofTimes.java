package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;

import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import dev.carnet.proto.log.TileHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** How long proofs take out of a large ledger, at places drawn by a seed. The files are in the page cache, or not: that is as it comes. */
final class ProofTimes {
    private static final long SEED = 5;
    private final Path ledger;
    private final SignedCheckpoint note;
    private final LogCheckpoint body;
    private final int count;

    ProofTimes(Path ledger, int count) throws IOException {
        this.ledger = ledger;
        this.note = SignedCheckpoint.parse(Files.readAllBytes(ledger.resolve("checkpoint")));
        this.body = note.checkpoint();
        this.count = count;
    }

    /** Makes one proof. */
    @FunctionalInterface
    private interface Proof {
        List<Hash32> at(long place) throws Broken;
    }

    void run() throws Broken {
        say("proofs    of a log of %d entries, %d each; microseconds", body.size(), count);
        say("");
        say("%-34s %8s %8s %8s", "", "p50", "p99", "most");
        for (int warm = 0; warm < 2; warm++) {
            boolean told = warm > 0;
            measure(told, "inclusion, no tile in memory", place -> Proofs.inclusion(place, body.size(), fresh()));
            measure(told, "consistency, no tile in memory", place -> Proofs.consistency(place, body.size(), fresh()));
            TileHashes kept = fresh();
            measure(told, "inclusion, 64 tiles kept", place -> Proofs.inclusion(place, body.size(), kept));
            measure(told, "consistency, 64 tiles kept", place -> Proofs.consistency(place, body.size(), kept));
            measure(
                    told,
                    "entry read, proved and checked",
                    place -> LedgerView.at(new DirectoryFiles(ledger), note)
                            .prove(place)
                            .hashes());
        }
    }

    private TileHashes fresh() {
        return new TileHashes(body.size(), this::read);
    }

    private byte[] read(Tile tile) {
        try {
            return Files.readAllBytes(ledger.resolve(tile.path()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void measure(boolean told, String name, Proof proof) throws Broken {
        Random random = new Random(SEED);
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long place = 1 + random.nextLong(body.size() - 1);
            long start = System.nanoTime();
            List<Hash32> hashes = proof.at(place);
            nanos[i] = System.nanoTime() - start;
            if (hashes.isEmpty()) {
                throw new IllegalStateException("an empty proof at " + place);
            }
        }
        if (told) {
            say(
                    "%-34s %8.0f %8.0f %8.0f",
                    name,
                    Figures.percentile(nanos, 0.5) / 1e3,
                    Figures.percentile(nanos, 0.99) / 1e3,
                    Figures.percentile(nanos, 1) / 1e3);
        }
    }
}
