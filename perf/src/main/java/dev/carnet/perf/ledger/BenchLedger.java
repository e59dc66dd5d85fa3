package dev.carnet.perf.ledger;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Ledgers;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.merkle.Publisher;
import dev.carnet.daemon.merkle.Witnesses;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.ledger.Predicate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A daemon's ledger in a fresh state directory, as the daemon opens it; followed by its Merkle log, or not. */
final class BenchLedger implements AutoCloseable {
    private final Store store;
    private final Ledger ledger;
    private final Optional<Publisher> publisher;
    private final AtomicInteger number = new AtomicInteger();

    private BenchLedger(Store store, Ledger ledger, Optional<Publisher> publisher) {
        this.store = store;
        this.ledger = ledger;
        this.publisher = publisher;
    }

    static BenchLedger open(Path folder, boolean followed) throws IOException {
        Files.createDirectories(folder);
        BenchLeaf leaf = BenchLeaf.make(folder);
        Path state = folder.resolve("state");
        Store store = LmdbStore.open(state.resolve("db"));
        Ledger ledger = Ledgers.open(state, store, Optional.empty(), leaf, Clock.systemUTC(), new SecureRandom());
        if (!followed) {
            return new BenchLedger(store, ledger, Optional.empty());
        }
        MerkleLog log = MerkleLog.open(
                state.resolve("ledger"),
                store,
                ledger,
                body -> ledger.keys().signLog(body, Clock.systemUTC().instant()));
        Publisher publisher = new Publisher(log, ledger, Witnesses.NONE, BenchLedger::fatal);
        publisher.start();
        return new BenchLedger(store, ledger, Optional.of(publisher));
    }

    private static void fatal(Throwable why) {
        throw new IllegalStateException("the log has failed", why);
    }

    Ledger ledger() {
        return ledger;
    }

    /** One entry more, durable when this returns; whoever wants its proof waits for the log besides. */
    void append(Entries entries) {
        int mine = number.incrementAndGet();
        EntryKey key = new EntryKey(String.format(Locale.ROOT, "%032x", mine), "self", Predicate.POSSESSION, 0);
        Recorded recorded = ledger.record(key, () -> entries.signed(ledger.keys(), mine), (_, _) -> {});
        publisher.ifPresent(log -> log.whenCovers(recorded.sequence(), () -> {}));
    }

    /** Until all that counts is published. */
    void settle() throws InterruptedException {
        if (publisher.isPresent()) {
            CountDownLatch covered = new CountDownLatch(1);
            publisher.get().whenCovers(ledger.size() - 1, covered::countDown);
            covered.await();
        }
    }

    @Override
    public void close() {
        publisher.ifPresent(Publisher::close);
        ledger.close();
        store.close();
    }
}
