package dev.carnet.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.Predicate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FsckTest {
    private static final int ENTRIES = 300;

    @TempDir
    static Path made;

    @TempDir
    Path temp;

    private Path state;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void copyIt() throws IOException {
        state = temp.resolve("state");
        try (Stream<Path> all = Files.walk(made)) {
            for (Path path : all.toList()) {
                Files.copy(path, state.resolve(made.relativize(path).toString()));
            }
        }
    }

    @BeforeAll
    static void make() {
        try (LedgerFixture fixture = LedgerFixture.open(made)) {
            MerkleLog log = log(made, fixture);
            Optional<String> previous = Optional.empty();
            for (int i = 1; i < ENTRIES; i++) {
                previous = Optional.of(change(fixture, i, previous));
            }
            log.advance();
        }
    }

    private static MerkleLog log(Path state, LedgerFixture fixture) {
        return MerkleLog.open(
                state.resolve("ledger"),
                fixture.store,
                fixture.ledger,
                body -> fixture.ledger.keys().signLog(body, Instant.parse("2026-11-25T10:00:30Z")));
    }

    /** @return the policy's digest */
    private static String change(LedgerFixture fixture, int number, Optional<String> previous) {
        String digest = fixture.ledger.blob(("policy " + number).getBytes(UTF_8));
        Change change = new Change(
                Predicate.POLICY_CHANGE,
                LedgerFixture.ID,
                fixture.ledger.origin(),
                Instant.parse("2026-11-25T10:00:30Z"),
                digest,
                previous);
        fixture.ledger.record(
                new EntryKey("daemon", "self", Predicate.POLICY_CHANGE, number),
                () -> fixture.ledger.keys().sign(change.payload()),
                (tx, recorded) -> {});
        return digest;
    }

    private boolean fsck() {
        return Fsck.run(state, Clock.systemUTC(), new PrintStream(said, true, UTF_8));
    }

    private String said() {
        return said.toString(UTF_8);
    }

    private void flip(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void what_a_daemon_left_fits() {
        assertThat(fsck()).as(said()).isTrue();
        assertThat(said())
                .contains(ENTRIES + " entries count, " + ENTRIES + " of them are in the log, " + ENTRIES + " blobs");
        assertThat(fsck()).as("it has changed nothing").isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "tile/entries/000, 5000",
        "tile/entries/001.p/44, 700",
        "tile/0/000, 40",
        "tile/0/001.p/44, 3",
        "tile/1/000.p/1, 9"
    })
    void a_bit_of_the_log_is_found_in_its_file(String file, int offset) throws IOException {
        flip(state.resolve("ledger").resolve(file), offset);
        assertThat(fsck()).isFalse();
        assertThat(said()).contains("does not fit: " + file + ": ");
    }

    /** A daemon that has met a witness who knew more does not start again on this state, and fsck does not call it good. */
    @Test
    void a_state_that_was_found_to_be_an_older_copy_is_told() {
        try (Store store = LmdbStore.open(state.resolve("db"))) {
            store.update(tx -> tx.put(Table.META, "merkle-restored".getBytes(UTF_8), "an older copy".getBytes(UTF_8)));
        }
        assertThat(fsck()).isFalse();
        assertThat(said()).contains("does not fit: state database: an older copy", "One thing does not fit");
    }

    /** The log is built further than it is published: nobody has cosigned. */
    @Test
    void a_partial_tile_of_what_is_published_is_missed_although_a_wider_one_is_there() throws IOException {
        try (LedgerFixture fixture = LedgerFixture.open(state)) {
            change(fixture, ENTRIES, Optional.empty());
            assertThat(log(state, fixture).sign().checkpoint().size()).isEqualTo(ENTRIES + 1);
        }
        assertThat(fsck()).as(said()).isTrue();
        flip(state.resolve("ledger/tile/entries/001.p/44"), 700);
        Files.delete(state.resolve("ledger/tile/0/001.p/44"));
        assertThat(fsck()).isFalse();
        assertThat(said())
                .contains("does not fit: tile/entries/001.p/44: ")
                .contains("does not fit: tile/0/001.p/44: it is not there")
                .contains("2 things do not fit");
    }

    @Test
    void a_bit_of_the_journal_is_found() throws IOException {
        Path journal;
        try (Stream<Path> files = Files.list(state.resolve("ledger/journal"))) {
            journal = files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(journal);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("payloadType", 60_000);
        flip(journal, at);
        assertThat(fsck()).isFalse();
        assertThat(said()).contains("does not fit: journal");
    }

    @Test
    void a_blob_that_is_gone_or_changed_is_found() throws IOException {
        Path changed;
        Path gone;
        try (Stream<Path> files = Files.list(state.resolve("ledger/blobs/sha256"))) {
            var all = files.sorted().toList();
            changed = all.get(0);
            gone = all.get(1);
        }
        flip(changed, 0);
        Files.delete(gone);
        assertThat(fsck()).isFalse();
        assertThat(said())
                .contains("does not fit: blob " + changed.getFileName())
                .contains("does not fit: blob " + gone.getFileName())
                .contains("2 things do not fit");
    }

    @Test
    void a_checkpoint_that_the_state_does_not_remember_is_found() throws IOException {
        Path checkpoint = state.resolve("ledger/checkpoint");
        String text = Files.readString(checkpoint);
        Files.writeString(checkpoint, text.replaceFirst("\n" + ENTRIES + "\n", "\n" + (ENTRIES + 1) + "\n"));
        assertThat(fsck()).isFalse();
        assertThat(said()).contains("does not fit: checkpoint: it is of 301 entries");
    }

    @Test
    void a_directory_that_a_daemon_has_is_not_looked_at() {
        try (LedgerFixture _ = LedgerFixture.open(state)) {
            assertThatThrownBy(this::fsck).isInstanceOf(StateException.class).hasMessageContaining("in use");
        }
    }
}
