package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.LogProof;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Logs of many sizes, for verifiers of other people: Go's ledgercheck looks at each size while the log grows, and what is left in the work directory is for the rest.
 *
 * <p>{@code .ci/growth} starts it: it needs the program, which needs Go. {@code carnet.verifiers.ledgercheck} is its path, {@code carnet.verifiers.work} an empty directory.
 */
@EnabledIfSystemProperty(named = "carnet.verifiers.work", matches = "/.+")
@Timeout(600)
class OtherVerifiersRun {
    private static final int EVERY_SIZE_TO = 1_000;
    private static final Set<Integer> EXPORTED = Set.of(1, 2, 255, 256, 257, 512, EVERY_SIZE_TO);
    private static final Set<Integer> COSIGNED = Set.of(1, 2, 3, 8, 255, 256, 257, 600, EVERY_SIZE_TO);
    private static final List<Integer> LARGE = List.of(65_535, 65_536, 65_537);

    /** Up to here every index and every older size has its proof; beyond, those at the edges of subtrees, and a few by chance. */
    private static final int ALL_PROOFS_TO = 130;

    private static final Instant TIME = Instant.parse("2026-11-25T10:00:30Z");

    private final Path work = Path.of(System.getProperty("carnet.verifiers.work"));
    private final Path checker = Path.of(System.getProperty("carnet.verifiers.ledgercheck"));
    private final long seed = Long.getLong("carnet.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @BeforeEach
    void tell() {
        System.out.println("carnet.seed=" + seed);
    }

    private static MerkleLog.Signer signer(LedgerFixture fixture) {
        return checkpoint -> fixture.ledger.keys().signLog(checkpoint, TIME);
    }

    private static String vkey(LedgerFixture fixture) {
        return LogKeys.log(
                        fixture.ledger.origin(),
                        fixture.ledger.keys().publicKeys().log())
                .getFirst()
                .vkey();
    }

    private static byte[] refusal(LedgerFixture fixture, int number) {
        Refusal refusal = new Refusal(
                LedgerFixture.ID,
                fixture.ledger.origin(),
                TIME,
                "dd".repeat(32),
                Optional.of("spiffe://example.org/node/b"),
                Optional.empty(),
                "POLICY",
                Optional.of("v"),
                "refusal " + number,
                1,
                TIME,
                TIME);
        return fixture.ledger.keys().sign(refusal.payload());
    }

    @Test
    void every_size_from_1_to_1000_stands_before_go() throws Exception {
        Path state = work.resolve("state");
        try (LedgerFixture fixture = LedgerFixture.open(state)) {
            Path directory = state.resolve("ledger");
            MerkleLog log = MerkleLog.open(directory, fixture.store, fixture.ledger, signer(fixture));
            try (LedgerCheckProcess go = new LedgerCheckProcess(checker, vkey(fixture), directory)) {
                int cosigned = 0;
                for (int size = 1; size <= EVERY_SIZE_TO; size++) {
                    int number = size;
                    if (size > 1) { // the first entry is the key binding
                        fixture.ledger.record(
                                new EntryKey("daemon", "self", Predicate.REFUSAL, number),
                                () -> refusal(fixture, number),
                                (tx, recorded) -> {});
                    }
                    SignedCheckpoint note = log.advance();
                    checkWith(go, log, size);
                    write("checkpoints/%04d".formatted(size), note.encode());
                    if (COSIGNED.contains(size)) {
                        write("requests/%04d".formatted(size), request(cosigned, note, log));
                        cosigned = size;
                    }
                    if (EXPORTED.contains(size)) {
                        export(directory, size);
                    }
                }
                write("proofs/first", proof(log, fixture, 0));
                write("proofs/middle", proof(log, fixture, 600));
                write("proofs/last", proof(log, fixture, EVERY_SIZE_TO - 1));
            }
        }
    }

    /** The checker can say no, and goes on: the sizes above are not waved through. */
    @Test
    void go_refuses_proofs_and_files_that_are_wrong() throws Exception {
        Path state = work.resolve("state-refused");
        try (LedgerFixture fixture = LedgerFixture.open(state)) {
            Path directory = state.resolve("ledger");
            EntriesOnly entries = bound(fixture);
            entries.add(299);
            MerkleLog log = MerkleLog.open(directory, fixture.store, entries, signer(fixture));
            log.advance();
            int size = 300;
            try (LedgerCheckProcess go = new LedgerCheckProcess(checker, vkey(fixture), directory)) {
                List<Hash32> inclusion = Proofs.inclusion(7, size, log.hashes(size));
                go.inclusion(8, inclusion);
                assertThat(go.at(size)).startsWith("wrong 300 inclusion of entry 8");
                go.inclusion(7, inclusion.subList(1, inclusion.size()));
                assertThat(go.at(size)).startsWith("wrong 300 inclusion of entry 7");
                go.consistency(128, Proofs.consistency(129, size, log.hashes(size)));
                assertThat(go.at(size)).startsWith("wrong 300 consistency from 128");
                assertThat(go.at(size + 1)).startsWith("wrong 301 the checkpoint is of 300");
                int root = fixture.ledger.origin().length() + "\n300\n".length();
                assertRefused(go, size, directory.resolve("checkpoint"), root);
                assertRefused(go, size, directory.resolve("tile/0/000"), 8_191);
                assertRefused(go, size, directory.resolve("tile/0/001.p/44"), 0);
                assertRefused(go, size, directory.resolve("tile/1/000.p/1"), 31);
                assertRefused(go, size, directory.resolve("tile/entries/000"), 1_000);
                assertRefused(go, size, directory.resolve("tile/entries/001.p/44"), 3);
            }
        }
    }

    @Test
    void the_sizes_around_65536_stand_before_go() throws Exception {
        Path state = work.resolve("state-large");
        try (LedgerFixture fixture = LedgerFixture.open(state)) {
            Path directory = state.resolve("ledger");
            EntriesOnly entries = bound(fixture);
            MerkleLog log = MerkleLog.open(directory, fixture.store, entries, signer(fixture));
            try (LedgerCheckProcess go = new LedgerCheckProcess(checker, vkey(fixture), directory)) {
                for (int size : LARGE) {
                    entries.add(size - entries.all.size());
                    SignedCheckpoint note = log.advance();
                    checkWith(go, log, size);
                    write("checkpoints/%05d".formatted(size), note.encode());
                    export(directory, size);
                }
            }
        }
    }

    /** Entries below the real ones: a key binding and small texts, so that there can be many. */
    private static EntriesOnly bound(LedgerFixture fixture) {
        EntriesOnly entries = new EntriesOnly(fixture.ledger.origin());
        entries.all.add(fixture.ledger.keys().evidence().binding());
        return entries;
    }

    private void checkWith(LedgerCheckProcess go, MerkleLog log, int size) throws IOException {
        for (int index : chosen(size - 1)) {
            go.inclusion(index, Proofs.inclusion(index, size, log.hashes(size)));
        }
        for (int old : chosen(size)) {
            if (old > 0) {
                go.consistency(old, Proofs.consistency(old, size, log.hashes(size)));
            }
        }
        Hash32 root = log.checkpoint().orElseThrow().checkpoint().root();
        assertThat(go.at(size))
                .as("size %d, seed %d", size, seed)
                .isEqualTo("ok " + size + " " + Base64.getEncoder().encodeToString(root.toBytes()));
    }

    /** Numbers from 0 to {@code last}. */
    private SortedSet<Integer> chosen(int last) {
        SortedSet<Integer> chosen = new TreeSet<>(List.of(0, last));
        if (last <= ALL_PROOFS_TO) {
            for (int i = 0; i < last; i++) {
                chosen.add(i);
            }
            return chosen;
        }
        for (int edge = Integer.highestOneBit(last), left = last; edge > 0; ) {
            // where the subtrees of a tree of this size meet
            chosen.addAll(List.of(last - left + edge - 1, last - left + edge));
            left -= edge;
            edge = Integer.highestOneBit(left);
        }
        for (int i = 0; i < 4; i++) {
            chosen.add(random.nextInt(last));
        }
        return chosen;
    }

    private static void assertRefused(LedgerCheckProcess go, int size, Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
        assertThat(go.at(size)).as("a bit of %s", file).startsWith("wrong " + size);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
        assertThat(go.at(size)).as("%s as it was", file).startsWith("ok " + size);
    }

    private void write(String name, byte[] content) throws IOException {
        Path file = work.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** What the log at this size is made of, and the blobs beside it. */
    private void export(Path directory, int size) throws IOException {
        Path target = work.resolve("logs/%05d".formatted(size));
        for (Tile tile : Tile.added(0, size)) {
            copy(directory, target, tile.path());
        }
        try (Stream<Path> blobs = Files.list(directory.resolve("blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                copy(directory, target, directory.relativize(blob).toString());
            }
        }
        copy(directory, target, "checkpoint");
    }

    private static void copy(Path from, Path to, String file) throws IOException {
        Files.createDirectories(to.resolve(file).getParent());
        Files.copy(from.resolve(file), to.resolve(file));
    }

    /** The body of tlog-witness's add-checkpoint. */
    private static byte[] request(int old, SignedCheckpoint note, MerkleLog log) {
        LogCheckpoint body = note.checkpoint();
        StringBuilder text = new StringBuilder("old " + old + "\n");
        Proofs.consistency(old, body.size(), log.hashes(body.size()))
                .forEach(hash -> text.append(Base64.getEncoder().encodeToString(hash.toBytes()))
                        .append('\n'));
        return text.append('\n')
                .append(new String(note.encode(), UTF_8))
                .toString()
                .getBytes(UTF_8);
    }

    private static byte[] proof(MerkleLog log, LedgerFixture fixture, int index) {
        SignedCheckpoint note = log.checkpoint().orElseThrow();
        long size = note.checkpoint().size();
        LogProof proof = new LogProof(new byte[0], index, Proofs.inclusion(index, size, log.hashes(size)), note);
        proof.check(fixture.ledger.entries(index, 1).getFirst().envelope());
        return proof.encode();
    }
}
