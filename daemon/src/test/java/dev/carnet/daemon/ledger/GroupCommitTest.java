package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.envelope;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Tx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Entries that are wanted at the same time. */
@Timeout(60)
class GroupCommitTest {
    @TempDir
    Path temp;

    private Counting store;
    private Ledger ledger;
    private final CountDownLatch first = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());

    /** Counts commits. */
    private static final class Counting implements Store {
        private final Store store;
        private final AtomicInteger commits = new AtomicInteger();

        Counting(Store store) {
            this.store = store;
        }

        @Override
        public <T> T write(Function<Tx, T> work) {
            T result = store.write(work);
            commits.incrementAndGet();
            return result;
        }

        @Override
        public <T> T read(Function<ReadTx, T> work) {
            return store.read(work);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @BeforeEach
    void open() {
        store = new Counting(LmdbStore.open(temp.resolve("db")));
        ledger = Ledgers.open(
                temp, store, Optional.empty(), LedgerFixture.LEAF, LedgerFixture.CLOCK, new SecureRandom(), 0);
    }

    @AfterEach
    void close() {
        ledger.close();
        store.close();
    }

    /** The first one is being built until all others wait. */
    private void allAtOnce(Runnable... others) throws InterruptedException {
        CountDownLatch building = new CountDownLatch(1);
        start(() -> ledger.record(
                key(0),
                () -> {
                    building.countDown();
                    await(first);
                    return envelope("first");
                },
                (tx, recorded) -> {}));
        building.await();
        for (Runnable other : others) {
            Thread thread = start(other);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        first.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private Thread start(Runnable work) {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        });
        threads.add(thread);
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Runnable recording(int n) {
        return () -> ledger.record(key(n), () -> envelope("entry " + n), (tx, recorded) -> {});
    }

    @Test
    void those_that_wait_share_two_commits() throws InterruptedException {
        long size = ledger.size();
        int commits = store.commits.get();
        Runnable[] many = new Runnable[40];
        for (int i = 0; i < many.length; i++) {
            many[i] = recording(i + 1);
        }
        allAtOnce(many);
        assertThat(thrown).isEmpty();
        assertThat(ledger.size()).isEqualTo(size + 41);
        assertThat(store.commits.get() - commits).isEqualTo(4);
        for (int i = 1; i <= 40; i++) {
            assertThat(ledger.find(key(i)).orElseThrow().envelope()).isEqualTo(envelope("entry " + i));
        }
    }

    @Test
    void what_fails_for_one_is_no_matter_of_the_others() throws InterruptedException {
        IllegalStateException cannotBuild = new IllegalStateException("cannot build");
        IllegalStateException cannotGoOn = new IllegalStateException("cannot go on");
        AtomicInteger asked = new AtomicInteger();
        allAtOnce(
                recording(1),
                () -> ledger.record(
                        key(2),
                        () -> {
                            throw cannotBuild;
                        },
                        (tx, recorded) -> {}),
                () -> ledger.record(key(3), () -> envelope("entry 3"), (tx, recorded) -> {
                    throw cannotGoOn;
                }),
                () -> ledger.record(key(4), () -> envelope("entry 4"), (tx, recorded) -> asked.incrementAndGet()));
        assertThat(thrown).containsExactlyInAnyOrder(cannotBuild, cannotGoOn);
        assertThat(ledger.find(key(1))).isPresent();
        assertThat(ledger.find(key(2))).isEmpty();
        assertThat(ledger.find(key(3))).as("it counts all the same").isPresent();
        assertThat(ledger.find(key(4))).isPresent();
        assertThat(asked.get()).isPositive();
    }

    @Test
    void two_that_want_the_same_entry_get_the_same_one() throws InterruptedException {
        List<Recorded> got = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger built = new AtomicInteger();
        Runnable one = () -> got.add(
                ledger.record(key(1), () -> envelope("build " + built.incrementAndGet()), (tx, recorded) -> {}));
        long size = ledger.size();
        allAtOnce(one, one, recording(2));
        assertThat(thrown).isEmpty();
        assertThat(built).hasValue(1);
        assertThat(got).hasSize(2);
        assertThat(got.get(0).sequence()).isEqualTo(got.get(1).sequence());
        assertThat(ledger.size()).isEqualTo(size + 3);
    }
}
