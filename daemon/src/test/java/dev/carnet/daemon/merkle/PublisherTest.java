package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.audit.PublishedFiles;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.transport.StaticFile;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PublisherTest {
    private static final Instant TIME = Instant.parse("2026-11-25T10:00:30Z");

    @TempDir
    Path temp;

    private final AtomicInteger signatures = new AtomicInteger();
    private final List<Throwable> fatal = Collections.synchronizedList(new ArrayList<>());
    private final Watching witnesses = new Watching();
    private LedgerFixture fixture;
    private Publisher publisher;

    /** Witnesses that say what the test wants. */
    private static final class Watching implements Witnesses {
        volatile Optional<String> silence = Optional.empty();
        volatile boolean needed;
        volatile String demanded = "";
        final List<SignedCheckpoint> told = Collections.synchronizedList(new ArrayList<>());

        @Override
        public Optional<String> silence() {
            return silence;
        }

        @Override
        public void signed(SignedCheckpoint note) {
            told.add(note);
        }

        @Override
        public boolean demanded(NoteSignature line) {
            return line.name().equals(demanded);
        }

        @Override
        public Optional<String> missing(SignedCheckpoint note) {
            return needed && note.signatures().size() < 4 ? Optional.of("w has not cosigned") : Optional.empty();
        }
    }

    @BeforeEach
    void open() {
        fixture = LedgerFixture.open(temp);
        publisher = publisher();
    }

    private Publisher publisher() {
        return new Publisher(
                MerkleLog.open(temp.resolve("ledger"), fixture.store, fixture.ledger, checkpoint -> {
                    signatures.incrementAndGet();
                    return fixture.ledger.keys().signLog(checkpoint, TIME);
                }),
                fixture.ledger,
                witnesses,
                fatal::add);
    }

    @AfterEach
    void close() {
        publisher.close();
        fixture.close();
        assertThat(fatal).isEmpty();
    }

    private Recorded record(int n) {
        return fixture.ledger.record(
                new EntryKey("%032x".formatted(n), "source", Predicate.TRANSFER_INTENT, 0),
                () -> new Dsse(("entry " + n).getBytes(UTF_8), List.of(new Dsse.Signature("ab".repeat(32), new byte[] {1
                        })))
                        .encode(),
                (tx, recorded) -> {});
    }

    private CountDownLatch covered(Recorded entry) {
        CountDownLatch covered = new CountDownLatch(1);
        publisher.whenCovers(entry.sequence(), covered::countDown);
        return covered;
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        while (!holds.getAsBoolean()) {
            Thread.sleep(10);
        }
    }

    /** As anybody reads it. */
    private Optional<SignedCheckpoint> there() {
        try {
            return Optional.of(SignedCheckpoint.parse(Files.readAllBytes(temp.resolve("ledger/checkpoint"))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long published() {
        return there().map(note -> note.checkpoint().size()).orElse(0L);
    }

    @Test
    void who_waits_for_an_entry_is_told_when_the_published_log_covers_it() throws InterruptedException {
        publisher.start();
        Recorded entry = record(1);
        covered(entry).await();
        assertThat(published()).isGreaterThan(entry.sequence());
        assertThat(covered(entry).getCount()).as("at once, now").isZero();
    }

    @Test
    void a_burst_costs_few_log_checkpoints() throws InterruptedException {
        publisher.start();
        covered(record(0)).await();
        int before = signatures.get();
        List<Long> times = new ArrayList<>(List.of(System.nanoTime()));
        for (int i = 1; i <= 200 || times.getLast() - times.getFirst() < TimeUnit.SECONDS.toNanos(3); i++) {
            var _ = covered(record(i));
            times.add(System.nanoTime());
        }
        int during = signatures.get() - before;
        covered(record(100_000)).await();
        assertThat(published()).isEqualTo(fixture.ledger.size());
        long allowed = 2 + TimeUnit.NANOSECONDS.toSeconds(times.getLast() - times.getFirst()) / 2;
        for (int i = 1; i < times.size(); i++) {
            long pause = TimeUnit.NANOSECONDS.toMillis(times.get(i) - times.get(i - 1));
            allowed += pause < 80 ? 0 : 1 + pause / 50; // a slow disk is the end of a burst
        }
        assertThat((long) during).as("signed every other second").isLessThanOrEqualTo(allowed);
    }

    @Test
    void nothing_is_signed_while_the_witnesses_are_silent() throws InterruptedException {
        witnesses.silence = Optional.of("w has not answered");
        publisher.start();
        CountDownLatch covered = covered(record(1));
        assertThat(covered.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(signatures).hasValue(0);
        assertThat(publisher.waitingFor()).contains("w has not answered");
        witnesses.silence = Optional.empty();
        publisher.wake();
        covered.await();
    }

    @Test
    void nothing_is_published_before_the_cosignatures_are_there_and_then_it_is_with_them() throws InterruptedException {
        witnesses.needed = true;
        publisher.start();
        CountDownLatch covered = covered(record(1));
        eventually(() -> !witnesses.told.isEmpty());
        assertThat(covered.await(500, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(published()).isZero();
        assertThat(publisher.waitingFor()).contains("w has not cosigned");
        SignedCheckpoint note = witnesses.told.getLast();
        List<NoteSignature> lines = fixture.ledger.keys().cosign("w", note.checkpoint(), TIME);
        publisher.cosigned(
                new dev.carnet.proto.log.LogCheckpoint(
                        note.checkpoint().origin(),
                        note.checkpoint().size() + 1,
                        note.checkpoint().root()),
                lines);
        assertThat(covered.await(300, TimeUnit.MILLISECONDS))
                .as("of another one")
                .isFalse();
        publisher.cosigned(note.checkpoint(), lines);
        if (!covered.await(5, TimeUnit.SECONDS)) { // the entry came after that log checkpoint
            SignedCheckpoint next = witnesses.told.getLast();
            publisher.cosigned(next.checkpoint(), fixture.ledger.keys().cosign("w", next.checkpoint(), TIME));
            covered.await();
        }
        assertThat(published()).isPositive();
    }

    /** Entries come all the time, and a witness takes long: what it cosigns must not be overtaken by then. */
    @Test
    void a_slow_witness_is_waited_for() throws InterruptedException {
        witnesses.needed = true;
        CountDownLatch covered = covered(record(0));
        publisher.start();
        eventually(() -> !witnesses.told.isEmpty());
        for (int i = 1; i <= 22; i++) {
            record(i);
            Thread.sleep(500);
        }
        assertThat(witnesses.told).hasSize(1);
        SignedCheckpoint note = witnesses.told.getLast();
        publisher.cosigned(note.checkpoint(), fixture.ledger.keys().cosign("w", note.checkpoint(), TIME));
        covered.await();
    }

    /** What is built and signed lies on disk; who reads the ledger gets none of it before its quorum has cosigned. */
    @Test
    void what_is_held_back_is_not_served() throws Exception {
        PublishedFiles served = new PublishedFiles(temp.resolve("ledger"));
        witnesses.needed = true;
        publisher.start();
        for (int i = 0; i < 300; i++) {
            record(i);
        }
        publisher.close(); // signs all of it
        assertThat(publisher.waitingFor()).contains("w has not cosigned");
        assertThat(tiles()).contains("tile/entries/000", "tile/0/000");
        for (String path : tiles()) {
            assertThat(served.open("/" + path)).as(path).isEmpty();
        }
        witnesses.needed = false;
        publisher = publisher();
        publisher.start();
        eventually(() -> published() == fixture.ledger.size());
        for (Tile tile : Tile.added(0, published())) {
            try (StaticFile file = served.open("/" + tile.path()).orElseThrow()) {
                assertThat(file.bytes()).isPositive();
            }
        }
    }

    private List<String> tiles() throws IOException {
        Path ledger = temp.resolve("ledger");
        try (Stream<Path> all = Files.walk(ledger.resolve("tile"))) {
            return all.filter(Files::isRegularFile)
                    .map(file -> ledger.relativize(file).toString())
                    .toList();
        }
    }

    /** Anybody may be a witness, and a peer cosigns again in each session. */
    @Test
    void many_witnesses_and_many_sessions_do_not_fill_the_note() throws InterruptedException {
        publisher.start();
        Recorded entry = record(1);
        covered(entry).await();
        eventually(() -> published() == fixture.ledger.size());
        SignedCheckpoint note = witnesses.told.getLast();
        for (int session = 0; session < 50; session++) {
            publisher.cosigned(
                    note.checkpoint(),
                    fixture.ledger.keys().cosign("again", note.checkpoint(), TIME.plusSeconds(session)));
        }
        for (int i = 0; i < 70; i++) {
            publisher.cosigned(note.checkpoint(), fixture.ledger.keys().cosign("w" + i, note.checkpoint(), TIME));
        }
        witnesses.demanded = "last";
        publisher.cosigned(note.checkpoint(), fixture.ledger.keys().cosign("last", note.checkpoint(), TIME));
        eventually(() -> {
            SignedCheckpoint there = there().orElseThrow();
            return there.signatures().stream()
                                    .filter(line -> line.name().equals("last"))
                                    .count()
                            == 2
                    && there.signatures().stream()
                                    .filter(line -> line.name().equals("again"))
                                    .count()
                            == 2
                    && there.signatures().size() <= 34;
        });
    }

    @Test
    void what_nobody_waits_for_is_published_at_the_end() {
        publisher.start();
        record(1);
        publisher.close();
        assertThat(published()).isEqualTo(fixture.ledger.size());
    }
}
