package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MerkleLogTest {
    private static final String ORIGIN = "ledger.example.org/a";
    private static final byte[] SECRET = new byte[32];

    @TempDir
    Path temp;

    private final EntriesOnly entries = new EntriesOnly(ORIGIN);
    private Store store;
    private Path directory;

    @BeforeEach
    void open() {
        store = LmdbStore.open(temp.resolve("db"));
        directory = temp.resolve("log");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static NoteKey key() {
        byte[] raw = new byte[32];
        Ed25519.generatePublicKey(SECRET, 0, raw, 0);
        return new NoteKey(ORIGIN, NoteKey.ED25519, raw);
    }

    private static List<NoteSignature> sign(LogCheckpoint checkpoint) {
        byte[] body = checkpoint.body();
        byte[] signature = new byte[64];
        Ed25519.sign(SECRET, 0, body, 0, body.length, signature, 0);
        return List.of(NoteSignature.of(key(), signature));
    }

    private MerkleLog log() {
        return MerkleLog.open(directory, store, entries, MerkleLogTest::sign);
    }

    private Hash32 root(int size) {
        Frontier frontier = new Frontier();
        entries.all.subList(0, size).forEach(entry -> frontier.add(Merkle.leaf(entry)));
        return frontier.root();
    }

    /** Every file of a log of this size is what it has to be, whoever wrote it. */
    private void assertWhole(Path log, int size) throws IOException {
        SignedCheckpoint note = SignedCheckpoint.parse(Files.readAllBytes(log.resolve("checkpoint")));
        assertThat(note.verify(List.of(key()))).hasSize(1);
        assertThat(note.checkpoint()).isEqualTo(new LogCheckpoint(ORIGIN, size, root(size)));
        for (Tile tile : Tile.added(0, size)) {
            byte[] bytes = Files.readAllBytes(log.resolve(tile.path()));
            if (tile.level() == Tile.ENTRIES) {
                int first = (int) tile.index() * Tile.WIDTH;
                assertThat(Bundle.read(bytes, tile.width()))
                        .usingElementComparator(java.util.Arrays::compare)
                        .isEqualTo(entries.all.subList(first, first + tile.width()));
            } else {
                assertThat(bytes).hasSize(tile.width() * Hash32.BYTES);
            }
        }
    }

    @Test
    void it_grows_in_steps_of_any_size_and_every_step_follows_from_the_one_before() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        MerkleLog log = log();
        SignedCheckpoint before = log.advance();
        assertThat(before.checkpoint().root()).isEqualTo(Merkle.EMPTY_ROOT);
        for (int step = 0; step < 25; step++) {
            entries.add(
                    switch (random.nextInt(4)) {
                        case 0 -> 1;
                        case 1 -> random.nextInt(20);
                        case 2 -> 256 - entries.all.size() % 256;
                        default -> random.nextInt(700);
                    });
            if (random.nextInt(5) == 0) {
                log = log();
            }
            SignedCheckpoint now = log.advance();
            int size = entries.all.size();
            assertThat(now.checkpoint().root())
                    .as("seed %d, size %d", seed, size)
                    .isEqualTo(root(size));
            long old = before.checkpoint().size();
            Proofs.checkConsistency(
                    old,
                    size,
                    before.checkpoint().root(),
                    now.checkpoint().root(),
                    Proofs.consistency(old, size, log.hashes(size)));
            before = now;
        }
        assertWhole(directory, entries.all.size());
    }

    /** Partial tiles that lie there, by their paths. */
    private Set<String> partials() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("tile"))) {
            return files.filter(path -> path.getParent().toString().endsWith(".p"))
                    .map(path -> directory.relativize(path).toString())
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> partialsOf(int... sizes) {
        return IntStream.of(sizes)
                .boxed()
                .flatMap(size -> Tile.added(0, size).stream())
                .filter(tile -> !tile.full())
                .map(Tile::path)
                .collect(Collectors.toSet());
    }

    @Test
    void partial_tiles_lie_there_of_what_is_published_and_was_before() throws IOException {
        MerkleLog log = log();
        for (int size : new int[] {3, 5, 200, 255, 256, 257, 258, 511, 513, 520, 767, 1025, 1026}) {
            entries.add(size - entries.all.size());
            int before =
                    log.checkpoint().map(note -> (int) note.checkpoint().size()).orElse(0);
            log.advance();
            assertWhole(directory, size);
            assertThat(partials()).as("size %d", size).containsAll(partialsOf(before, size));
            log.advance(); // nothing new: what was before the one before goes with the next that is signed
            assertThat(partials()).as("size %d", size).isEqualTo(partialsOf(before, size));
        }
        try (Stream<Path> all = Files.walk(directory.resolve("tile"))) {
            assertThat(all.filter(path -> path.toString().endsWith(".p")))
                    .as("and no directories of none")
                    .hasSize(3);
        }
        assertThat(partials()).isEqualTo(partialsOf(1025, 1026));
        log();
        assertThat(partials()).as("at a start, of what is published").isEqualTo(partialsOf(1026));
    }

    /** Signed, and not published: nobody has cosigned. */
    @Test
    void publication_that_is_held_back_costs_no_room_and_takes_nothing_from_readers() throws IOException {
        MerkleLog log = log();
        entries.add(240);
        log.advance();
        entries.add(3);
        log.advance();
        SignedCheckpoint last = null;
        for (int i = 0; i < 30; i++) {
            entries.add(1);
            last = log.sign();
            assertWhole(directory, 243);
            assertThat(partials()).isEqualTo(partialsOf(240, 243, 243 + i + 1));
        }
        log = log();
        assertWhole(directory, 243);
        assertThat(partials()).isEqualTo(partialsOf(243, 273));
        assertThat(Proofs.root(250, log.hashes(250)))
                .as("a witness may have cosigned any of them")
                .isEqualTo(root(250));
        log.publish(last);
        assertWhole(directory, 273);
        entries.add(1);
        log.advance();
        assertWhole(directory, 274);
        assertThat(partials()).isEqualTo(partialsOf(243, 273, 274));
    }

    /** With as many bytes as a kill may have left, before or behind a row of the state database. */
    @Test
    void what_a_crash_left_of_partial_tiles_is_removed_at_the_next_start() throws IOException {
        MerkleLog log = log();
        entries.add(300);
        log.advance();
        entries.add(3);
        SignedCheckpoint note = log.sign();
        for (String left :
                List.of("tile/entries/000.p/12", "tile/entries/001.p/7", "tile/0/001.p/48", "tile/0/001.p/45.tmp")) {
            Files.createDirectories(directory.resolve(left).getParent());
            Files.writeString(directory.resolve(left), "x");
        }
        entries.add(250);
        Path beyond = directory.resolve("tile/0/002.p/9");
        Files.createDirectories(beyond.getParent());
        Files.writeString(beyond, "x");
        log = log();
        assertThat(partials()).isEqualTo(partialsOf(300, 303));
        assertWhole(directory, 300);
        log.publish(note);
        assertWhole(directory, 303);
        log.advance();
        assertWhole(directory, 553);
    }

    /** A rename that a power cut took back: the log checkpoint before lies there again. */
    @Test
    void the_log_checkpoint_before_is_whole_until_another_one_is_published() throws IOException {
        MerkleLog log = log();
        entries.add(10);
        log.advance();
        byte[] before = Files.readAllBytes(directory.resolve("checkpoint"));
        entries.add(1);
        log.advance();
        entries.add(1);
        log.sign();
        Files.write(directory.resolve("checkpoint"), before);
        assertWhole(directory, 10);
        log = log();
        assertWhole(directory, 10);
        log.advance();
        assertWhole(directory, 12);
    }

    @Test
    void a_burst_is_one_log_checkpoint() throws IOException {
        MerkleLog log = log();
        entries.add(70_000);
        SignedCheckpoint note = log.advance();
        assertThat(note.checkpoint().size()).isEqualTo(70_000);
        assertThat(log.advance()).as("nothing new, nothing signed").isEqualTo(note);
        assertWhole(directory, 70_000);
    }

    @Test
    void what_a_crash_left_between_tiles_and_their_row_is_written_again_to_the_same_bytes() throws IOException {
        entries.add(300);
        log().advance();
        Path later = temp.resolve("later");
        copy(directory, later);
        store.close();
        Files.move(temp.resolve("db"), temp.resolve("db-300"));
        copyTree(temp.resolve("db-300"), temp.resolve("db"));
        store = LmdbStore.open(temp.resolve("db"));
        entries.add(300);
        log().advance(); // tiles for 600, and a checkpoint
        // as if killed before the row: the state of 300, the tiles of 600, the checkpoint of 300
        store.close();
        deleteTree(temp.resolve("db"));
        copyTree(temp.resolve("db-300"), temp.resolve("db"));
        Files.copy(
                later.resolve("checkpoint"),
                directory.resolve("checkpoint"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        store = LmdbStore.open(temp.resolve("db"));
        assertThat(log().advance().checkpoint().root()).isEqualTo(root(600));
        assertWhole(directory, 600);
    }

    @Test
    void a_state_that_is_older_than_what_was_published_signs_nothing() throws IOException {
        entries.add(10);
        log().advance();
        store.close();
        copyTree(temp.resolve("db"), temp.resolve("old"));
        store = LmdbStore.open(temp.resolve("db"));
        entries.add(10);
        log().advance();
        store.close();
        deleteTree(temp.resolve("db"));
        copyTree(temp.resolve("old"), temp.resolve("db"));
        store = LmdbStore.open(temp.resolve("db"));
        assertThatThrownBy(this::log)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("20 entries was published")
                .hasMessageContaining("remembers one of 10");
    }

    @Test
    void a_tile_of_other_bytes_is_never_written_over_and_never_believed() throws IOException {
        entries.add(10);
        log().advance();
        Path tile = directory.resolve("tile/0/000.p/10");
        byte[] bytes = Files.readAllBytes(tile);
        bytes[5] ^= 1;
        Files.write(tile, bytes);
        assertThatThrownBy(this::log).isInstanceOf(LedgerException.class).hasMessageContaining("fsck");
        bytes[5] ^= 1;
        Files.write(tile, bytes);
        MerkleLog log = log();
        entries.add(1);
        Path next = directory.resolve("tile/entries/000.p/11");
        Files.write(next, new byte[] {0, 1, 7});
        assertThatThrownBy(log::advance)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("000.p/11")
                .hasMessageContaining("other bytes");
        assertThatThrownBy(log::advance).as("it does not try again by itself").hasMessageContaining("has failed");
        assertThat(log.checkpoint().orElseThrow().checkpoint().size()).isEqualTo(10);
    }

    @Test
    void an_entry_that_changed_in_the_journal_is_found_before_anything_is_signed() {
        entries.add(10);
        log().advance();
        entries.all.set(3, "another".getBytes(UTF_8));
        entries.add(1);
        assertThatThrownBy(() -> log().advance()).isInstanceOf(LedgerException.class);
    }

    private static void copy(Path from, Path to) throws IOException {
        copyTree(from, to);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path path : walk.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
