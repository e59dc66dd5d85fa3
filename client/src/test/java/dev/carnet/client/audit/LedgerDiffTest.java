package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two ledgers that name each other (LEDGER.md, section 5). */
@Timeout(60)
class LedgerDiffTest {
    @TempDir
    Path temp;

    private TestLedger north;
    private TestLedger south;
    private int written;

    @BeforeEach
    void make() {
        north = new TestLedger("spiffe://example.org/north", temp.resolve("n"));
        south = new TestLedger("spiffe://example.net/south", temp.resolve("s"));
    }

    private LedgerDiff.Result diff() throws Broken {
        Path here = temp.resolve("w" + written++);
        return LedgerDiff.run(
                new DirectoryFiles(north.write(here.resolve("north"))),
                new DirectoryFiles(south.write(here.resolve("south"))),
                TestLedger.trust(north.trusted(), south.trusted(), "quorum none\n"),
                new AuditProgress());
    }

    @Test
    void what_both_have_logged_agrees_in_both_directions() throws Broken {
        TestTransfer.logged(north, south, 1);
        TestTransfer.logged(south, north, 2);
        LedgerDiff.Result result = diff();
        assertThat(result.findings()).isEmpty();
        assertThat(result.receipts()).isEqualTo(2);
        assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
    }

    @Test
    void what_the_other_has_not_is_missing_and_not_wrong() throws Broken {
        TestTransfer one = TestTransfer.made(north, south, 1);
        south.add(one.seal);
        south.add(one.possession);
        south.add(one.receipt);
        north.add(one.sourceIntent);
        LedgerDiff.Result result = diff();
        assertThat(result.findings())
                .extracting(f -> f.kind() + " " + f.place().replaceFirst(" \\(.*", ""))
                .containsExactlyInAnyOrder(
                        "RECEIPT_MISSING example.net/south: entry 3",
                        "SEAL_MISSING example.net/south: entry 1",
                        "INTENT_MISSING example.org/north: entry 1",
                        "INTENT_MISSING example.net/south: entry 3");
        assertThat(result.verdict()).isEqualTo(Verdict.INCOMPLETE);
    }

    @Test
    void a_receipt_in_other_bytes_differs() throws Broken {
        TestTransfer one = TestTransfer.logged(north, south, 1);
        north.set(3, one.receiptAgain());
        LedgerDiff.Result result = diff();
        assertThat(result.findings()).extracting(Finding::kind).containsOnly(Kind.RECEIPT_DIFFERS);
        assertThat(result.receipts()).isZero();
        assertThat(result.verdict()).isEqualTo(Verdict.WRONG);
    }

    /** Its own ledger verifies: only who has the other one can tell. */
    @Test
    void a_half_that_the_other_has_not_signed_is_found() throws Broken {
        TestTransfer one = TestTransfer.made(north, south, 1);
        north.add(one.sourceIntent);
        south.add(one.destinationIntent);
        north.add(one.seal);
        north.add(one.receipt(north.entryKeys, new TestKeys()));
        LedgerDiff.Result result = diff();
        assertThat(result.a().verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(result.findings())
                .filteredOn(f -> f.kind() == Kind.RECEIPT_SIGNATURE)
                .singleElement()
                .satisfies(f -> assertThat(f.place()).startsWith("example.org/north: entry 3 "));
        assertThat(result.verdict()).isEqualTo(Verdict.WRONG);
    }

    /** Whoever serves a ledger may serve another one when it is read again. */
    @Test
    void an_entry_that_is_another_one_when_it_is_read_again_is_not_believed() throws Exception {
        TestTransfer one = TestTransfer.made(north, south, 1);
        north.add(one.sourceIntent);
        south.add(one.destinationIntent);
        north.add(one.receipt(north.entryKeys, new TestKeys()));
        LedgerFiles forged = new DirectoryFiles(north.write(temp.resolve("forged")));
        north.set(2, one.receipt);
        LedgerFiles good = new DirectoryFiles(north.write(temp.resolve("good")));
        LedgerFiles other = new DirectoryFiles(south.write(temp.resolve("south")));
        LedgerFiles turning = new LedgerFiles() {
            private boolean read;

            @Override
            public Optional<InputStream> open(String path) throws IOException {
                boolean entries = path.startsWith("tile/entries/");
                LedgerFiles now = entries && read ? good : forged;
                read |= entries;
                return now.open(path);
            }

            @Override
            public String name() {
                return "turning";
            }
        };
        Trust trust = TestLedger.trust(north.trusted(), south.trusted(), "quorum none\n");
        assertThat(LedgerDiff.run(good, other, trust, new AuditProgress()).verdict())
                .isEqualTo(Verdict.INCOMPLETE);
        assertThatThrownBy(() -> LedgerDiff.run(turning, other, trust, new AuditProgress()))
                .isInstanceOf(Broken.class)
                .hasMessageContaining("it has other bytes than when it was read first");
    }

    @Test
    void a_seal_that_its_source_has_not_signed_is_found() throws Broken {
        TestTransfer one = TestTransfer.logged(north, south, 1);
        Dsse seal = Dsse.parse(one.seal);
        byte[] forged = new Dsse(seal.payload(), new TestKeys().sign(seal.payload(), true)).encode();
        south.set(2, forged);
        LedgerDiff.Result result = diff();
        assertThat(result.b().verdict()).as("its own keys say nothing of it").isEqualTo(Verdict.VERIFIES);
        assertThat(result.findings()).extracting(Finding::kind).containsOnly(Kind.SEAL_WRONG);
        assertThat(result.findings()).hasSize(2);
    }

    @Test
    void keys_may_have_changed_since() throws Broken {
        TestTransfer.logged(north, south, 1);
        north.rekey();
        south.rekey();
        TestTransfer.logged(north, south, 2);
        LedgerDiff.Result result = diff();
        assertThat(result.findings()).isEmpty();
        assertThat(result.receipts()).isEqualTo(2);
    }

    @Test
    void of_a_ledger_that_does_not_verify_nothing_is_compared() throws Broken {
        TestTransfer one = TestTransfer.logged(north, south, 1);
        north.set(3, one.receiptBySomebodyElse());
        LedgerDiff.Result result = diff();
        assertThat(result.a().verdict()).isEqualTo(Verdict.WRONG);
        assertThat(result.findings()).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    void copies_of_one_log_are_not_two_ledgers() {
        var files = new DirectoryFiles(north.write(temp.resolve("north")));
        assertThatThrownBy(() -> LedgerDiff.run(files, files, Trust.NONE, new AuditProgress()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_fork_of_the_other_that_was_observed_is_verified_with_its_keys() throws Broken {
        String binding = TestTransfer.payload(north.entry(0));
        north.refuse(1);
        SignedCheckpoint first = north.note();
        byte[] there = north.entry(1);
        north.set(1, north.entry(north.refuse(2)));
        north.restore(List.of(north.entry(0), north.entry(1)));
        SignedCheckpoint second = north.note();
        north.set(1, there);
        south.add(fork(binding, first, second));
        assertThat(diff().findings()).isEmpty();
        TestKeys nobody = new TestKeys();
        south.set(1, fork(binding, first, new SignedCheckpoint(second.checkpoint(), nobodySigns(nobody, second))));
        assertThat(diff().findings()).extracting(Finding::kind).containsExactly(Kind.FORK);
        south.set(1, fork("ab".repeat(32), first, second));
        assertThat(diff().findings()).extracting(Finding::kind).containsExactly(Kind.FORK_UNPROVED);
    }

    private static List<NoteSignature> nobodySigns(TestKeys nobody, SignedCheckpoint note) {
        return nobody.signLog(note.checkpoint());
    }

    private byte[] fork(String binding, SignedCheckpoint first, SignedCheckpoint second) {
        return south.sign(new ObservedFork(
                south.id(),
                south.origin(),
                TestLedger.TIME,
                north.id(),
                north.origin(),
                binding,
                Optional.empty(),
                new String(first.encode(), StandardCharsets.UTF_8),
                new String(second.encode(), StandardCharsets.UTF_8),
                List.of()));
    }
}
