package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.envelope;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.state.ForkedJvm;
import dev.carnet.daemon.state.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that dies between any two durable steps of an entry. */
class LedgerCrashTest {
    private static final byte[] MARK = {1};

    @TempDir
    Path directory;

    private Path state() {
        return directory.resolve("state");
    }

    /** Records entry 1, if it lives that long. */
    public static final class Recorder {
        private Recorder() {}

        public static void main(String[] args) {
            try (var daemon = LedgerFixture.open(Path.of(args[0]))) {
                daemon.ledger.record(
                        key(1), () -> envelope("first " + args[1]), (tx, r) -> tx.put(Table.TRANSFERS, MARK, MARK));
                System.out.println("recorded");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LEDGER_.*", mode = EnumSource.Mode.MATCH_ALL)
    void a_crash_leaves_one_entry_with_the_bytes_first_built(FailPoint point) throws Exception {
        LedgerFixture.open(state()).close(); // keys are bound: what follows is entry 1 alone
        var ended = ForkedJvm.run(
                directory.resolve("output"),
                List.of("-Dcarnet.failpoint=" + point),
                Recorder.class,
                state().toString(),
                "time");
        assertThat(ended.status()).as(ended.output()).isEqualTo(FailPoint.EXIT_STATUS);
        assertThat(ended.output()).doesNotContain("recorded");

        try (var daemon = LedgerFixture.open(state())) {
            var counts = point != FailPoint.LEDGER_OUTBOX_STORED;
            var ran = point == FailPoint.LEDGER_COMMITTED;
            assertThat(daemon.ledger.size()).isEqualTo(counts ? 2 : 1);
            assertThat(daemon.ledger.find(key(1)).isPresent()).isEqualTo(counts);
            assertThat(daemon.store.<Boolean>read(
                            tx -> tx.get(Table.TRANSFERS, MARK).isPresent()))
                    .isEqualTo(ran);

            var runs = new AtomicInteger();
            var recorded = daemon.ledger.record(
                    key(1),
                    () -> {
                        throw new AssertionError("built a second time");
                    },
                    (tx, r) -> runs.incrementAndGet());
            assertThat(recorded.envelope()).isEqualTo(envelope("first time"));
            assertThat(runs).hasValue(1);
            daemon.record(2);
        }
        try (var daemon = LedgerFixture.open(state())) {
            assertThat(daemon.ledger.size()).isEqualTo(3);
            assertThat(daemon.ledger.entries(1, 10))
                    .extracting(Recorded::envelope)
                    .containsExactly(envelope("first time"), envelope("entry 2"));
            assertThat(daemon.store.<Boolean>read(tx -> {
                        var empty = new AtomicInteger();
                        tx.scan(Table.OUTBOX, new byte[0], (k, v) -> empty.incrementAndGet() > 0);
                        return empty.get() == 0;
                    }))
                    .as("the outbox is empty")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LEDGER_JOURNAL_APPENDED")
    void the_very_first_start_may_crash_too(FailPoint point) throws Exception {
        var ended = ForkedJvm.run(
                directory.resolve("output"),
                List.of("-Dcarnet.failpoint=" + point),
                Recorder.class,
                state().toString(),
                "time");
        assertThat(ended.status()).as(ended.output()).isEqualTo(FailPoint.EXIT_STATUS);
        var again = ForkedJvm.run(directory.resolve("output"), List.of(), Recorder.class, state().toString(), "time");
        // another process has another test certificate; the binding is the first one's all the same
        assertThat(again.status()).as(again.output()).isZero();
        try (var daemon = LedgerFixture.open(state())) {
            assertThat(daemon.ledger.size()).isEqualTo(2);
        }
    }

    /** Dies inside the queue, with a record begun and not finished. */
    public static final class HalfAppender {
        private HalfAppender() {}

        public static void main(String[] args) throws Exception {
            var directory = Path.of(args[0]);
            var cycle = new CycleFiles(directory, ChronicleJournal.FILE_BYTES)
                    .cycles()
                    .getLast();
            try (var queue = ChronicleJournal.builder(directory, () -> ChronicleJournal.millis(cycle))
                            .build();
                    var appender = queue.createAppender();
                    var document = appender.writingDocument()) {
                document.wire().bytes().write(new byte[5_000]);
                Runtime.getRuntime().halt(FailPoint.EXIT_STATUS);
            }
        }
    }

    @Test
    void a_record_that_was_never_finished_is_as_if_it_had_not_been_begun() throws Exception {
        try (var daemon = LedgerFixture.open(state())) {
            daemon.record(1);
        }
        var journal = state().resolve("ledger/journal");
        var ended = ForkedJvm.run(directory.resolve("output"), List.of(), HalfAppender.class, journal.toString());
        assertThat(ended.status()).as(ended.output()).isEqualTo(FailPoint.EXIT_STATUS);
        var begin = System.nanoTime();
        try (var daemon = LedgerFixture.open(state())) {
            assertThat(daemon.ledger.size()).isEqualTo(2);
            daemon.record(2);
            daemon.record(3);
        }
        try (var daemon = LedgerFixture.open(state())) {
            assertThat(daemon.ledger.size()).isEqualTo(4);
            assertThat(daemon.ledger.find(key(3)).orElseThrow().envelope()).isEqualTo(envelope("entry 3"));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("nobody is waited for")
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_file_that_was_made_and_never_begun_is_made_again() throws Exception {
        try (var daemon = LedgerFixture.open(state())) {
            daemon.record(1);
        }
        var files = new CycleFiles(state().resolve("ledger/journal"), ChronicleJournal.FILE_BYTES);
        files.create(CycleFiles.next(files.cycles().getLast(), LedgerFixture.CLOCK.instant()));
        try (var daemon = LedgerFixture.open(state())) {
            daemon.record(2);
        }
        assertThat(files.cycles()).hasSize(1);
    }

    /** Opens, records and closes with a home and a temporary directory of its own. */
    @Test
    void nothing_is_left_outside_the_state_directory_and_no_thread_holds_the_process() throws Exception {
        var home = Files.createDirectories(directory.resolve("home"));
        var temporary = Files.createDirectories(directory.resolve("tmp"));
        var ended = ForkedJvm.run(
                directory.resolve("output"),
                List.of("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary),
                Recorder.class,
                state().toString(),
                "time");
        assertThat(ended.status()).as(ended.output()).isZero();
        assertThat(home).isEmptyDirectory();
        assertThat(temporary).isEmptyDirectory();
        assertThat(ended.output().lines().filter(l -> !l.startsWith("WARNING: Using incubator")))
                .as("no banner")
                .containsExactly("recorded");
    }
}
