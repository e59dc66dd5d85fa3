package dev.carnet.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.FakeDaemon;
import dev.carnet.client.audit.TestLedger;
import dev.carnet.client.audit.TestTransfer;
import dev.carnet.proto.ledger.Dsse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code carnet ledger} prints of ledgers that are right, and how it ends. What it says of others: {@link TamperingTest}. */
@Timeout(60)
class LedgerCommandsTest {
    @TempDir
    static Path made;

    private static TestLedger north;
    private static TestTransfer moved;
    private static Path directory;
    private static Path trust;

    @TempDir
    Path temp;

    private Shell shell;

    @BeforeAll
    static void make() throws IOException {
        north = new TestLedger("spiffe://example.org/north", made.resolve("n"));
        TestLedger south = new TestLedger("spiffe://example.net/south", made.resolve("s"));
        moved = TestTransfer.logged(north, south, 1);
        north.refuse(1);
        directory = north.write(made.resolve("north"));
        south.write(made.resolve("south"));
        trust = Files.writeString(made.resolve("trust"), north.trusted() + south.trusted() + "quorum none\n");
    }

    @BeforeEach
    void prepare() {
        shell = new Shell(temp.resolve("s"));
    }

    private int run(String... args) {
        return shell.run(args);
    }

    @Test
    void verify_says_what_it_is_and_whose_word_there_is() {
        assertThat(run("ledger", "verify", directory.toString(), "--trust", trust.toString()))
                .isZero();
        assertThat(shell.out())
                .contains(
                        "origin      example.org/north",
                        "daemon      spiffe://example.org/north",
                        "entries     5",
                        "root        " + north.body().root().hex(),
                        "log key     listed, and has signed",
                        "quorum      none is asked for",
                        "nobody whom the trust file lists has seen this log checkpoint")
                .endsWith("example.org/north verifies: every entry, tile, signature and blob, and it is vouched for\n");
        assertThat(shell.err()).isEmpty();
        assertThat(run("ledger", "verify", directory.toString())).isEqualTo(9);
        assertThat(shell.out()).contains("consistent with itself; nobody's word was checked");
    }

    @Test
    void verify_has_it_all_as_one_object() {
        assertThat(run("ledger", "verify", directory.toString(), "--json")).isEqualTo(9);
        var object = shell.lastLine();
        assertThat(object.text("verdict")).isEqualTo("incomplete");
        assertThat(object.number("size")).isEqualTo(5);
        assertThat(object.text("daemon")).isEqualTo("spiffe://example.org/north");
        assertThat(object.objects("findings")).singleElement().satisfies(finding -> {
            assertThat(finding.text("kind")).isEqualTo("trust");
            assertThat(finding.text("weight")).isEqualTo("missing");
            assertThat(finding.text("advice")).contains("--trust");
        });
        assertThat(shell.out().lines()).hasSize(1);
    }

    @Test
    void a_trust_file_or_a_ledger_that_is_none_is_said() throws IOException {
        Path bad = Files.writeString(temp.resolve("bad"), "quorum nobody\n");
        assertThat(run("ledger", "verify", directory.toString(), "--trust", bad.toString()))
                .isEqualTo(3);
        assertThat(shell.err()).contains("BAD_FILE", "is no trust file: line 1:");
        assertThat(run("ledger", "verify", directory.toString(), "--trust", temp + "/none", "--json"))
                .isEqualTo(3);
        assertThat(shell.lastLine().text("code")).isEqualTo("BAD_FILE");
        assertThat(run("ledger", "verify", temp.toString())).isEqualTo(3);
        assertThat(shell.out()).contains("is no ledger", "CANNOT BE READ");
        assertThat(run("ledger", "tail", temp.toString())).isEqualTo(3);
        assertThat(shell.err()).contains("BAD_FILE: checkpoint: it is not there");
        assertThat(run("ledger", "verify", "http://u@h/")).isEqualTo(2);
        assertThat(run("ledger", "verify")).as("no daemon").isEqualTo(4);
        assertThat(run("ledger")).isEqualTo(2);
    }

    @Test
    void show_decodes_an_entry_and_says_who_signed_it() {
        assertThat(run("ledger", "show", directory.toString(), "3")).isZero();
        assertThat(shell.out())
                .contains("entry       3 of 5, transfer-receipt")
                .containsPattern("destination\\.volume +models\n")
                .containsPattern("source\\.id +spiffe://example.org/north\n");
        assertThat(shell.out().lines().filter(line -> line.contains(": verifies with the keys of entry 0")))
                .as("its own half")
                .hasSize(2);
        assertThat(shell.out()
                        .lines()
                        .filter(line -> line.contains(": of spiffe://example.net/south, whose ledger has the key")))
                .as("the other's")
                .hasSize(2);
        String digest = Dsse.parse(moved.receipt).payloadDigest();
        assertThat(shell.out()).contains("digest      " + digest);
        assertThat(run("ledger", "show", directory.toString(), digest)).isZero();
        assertThat(run("ledger", "show", directory.toString(), digest, "--json"))
                .isZero();
        assertThat(shell.lastLine().number("entry")).isEqualTo(3);
        assertThat(run("ledger", "show", directory.toString(), "3", "--raw")).isZero();
        assertThat(shell.out().getBytes(UTF_8)).isEqualTo(moved.receipt);
        assertThat(run("ledger", "show", directory.toString(), "5")).isEqualTo(3);
        assertThat(run("ledger", "show", directory.toString(), "ab".repeat(32))).isEqualTo(3);
        assertThat(run("ledger", "show", directory.toString(), "nonsense")).isEqualTo(2);
    }

    @Test
    void tail_has_a_line_for_each_of_the_newest() {
        assertThat(run("ledger", "tail", directory.toString(), "-n", "2")).isZero();
        assertThat(shell.out().lines()).hasSize(2);
        assertThat(shell.out())
                .contains(
                        "3  2026-11-25T10:00:30.000Z  transfer-receipt",
                        "models/run7/step-100 from spiffe://",
                        "refusal 1");
        assertThat(run("ledger", "tail", directory.toString(), "--json")).isZero();
        assertThat(shell.lastLine().objects("entries")).hasSize(5);
    }

    @Test
    void a_proof_goes_from_one_to_another_without_the_ledger() {
        Path proof = temp.resolve("proof");
        Path entry = temp.resolve("entry");
        assertThat(run(
                        "ledger",
                        "prove",
                        directory.toString(),
                        "3",
                        "-o",
                        proof.toString(),
                        "--entry",
                        entry.toString()))
                .isZero();
        assertThat(entry).hasBinaryContent(moved.receipt);
        assertThat(run(
                        "ledger",
                        "check-proof",
                        proof.toString(),
                        "--entry",
                        entry.toString(),
                        "--trust",
                        trust.toString()))
                .isZero();
        assertThat(run("ledger", "check-proof", proof.toString(), "--entry", entry.toString()))
                .as("nobody vouches")
                .isEqualTo(9);
        assertThat(run("ledger", "prove", directory.toString(), "3", "-o", proof.toString()))
                .as("nothing is replaced")
                .isEqualTo(3);
        assertThat(run("ledger", "prove", directory.toString(), "3")).isZero();
        assertThat(proof).hasContent(shell.out());
        assertThat(run("ledger", "prove", directory.toString(), "5")).isEqualTo(3);
        assertThat(run("ledger", "check-proof", entry.toString(), "--entry", entry.toString()))
                .isEqualTo(5);
    }

    @Test
    void growth_is_proved_with_a_checkpoint_that_was_kept() throws IOException {
        Path kept = temp.resolve("kept");
        Files.copy(directory.resolve("checkpoint"), kept);
        TestLedger grown = north;
        List<byte[]> before = new ArrayList<>();
        for (int i = 0; i < grown.size(); i++) {
            before.add(grown.entry(i));
        }
        grown.refuse(2);
        Path later = grown.write(temp.resolve("later"));
        grown.restore(before);
        Path proof = temp.resolve("proof");
        assertThat(run("ledger", "consistency", kept.toString(), later.toString(), "--out", proof.toString()))
                .isZero();
        assertThat(shell.out()).contains("has only grown: the log of 6 entries begins with that of 5");
        assertThat(run("ledger", "consistency", kept.toString(), "--proof", proof.toString()))
                .isZero();
        assertThat(run("ledger", "consistency", later.toString(), directory.toString()))
                .as("in any order")
                .isZero();
        assertThat(run("ledger", "consistency", later.resolve("checkpoint").toString(), kept.toString()))
                .as("nobody has the entries")
                .isEqualTo(2);
        assertThat(run("ledger", "fork-check", kept.toString(), later.toString(), directory.toString()))
                .isZero();
        assertThat(shell.out()).endsWith("example.org/north has one history: all 3 agree\n");
        assertThat(run(
                        "ledger",
                        "fork-check",
                        kept.toString(),
                        made.resolve("south").toString()))
                .as("two logs")
                .isEqualTo(2);
    }

    /** With what the daemon at the socket serves, as it lies on disk. */
    @Test
    void the_running_daemon_s_ledger_is_read_and_copied() throws IOException {
        try (var _ = FakeDaemon.ofLedger(temp.resolve("s"), directory)) {
            assertThat(run("ledger", "show", "4")).isZero();
            Path copy = temp.resolve("copy");
            assertThat(run("ledger", "export", copy.toString(), "--verify", "--trust", trust.toString()))
                    .isZero();
            assertThat(copy.resolve("tile/entries/000.p/5"))
                    .hasSameBinaryContentAs(directory.resolve("tile/entries/000.p/5"));
            assertThat(run("ledger", "export", copy.toString())).as("not empty").isEqualTo(3);
            assertThat(run("ledger", "diff", made.resolve("south").toString(), "--trust", trust.toString()))
                    .isZero();
            assertThat(shell.out()).contains("agree: one receipt is in both");
        }
    }

    @Test
    void an_export_names_the_blob_that_is_missing() throws IOException {
        Path from = temp.resolve("from");
        north.write(from);
        try (var blobs = Files.list(from.resolve("blobs/sha256"))) {
            Files.delete(blobs.findFirst().orElseThrow());
        }
        assertThat(run("ledger", "export", temp.resolve("to").toString(), "--from", from.toString()))
                .isEqualTo(9);
        assertThat(shell.out())
                .contains("entry 0 (tile/entries/000, 0): the blob that it names is not there", "NOT ALL");
    }
}
