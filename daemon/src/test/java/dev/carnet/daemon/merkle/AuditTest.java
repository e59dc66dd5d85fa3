package dev.carnet.daemon.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real ledger with its log, verified by the auditor's check, and then changed in each kind of file. */
class AuditTest {
    private static final int ENTRIES = 600; // after the key binding

    @TempDir
    static Path made;

    @TempDir
    Path temp;

    private Path copy;

    private static byte[] refusal(LedgerFixture fixture, int number) {
        Instant time = Instant.parse("2026-11-25T10:00:30Z");
        return fixture.ledger
                .keys()
                .sign(new Refusal(
                                LedgerFixture.ID,
                                fixture.ledger.origin(),
                                time,
                                "dd".repeat(32),
                                Optional.of("spiffe://example.org/node/b"),
                                Optional.empty(),
                                "POLICY",
                                Optional.of("v"),
                                "refusal " + number,
                                1,
                                time,
                                time)
                        .payload());
    }

    @BeforeAll
    static void make() {
        try (LedgerFixture fixture = LedgerFixture.open(made)) {
            MerkleLog log = MerkleLog.open(
                    made.resolve("ledger"),
                    fixture.store,
                    fixture.ledger,
                    checkpoint -> fixture.ledger.keys().signLog(checkpoint, Instant.parse("2026-11-25T10:00:30Z")));
            for (int i = 0; i < ENTRIES; i++) {
                int number = i;
                fixture.ledger.record(
                        new EntryKey("daemon", "self", Predicate.REFUSAL, number),
                        () -> refusal(fixture, number),
                        (tx, recorded) -> {});
                if (i % 250 == 0) {
                    log.advance();
                }
            }
            log.advance();
        }
    }

    @BeforeEach
    void copyIt() throws IOException {
        copy = temp.resolve("copy");
        Path ledger = made.resolve("ledger");
        for (String part : List.of("checkpoint", "tile", "blobs")) {
            try (Stream<Path> walk = Files.walk(ledger.resolve(part))) {
                for (Path path : walk.toList()) {
                    Path target = copy.resolve(ledger.relativize(path).toString());
                    Files.createDirectories(target.getParent());
                    Files.copy(path, target);
                }
            }
        }
    }

    private List<Finding> findings() {
        return audited(Trust.NONE).findings().stream()
                .filter(finding -> finding.kind() != Kind.TRUST)
                .toList();
    }

    private LedgerCheck.Result audited(Trust trust) {
        return LedgerCheck.run(new DirectoryFiles(copy), trust, EntryVisitor.NONE);
    }

    private void flip(String file, int offset) throws IOException {
        Path path = copy.resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        bytes[offset < 0 ? bytes.length + offset : offset] ^= 1;
        Files.write(path, bytes);
    }

    @Test
    void a_ledger_as_its_daemon_wrote_it_verifies() {
        LedgerCheck.Result result = audited(Trust.NONE);
        assertThat(findings()).isEmpty();
        assertThat(result.findings())
                .as("nobody's word")
                .extracting(Finding::kind)
                .containsExactly(Kind.TRUST);
        assertThat(result.verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(result.verifies()).isTrue();
        assertThat(result.checkpoint().checkpoint().size()).isEqualTo(ENTRIES + 1);
        assertThat(result.bindings()).hasSize(1);
    }

    /** Keys as their operator would tell them; here they are looked up in the ledger, which nobody should do. */
    @Test
    void a_listed_log_key_and_entry_key_vouch_for_it() {
        var binding = audited(Trust.NONE).bindings().getFirst().binding();
        String origin = binding.list().origin();
        String trusted = "log "
                + LogKeys.log(origin, binding.list().keys().log()).getLast().vkey() + "\nentry " + origin + " "
                + binding.entry().mldsa44Id() + "\nquorum none\n";
        LedgerCheck.Result result = audited(Trust.parse(trusted.getBytes(StandardCharsets.UTF_8)));
        assertThat(result.findings()).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
        String other = trusted.replace(binding.entry().mldsa44Id(), "ab".repeat(32));
        assertThat(audited(Trust.parse(other.getBytes(StandardCharsets.UTF_8))).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.entry()).hasValue(0));
    }

    @Test
    void a_bit_of_an_entry_is_found_at_the_entry() throws IOException {
        flip("tile/entries/001", 5000);
        assertThat(findings()).extracting(Finding::kind).contains(Kind.TILE, Kind.ROOT);
        assertThat(findings())
                .filteredOn(f -> f.kind() == Kind.TILE)
                .anyMatch(f ->
                        f.place().equals("tile/0/001") && f.sentence().matches("hash \\d+ is not that of entry \\d+"));
    }

    @Test
    void a_bit_of_a_tile_is_found_at_the_tile() throws IOException {
        flip("tile/0/001", 17);
        assertThat(findings()).singleElement().satisfies(f -> {
            assertThat(f.kind()).isEqualTo(Kind.TILE);
            assertThat(f.place()).isEqualTo("tile/0/001");
            assertThat(f.sentence()).contains("entry 256");
        });
        flip("tile/0/001", 17);
        flip("tile/1/000.p/2", 40);
        assertThat(findings())
                .singleElement()
                .satisfies(f -> assertThat(f.place()).isEqualTo("tile/1/000.p/2"));
    }

    @Test
    void a_bit_of_the_log_checkpoint_or_of_its_signatures_is_found() throws IOException {
        Path note = copy.resolve("checkpoint");
        String text = Files.readString(note);
        Files.writeString(note, text.replace("\n601\n", "\n600\n"));
        assertThat(findings())
                .as("a size for which there are no tiles")
                .extracting(Finding::kind)
                .containsExactly(Kind.UNREADABLE);
        Files.writeString(note, text.replaceFirst("\\n601\\n.", "\n601\n" + (text.contains("\n601\nA") ? "B" : "A")));
        assertThat(findings()).extracting(Finding::kind).contains(Kind.ROOT, Kind.LOG_SIGNATURE);
        String[] lines = text.split("\n");
        for (int line : new int[] {4, 5}) {
            String[] bad = lines.clone();
            char[] signature = bad[line].toCharArray();
            signature[signature.length - 40] = signature[signature.length - 40] == 'A' ? 'B' : 'A';
            bad[line] = new String(signature);
            Files.writeString(note, String.join("\n", bad) + "\n");
            assertThat(findings()).as("line %d", line).extracting(Finding::kind).contains(Kind.LOG_SIGNATURE);
        }
        Files.writeString(note, text.substring(0, text.length() / 2));
        assertThat(findings()).extracting(Finding::kind).containsExactly(Kind.CHECKPOINT);
        Files.delete(note);
        assertThat(findings()).extracting(Finding::kind).containsExactly(Kind.UNREADABLE);
    }

    /** The attacker has the disk, not the keys: entry, tiles and root are made to fit, and the log checkpoint is not. */
    @Test
    void an_entry_and_its_leaf_forged_together_fail_at_the_signature_and_at_the_checkpoint() throws IOException {
        Path file = copy.resolve("tile/entries/002.p/89");
        List<byte[]> entries = new ArrayList<>(Bundle.read(Files.readAllBytes(file), 89));
        Dsse good = Dsse.parse(entries.get(3));
        byte[] payload = new String(good.payload(), StandardCharsets.UTF_8)
                .replace("\"count\":1", "\"count\":2")
                .getBytes(StandardCharsets.UTF_8);
        byte[] forged = new Dsse(payload, good.signatures()).encode();
        entries.set(3, forged);
        Files.write(file, Bundle.write(entries));
        Path tile = copy.resolve("tile/0/002.p/89");
        byte[] hashes = Files.readAllBytes(tile);
        Merkle.leaf(forged).copyTo(hashes, 3 * Hash32.BYTES);
        Files.write(tile, hashes);
        assertThat(findings()).extracting(Finding::kind).containsExactlyInAnyOrder(Kind.SIGNATURE, Kind.ROOT);
        assertThat(findings())
                .filteredOn(f -> f.kind() == Kind.SIGNATURE)
                .singleElement()
                .satisfies(f -> assertThat(f.place()).startsWith("entry 515 "));
    }

    @Test
    void an_entry_that_is_gone_swapped_or_cut_is_found() throws IOException {
        Path file = copy.resolve("tile/entries/000");
        byte[] bytes = Files.readAllBytes(file);
        List<byte[]> entries = Bundle.read(bytes, 256);
        List<byte[]> less = new ArrayList<>(entries);
        less.remove(9);
        Files.write(file, Bundle.write(less));
        assertThat(findings()).extracting(Finding::kind).containsExactly(Kind.BUNDLE);
        List<byte[]> swapped = new ArrayList<>(entries);
        swapped.set(9, entries.get(10));
        swapped.set(10, entries.get(9));
        Files.write(file, Bundle.write(swapped));
        assertThat(findings()).extracting(Finding::kind).contains(Kind.TILE, Kind.ROOT);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(findings()).extracting(Finding::kind).containsExactly(Kind.BUNDLE);
    }

    @Test
    void a_key_proof_that_is_gone_is_missing_and_one_that_is_changed_is_wrong() throws IOException {
        try (Stream<Path> blobs = Files.list(copy.resolve("blobs/sha256"))) {
            Path proof = blobs.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(proof);
            bytes[20] ^= 1;
            Files.write(proof, bytes);
            assertThat(findings()).singleElement().satisfies(f -> {
                assertThat(f.kind()).isEqualTo(Kind.BLOB_DIGEST);
                assertThat(f.entry()).hasValue(0);
                assertThat(f.sentence()).contains("blobs/sha256/" + proof.getFileName());
            });
            assertThat(audited(Trust.NONE).verdict()).isEqualTo(Verdict.WRONG);
            Files.delete(proof);
            assertThat(findings()).singleElement().satisfies(f -> {
                assertThat(f.kind()).isEqualTo(Kind.BLOB);
                assertThat(f.sentence()).contains("is not there");
            });
            assertThat(audited(Trust.NONE).verdict()).isEqualTo(Verdict.INCOMPLETE);
        }
    }

    /** The lines of another log's checkpoint, under this one's name. */
    @Test
    void a_signature_of_one_log_says_nothing_for_another() throws IOException {
        SignedCheckpoint note = SignedCheckpoint.parse(Files.readAllBytes(copy.resolve("checkpoint")));
        LogCheckpoint body = note.checkpoint();
        Files.write(
                copy.resolve("checkpoint"),
                new SignedCheckpoint(
                                new LogCheckpoint("other.example/log", body.size(), body.root()), note.signatures())
                        .encode());
        assertThat(findings()).extracting(Finding::kind).contains(Kind.BINDING);
    }
}
