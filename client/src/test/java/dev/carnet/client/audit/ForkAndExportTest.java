package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of one ledger: made while it grows, and compared. */
@Timeout(60)
class ForkAndExportTest {
    @TempDir
    Path temp;

    private TestLedger ledger;

    @BeforeEach
    void make() {
        ledger = new TestLedger("spiffe://example.org/north", temp.resolve("identity"));
        grow(100);
    }

    private void grow(int size) {
        while (ledger.size() < size) {
            ledger.refuse(ledger.size());
        }
    }

    private Sighting written(String name) throws Broken {
        return Sighting.of(new DirectoryFiles(ledger.write(temp.resolve(name))));
    }

    private static Sighting alone(Sighting seen) {
        return new Sighting(seen.name() + " alone", seen.note(), Optional.empty());
    }

    @Test
    void copies_of_different_age_are_one_history() throws Broken {
        Sighting monday = written("monday");
        grow(300);
        Sighting friday = written("friday");
        for (List<Sighting> seen : List.of(
                List.of(monday, friday), List.of(friday, monday, alone(monday)), List.of(alone(monday), friday))) {
            ForkCheck.Result result = ForkCheck.run(seen, Trust.NONE);
            assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
            assertThat(result.origin()).isEqualTo("example.org/north");
        }
        ForkCheck.Result untold = ForkCheck.run(List.of(monday, alone(friday)), Trust.NONE);
        assertThat(untold.verdict()).as("nobody has the entries between").isEqualTo(Verdict.INCOMPLETE);
        assertThat(untold.untold()).hasSize(1);
    }

    @Test
    void a_second_history_is_a_fork_that_its_own_key_proves() throws Broken {
        Sighting monday = written("monday");
        byte[] good = ledger.entry(50);
        ledger.set(50, ledger.entry(51));
        grow(300);
        Sighting friday = written("friday");
        ForkCheck.Result result = ForkCheck.run(List.of(friday, monday), Trust.NONE);
        assertThat(result.forks()).singleElement().satisfies(fork -> {
            assertThat(fork.smaller()).isEqualTo(monday);
            assertThat(fork.larger()).isEqualTo(friday);
            assertThat(fork.signedBoth()).hasSize(2);
            assertThat(fork.rootThere()).isNotEqualTo(monday.note().checkpoint().root());
        });
        assertThat(result.verdict()).isEqualTo(Verdict.WRONG);
        ledger.set(50, good);
        Sighting true300 = written("true");
        ForkCheck.Result same = ForkCheck.run(List.of(alone(friday), alone(true300)), Trust.NONE);
        assertThat(same.forks()).as("two roots of one size need no entries").hasSize(1);
        assertThat(same.verdict()).as("but a key").isEqualTo(Verdict.INCOMPLETE);
        assertThat(ForkCheck.run(
                                List.of(alone(friday), alone(true300)),
                                TestLedger.trust(ledger.trustedLog(), "quorum none\n"))
                        .verdict())
                .isEqualTo(Verdict.WRONG);
    }

    @Test
    void what_somebody_else_signed_is_no_fork_of_the_log() throws Broken {
        Sighting monday = written("monday");
        TestLedger thief = new TestLedger("spiffe://example.org/north", temp.resolve("thief"));
        while (thief.size() < 120) {
            thief.refuse(thief.size());
        }
        Sighting forged = Sighting.of(new DirectoryFiles(thief.write(temp.resolve("forged"))));
        ForkCheck.Result result = ForkCheck.run(List.of(monday, forged), Trust.NONE);
        assertThat(result.forks())
                .singleElement()
                .satisfies(fork -> assertThat(fork.proved()).isFalse());
        assertThat(result.verdict()).isEqualTo(Verdict.INCOMPLETE);
    }

    /** A forged tile can hide nothing, since the entries are hashed; and a damaged copy accuses nobody. */
    @Test
    void a_copy_that_is_not_what_its_checkpoint_says_is_told_and_not_compared() throws Exception {
        Sighting monday = written("monday");
        grow(300);
        Path friday = ledger.write(temp.resolve("friday"));
        Path bundle = friday.resolve("tile/entries/000");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[5000] ^= 1;
        Files.write(bundle, bytes);
        ForkCheck.Result result = ForkCheck.run(List.of(monday, Sighting.of(new DirectoryFiles(friday))), Trust.NONE);
        assertThat(result.forks()).isEmpty();
        assertThat(result.findings()).extracting(Finding::kind).containsExactly(Kind.ROOT);
        assertThat(result.verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    void copies_of_two_logs_are_not_compared() throws Broken {
        TestLedger other = new TestLedger("spiffe://example.org/other", temp.resolve("other"));
        Sighting one = Sighting.of(new DirectoryFiles(other.write(temp.resolve("o"))));
        Sighting two = written("n");
        assertThatThrownBy(() -> ForkCheck.run(List.of(one, two), Trust.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_proof_of_consistency_is_what_a_witness_is_asked_with() throws Broken {
        SignedCheckpoint monday = ledger.note();
        grow(300);
        LedgerView view = LedgerView.open(new DirectoryFiles(ledger.write(temp.resolve("friday"))));
        ConsistencyProof proof = new ConsistencyProof(100, view.consistency(100), view.checkpoint());
        ConsistencyProof read = ConsistencyProof.parse(proof.encode());
        assertThat(read).isEqualTo(proof);
        read.check(monday);
        assertThat(new String(read.encode(), UTF_8)).startsWith("old 100\n").contains("\n\nexample.org/north\n300\n");
        ledger.set(3, ledger.entry(4));
        SignedCheckpoint forged =
                new SignedCheckpoint(TestKeys.checkpoint("example.org/north", entries(100)), monday.signatures());
        assertThatThrownBy(() -> read.check(forged)).isInstanceOf(LogException.class);
        for (String bad : List.of("", "old x\n\n", "old 100\nAAAA\n\n", "new 100\n\n")) {
            assertThatThrownBy(() -> ConsistencyProof.parse(bad.getBytes(UTF_8)))
                    .as(bad)
                    .isInstanceOf(LogException.class);
        }
    }

    private List<byte[]> entries(int count) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(ledger.entry(i));
        }
        return entries;
    }

    // ---- export

    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void a_copy_is_the_same_files() throws Exception {
        grow(300);
        Path from = ledger.write(temp.resolve("from"));
        Path to = temp.resolve("deep/to");
        Export.Result result = Export.run(new DirectoryFiles(from), to, new AuditProgress());
        assertThat(result.missing()).isEmpty();
        assertThat(result.blobs()).isEqualTo(1);
        assertThat(files(to)).isEqualTo(files(from));
        for (String file : files(from)) {
            assertThat(to.resolve(file)).hasSameBinaryContentAs(from.resolve(file));
        }
        assertThatThrownBy(() -> Export.run(new DirectoryFiles(from), to, new AuditProgress()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not empty");
    }

    /** The daemon goes on while it is copied: after the log checkpoint was read, everything else is newer. */
    @Test
    void a_copy_of_a_ledger_that_grows_is_that_of_one_moment() throws Exception {
        Path live = ledger.write(temp.resolve("live"));
        DirectoryFiles directory = new DirectoryFiles(live);
        LedgerFiles growing = new LedgerFiles() {
            @Override
            public Optional<InputStream> open(String path) throws IOException {
                Optional<InputStream> found = directory.open(path);
                if (path.equals("checkpoint")) {
                    found = Optional.of(
                            new ByteArrayInputStream(found.orElseThrow().readAllBytes()));
                    grow(700);
                    ledger.write(live);
                    Files.delete(live.resolve("tile/entries/000.p/100"));
                    Files.delete(live.resolve("tile/0/000.p/100"));
                }
                return found;
            }

            @Override
            public String name() {
                return "growing";
            }
        };
        Path to = temp.resolve("to");
        Export.Result result = Export.run(growing, to, new AuditProgress());
        assertThat(result.checkpoint().checkpoint().size()).isEqualTo(100);
        var verified = LedgerCheck.run(
                new DirectoryFiles(to), TestLedger.trust(ledger.trusted(), "quorum none\n"), EntryVisitor.NONE);
        assertThat(verified.verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(files(to)).contains("tile/entries/000.p/100").doesNotContain("tile/entries/000");
    }

    @Test
    void a_copy_that_broke_off_has_no_log_checkpoint() throws Exception {
        grow(300);
        Path from = ledger.write(temp.resolve("from"));
        Files.delete(from.resolve("tile/entries/001.p/44"));
        Path to = temp.resolve("to");
        assertThatThrownBy(() -> Export.run(new DirectoryFiles(from), to, new AuditProgress()))
                .isInstanceOf(Broken.class);
        assertThat(files(to)).contains("tile/entries/000").doesNotContain("checkpoint");
    }

    @Test
    void a_blob_that_is_not_there_is_told() throws Exception {
        Path from = ledger.write(temp.resolve("from"));
        try (Stream<Path> blobs = Files.list(from.resolve("blobs/sha256"))) {
            Files.delete(blobs.findFirst().orElseThrow());
        }
        Export.Result result = Export.run(new DirectoryFiles(from), temp.resolve("to"), new AuditProgress());
        assertThat(result.missing()).extracting(Finding::kind).containsExactly(Kind.BLOB);
        assertThat(temp.resolve("to/checkpoint")).exists();
    }

    // ---- bounds

    @Test
    void of_a_ledger_that_is_wrong_everywhere_a_bounded_number_of_findings_is_kept() {
        grow(600);
        for (int i = 1; i < 600; i++) {
            ledger.set(i, ("no entry " + i).getBytes(UTF_8));
        }
        var result =
                LedgerCheck.run(new DirectoryFiles(ledger.write(temp.resolve("bad"))), Trust.NONE, EntryVisitor.NONE);
        assertThat(result.findings().stream().filter(f -> f.kind() == Kind.ENTRY))
                .as("the first ones, whatever core was first")
                .hasSize(Findings.KEPT_MAX)
                .last()
                .satisfies(f -> assertThat(f.entry()).hasValue(Findings.KEPT_MAX));
        assertThat(result.findingsMore()).isEqualTo(599 - Findings.KEPT_MAX);
    }

    @Test
    void a_visitor_gets_each_entry_in_order_on_one_thread() {
        grow(700);
        ledger.set(300, "nothing".getBytes(UTF_8));
        List<Long> seen = new ArrayList<>();
        Thread here = Thread.currentThread();
        LedgerCheck.run(new DirectoryFiles(ledger.write(temp.resolve("v"))), Trust.NONE, entry -> {
            assertThat(Thread.currentThread()).isSameAs(here);
            assertThat(entry.bytes()).isEqualTo(ledger.entry((int) entry.index()));
            seen.add(entry.index());
        });
        assertThat(seen).hasSize(699).isSorted().doesNotContain(300L);
    }
}
