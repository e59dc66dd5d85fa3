package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.envelope;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door's contract, against the real thing. */
class LedgerTest {
    private static final byte[] MARK = "mark".getBytes(UTF_8);

    @TempDir
    Path directory;

    LedgerFixture daemon;

    @BeforeEach
    void open() {
        daemon = LedgerFixture.open(directory);
    }

    @AfterEach
    void close() {
        daemon.close();
    }

    private void restart() {
        daemon.close();
        open();
    }

    @Test
    void an_entry_is_on_record_with_its_number_bytes_and_digest() {
        var first = daemon.ledger.size();
        var recorded = daemon.record(1);
        assertThat(recorded.sequence()).isEqualTo(first);
        assertThat(recorded.envelope()).isEqualTo(envelope("entry 1"));
        assertThat(recorded.payloadDigest())
                .isEqualTo(Dsse.parse(envelope("entry 1")).payloadDigest());
        restart();
        assertThat(daemon.ledger.size()).isEqualTo(first + 1);
        assertThat(daemon.ledger.find(key(1)).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(recorded);
        assertThat(daemon.ledger.find(key(2))).isEmpty();
    }

    @Test
    void the_same_key_is_recorded_once_and_built_once() {
        var builds = new AtomicInteger();
        var runs = new AtomicInteger();
        for (var i = 0; i < 3; i++) {
            var recorded = daemon.ledger.record(
                    key(1), () -> envelope("build " + builds.incrementAndGet()), (tx, r) -> runs.incrementAndGet());
            assertThat(recorded.envelope()).isEqualTo(envelope("build 1"));
            restart();
        }
        assertThat(builds).hasValue(1);
        assertThat(runs).hasValue(3);
    }

    @Test
    void then_runs_in_the_commit_that_makes_the_entry_count() {
        daemon.ledger.record(key(1), () -> envelope("x"), (tx, recorded) -> {
            tx.put(Table.TRANSFERS, MARK, recorded.payloadDigest().getBytes(UTF_8));
            assertThat(daemon.ledger.find(key(1))).as("not yet committed").isEmpty();
        });
        assertThat(daemon.store.<byte[]>read(tx -> tx.get(Table.TRANSFERS, MARK).orElseThrow()))
                .isEqualTo(Dsse.parse(envelope("x")).payloadDigest().getBytes(UTF_8));
    }

    @Test
    void what_then_throws_is_thrown_on_and_the_entry_stays() {
        var mine = new IllegalStateException("mine");
        for (var again : List.of(false, true)) {
            assertThatThrownBy(() -> daemon.ledger.record(key(1), () -> envelope("x"), (tx, recorded) -> {
                        tx.put(Table.TRANSFERS, MARK, MARK);
                        throw mine;
                    }))
                    .isSameAs(mine);
            assertThat(marked()).isFalse();
            if (again) {
                restart();
            }
        }
        daemon.record(2);
        daemon.ledger.record(key(1), () -> fail(), (tx, recorded) -> tx.put(Table.TRANSFERS, MARK, MARK));
        assertThat(marked()).isTrue();
        assertThat(daemon.ledger.find(key(1)).orElseThrow().sequence())
                .isLessThan(daemon.ledger.find(key(2)).orElseThrow().sequence());
    }

    private boolean marked() {
        return daemon.store.<Boolean>read(tx -> tx.get(Table.TRANSFERS, MARK).isPresent());
    }

    private static byte[] fail() {
        throw new AssertionError("built a second time");
    }

    @Test
    void an_entry_that_cannot_be_built_leaves_nothing() {
        var before = daemon.ledger.size();
        assertThatThrownBy(() -> daemon.ledger.record(key(1), () -> "{}".getBytes(UTF_8), (tx, r) -> {}))
                .isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> daemon.ledger.record(key(1), LedgerTest::fail, (tx, r) -> {}))
                .isInstanceOf(AssertionError.class);
        assertThat(daemon.ledger.size()).isEqualTo(before);
        daemon.record(1);
        assertThat(daemon.ledger.size()).isEqualTo(before + 1);
    }

    @Test
    void building_may_not_record_another_entry() {
        assertThatThrownBy(() ->
                        daemon.ledger.record(key(1), () -> daemon.record(2).envelope(), (tx, r) -> {}))
                .isInstanceOf(IllegalStateException.class);
        daemon.record(3);
    }

    @Test
    void keys_have_a_form() {
        for (var bad : List.of("", "Upper", "a\0b", "x".repeat(129))) {
            assertThatThrownBy(() ->
                            daemon.ledger.find(new EntryKey(bad, "self", dev.carnet.proto.ledger.Predicate.SEAL, 0)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(
                        () -> daemon.ledger.find(new EntryKey("a", "peer", dev.carnet.proto.ledger.Predicate.SEAL, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void entries_are_given_in_order_from_anywhere() {
        var first = (int) daemon.ledger.size();
        for (var i = 0; i < 20; i++) {
            daemon.record(i);
        }
        assertThat(daemon.ledger.entries(first + 5, 3))
                .extracting(Recorded::sequence)
                .containsExactly(first + 5L, first + 6L, first + 7L);
        assertThat(daemon.ledger.entries(0, Integer.MAX_VALUE)).hasSize(first + 20);
        assertThat(daemon.ledger.entries(first + 20, 1)).isEmpty();
        assertThat(daemon.ledger.entries(0, 0)).isEmpty();
        assertThat(daemon.ledger.entries(first, 1).getFirst().envelope()).isEqualTo(envelope("entry 0"));
        List<byte[]> all = daemon.ledger.entries(0, Integer.MAX_VALUE).stream()
                .map(Recorded::envelope)
                .toList();
        assertThat(daemon.ledger.envelopes(first + 5, 3)).containsExactlyElementsOf(all.subList(first + 5, first + 8));
        assertThat(daemon.ledger.envelopes(0, Integer.MAX_VALUE)).containsExactlyElementsOf(all);
        assertThat(daemon.ledger.envelopes(first + 20, 1)).isEmpty();
        assertThat(daemon.ledger.envelopes(0, 0)).isEmpty();
    }

    @Test
    void many_threads_record_each_key_once() throws Exception {
        var first = daemon.ledger.size();
        var builds = new AtomicInteger();
        try (var platform = Executors.newFixedThreadPool(4);
                var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<java.util.concurrent.Future<?>>();
            for (var t = 0; t < 6; t++) {
                Callable<Void> work = () -> {
                    for (var i = 0; i < 10; i++) {
                        var n = i;
                        var recorded = daemon.ledger.record(
                                key(n),
                                () -> envelope("entry " + n + " build " + builds.incrementAndGet()),
                                (tx, r) -> {});
                        assertThat(daemon.ledger.find(key(n)).orElseThrow().envelope())
                                .isEqualTo(recorded.envelope());
                    }
                    return null;
                };
                tasks.add((t % 2 == 0 ? platform : virtual).submit(work));
            }
            for (var task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(daemon.ledger.size()).isEqualTo(first + 10);
        assertThat(builds).hasValue(10);
        restart();
        assertThat(daemon.ledger.size()).isEqualTo(first + 10);
    }

    @Test
    void an_interrupt_neither_breaks_the_journal_nor_is_lost() {
        Thread.currentThread().interrupt();
        daemon.record(1);
        assertThat(Thread.interrupted()).isTrue();
        daemon.record(2);
        restart();
        assertThat(daemon.ledger.find(key(1))).isPresent();
    }

    @Test
    void the_largest_entries_fill_several_files() {
        var text = "x".repeat(Limits.ENTRY_BYTES_MAX * 3 / 4 - 300);
        for (var i = 0; i < 200; i++) {
            var n = i;
            daemon.ledger.record(key(n), () -> envelope(text + n), (tx, r) -> {});
        }
        assertThat(Files.exists(directory.resolve("ledger/journal/20261125-1001.cq4")))
                .isTrue();
        restart();
        for (var i = 0; i < 200; i += 50) {
            assertThat(daemon.ledger.find(key(i)).orElseThrow().envelope()).isEqualTo(envelope(text + i));
        }
        assertThat(daemon.ledger.entries(0, 1_000).size()).as("4 MiB of them").isBetween(100, 150);
    }

    @Test
    void blobs_are_kept_by_digest() throws Exception {
        var content = "blob".getBytes(UTF_8);
        var digest = daemon.ledger.blob(content);
        assertThat(daemon.ledger.blob(content)).isEqualTo(digest);
        restart();
        assertThat(daemon.ledger.blob(digest, 4)).hasValue(content);
        assertThat(daemon.ledger.blob("0".repeat(64), 4)).isEmpty();
        assertThatThrownBy(() -> daemon.ledger.blob(digest, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> daemon.ledger.blob("../" + digest, 3)).isInstanceOf(IllegalArgumentException.class);
        try (var files = Files.list(directory.resolve("ledger/blobs/sha256"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .contains(digest)
                    .noneMatch(f -> f.endsWith(".tmp"));
        }
    }

    @Test
    void a_blob_that_is_not_what_its_name_says_is_a_stop() throws Exception {
        var content = "blob".getBytes(UTF_8);
        var file = directory.resolve("ledger/blobs/sha256/" + daemon.ledger.blob(content));
        Files.writeString(file, "blub");
        assertThatThrownBy(() -> daemon.ledger.blob(content))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> daemon.ledger.blob(file.getFileName().toString(), 100))
                .isInstanceOf(LedgerException.class);
        assertThat(file).hasContent("blub");
    }

    @Test
    void two_ledgers_on_one_directory_are_refused() {
        assertThatThrownBy(() -> Ledgers.open(
                        directory,
                        daemon.store,
                        Optional.empty(),
                        LedgerFixture.LEAF,
                        LedgerFixture.CLOCK,
                        new java.security.SecureRandom()))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("in use by another process");
    }

    @Test
    void room_is_kept_in_reserve() {
        daemon.close();
        daemon = LedgerFixture.open(directory, LedgerFixture.LEAF, Optional.empty(), 1L << 60);
        assertThatThrownBy(() -> daemon.record(1))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("in reserve");
        restart();
        daemon.record(1);
    }

    @Test
    void a_closed_ledger_says_so() {
        daemon.ledger.close();
        assertThatThrownBy(() -> daemon.record(1)).isInstanceOf(IllegalStateException.class);
    }
}
