package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.custody.Example;
import dev.carnet.proto.ledger.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustodyCommandTest {
    @TempDir
    static Path made;

    @TempDir
    Path temp;

    private static List<Path> originals = List.of();
    private static Path missing = Path.of("");
    private static Path forged = Path.of("");
    private static String trustText = "";

    private final List<String> ledgers = new ArrayList<>();
    private Shell shell = new Shell(Path.of("/nowhere/carnetd.sock"));
    private String trust = "";

    @BeforeAll
    static void make() throws IOException {
        Example example = new Example(made);
        originals = example.write();
        missing = example.writeMissing();
        forged = example.writeForged(made.resolve("forged"));
        trustText = example.trust();
    }

    @AfterAll
    static void forget() {
        originals = List.of();
    }

    @BeforeEach
    void copy() throws IOException {
        for (Path original : originals) {
            Path ledger = temp.resolve(original.getFileName().toString());
            try (Stream<Path> walk = Files.walk(original)) {
                for (Path path : walk.toList()) {
                    Files.copy(path, ledger.resolve(original.relativize(path).toString()));
                }
            }
            ledgers.add(ledger.toString());
        }
        trust = Files.writeString(temp.resolve("trust.txt"), trustText).toString();
    }

    private int run(String... more) {
        List<String> words = new ArrayList<>(List.of("custody"));
        words.addAll(ledgers);
        words.addAll(List.of(more));
        return shell.run(words.toArray(String[]::new));
    }

    private Path file(int ledger, String name) {
        return Path.of(ledgers.get(ledger)).resolve(name);
    }

    private void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    private Map<String, Object> object() {
        assertThat(shell.out()).endsWith("}\n").doesNotContain("\n{");
        return CanonicalJson.readObject(shell.out().strip().getBytes(StandardCharsets.UTF_8), 1 << 22, 8);
    }

    @Test
    void a_table_says_who_holds_what_and_marks_what_stands_out() {
        assertThat(run("--trust", trust)).as(shell.err()).isEqualTo(9); // a ledger is missing
        assertThat(shell.out())
                .contains("Trust: " + trust)
                .containsPattern("(?m)^! +ledger.example.org/edge-7 +not given +example.org/carnet/edge-7$")
                .contains("\nmodels/run7/step-40000\n  content  ")
                .contains("  size     3 files, 4.00 GB")
                .containsPattern(
                        "(?m)^ +held +example.org/carnet/archive +models/run7/step-40000 +2026-03-01T08:28:00Z "
                                + "+2026-03-04T11:52:00Z +example.org/carnet/trainer$")
                .containsPattern("(?m)^! +receipted +example.org/carnet/edge-7 ")
                .containsPattern("(?m)^x +destroyed +example.org/carnet/partner-lab ")
                .contains(
                        "destroyed 2026-03-04T12:41:00Z, it came as asked by trainer, grant may-push, rule of the source to-partners, "
                                + "rule of the destination from-partners, transfer 0000")
                .contains("11 copies of 4 checkpoints, 1 of them gone, 4 of them uncertain.")
                .contains("\n! 1 copy is possible: ")
                .endsWith(
                        "All 4 ledgers verify, and the trust file vouches for each; 1 ledger that is named there was not given.\n");
    }

    @Test
    void json_is_the_object_of_the_specification_and_a_newline() {
        assertThat(run("--json", "--trust", trust)).isEqualTo(9);
        assertThat(object().keySet()).containsExactly("checkpoints", "ledgers", "missing", "version");
        String first = shell.out();
        List<String> turned = new ArrayList<>(ledgers).reversed();
        ledgers.clear();
        ledgers.addAll(turned);
        run("--json", "--trust", trust);
        assertThat(shell.out()).isEqualTo(first);
    }

    @Test
    void all_right_is_zero() {
        ledgers.add(missing.toString());
        assertThat(run("--trust", trust)).as(shell.out()).isZero();
        assertThat(shell.out()).endsWith("All 5 ledgers verify, and the trust file vouches for each.\n");
    }

    @Test
    void a_receipt_that_its_other_side_never_signed_does_not_count_and_the_exit_code_is_five() {
        ledgers.add(missing.toString());
        ledgers.set(1, forged.toString());
        assertThat(run("--trust", trust)).as(shell.out()).isEqualTo(5);
        assertThat(shell.out())
                .containsPattern("(?m)^! +ledger.example.org/archive +verifies ")
                .contains("Compared with the others, in " + forged)
                .containsPattern("(?m)^! +one-sided +example.org/carnet/archive +models/run7/step-40000 ")
                .containsPattern("(?m)^ +! receipt-signature: entry \\d+ of ledger.example.org/archive$")
                .contains("! The ledger ledger.example.org/archive has ")
                .contains(" CONTRADICTED by another ledger.");
        shell = new Shell(Path.of("/nowhere/carnetd.sock"));
        assertThat(run("--json", "--trust", trust)).isEqualTo(5);
        assertThat(object().get("findings").toString())
                .contains("kind=receipt-signature")
                .contains("verdict=wrong");
    }

    @Test
    void copies_that_hang_on_a_ledger_that_was_not_heard_say_so() {
        ledgers.removeIf(name -> !name.endsWith("archive"));
        assertThat(run("--trust", trust)).isEqualTo(9);
        assertThat(shell.out())
                .containsPattern("(?m)^! +source +example.org/carnet/trainer +- .*\n +! not heard: the ledger "
                        + "ledger.example.org/trainer$")
                .containsPattern("(?m)^! +held +example.org/carnet/archive ")
                .contains("2 copies are source by the word of others");
    }

    @Test
    void without_a_trust_file_nobodys_word_is_checked() {
        assertThat(run()).isEqualTo(9);
        assertThat(shell.out())
                .contains("Trust: no file (--trust FILE)")
                .contains(
                        "All 4 ledgers are consistent with themselves; there was no trust file, so nobody's word was checked");
    }

    @Test
    void a_ledger_that_does_not_verify_says_nothing_and_the_exit_code_is_five() throws IOException {
        flip(file(3, "tile/0/000.p/8"), 5);
        assertThat(run("--trust", trust)).isEqualTo(5);
        assertThat(shell.out())
                .containsPattern("(?m)^! +ledger.example.org/partner-lab +wrong ")
                .contains("Findings in " + ledgers.get(3))
                .contains("1 of 4 ledgers cannot be believed")
                .doesNotContainPattern("(?m)^x ");
    }

    @Test
    void a_ledger_that_cannot_be_read_is_three() throws IOException {
        Files.delete(file(3, "checkpoint"));
        assertThat(run("--json", "--trust", trust)).isEqualTo(3);
        assertThat(object().get("ledgers").toString()).contains("verdict=unreadable");
    }

    @Test
    void the_report_is_written_once_and_the_terminal_says_the_short_of_it() throws IOException {
        Path report = temp.resolve("custody.html");
        assertThat(run("--trust", trust, "--html", report.toString())).isEqualTo(9);
        assertThat(report).content().startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        assertThat(shell.out())
                .contains("11 copies of 4 checkpoints")
                .endsWith("The report is in " + report + "\n")
                .doesNotContain("content  ");
        String before = Files.readString(report);
        assertThat(run("--trust", trust, "--html", report.toString())).isEqualTo(3);
        assertThat(shell.err()).contains("BAD_FILE").contains("is there already and is not replaced");
        assertThat(Files.readString(report)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"--trust, /nowhere/trust.txt", "--html, /nowhere/custody.html"})
    void a_file_that_is_not_there_is_said(String option, String file) {
        assertThat(run(option, file)).isEqualTo(3);
        assertThat(shell.err()).contains("BAD_FILE").contains(Objects.requireNonNull(file));
    }

    @Test
    void wrong_use_is_usage() {
        ledgers.add(ledgers.getFirst());
        assertThat(run("--trust", trust)).isEqualTo(2);
        assertThat(shell.err())
                .contains("are both the ledger of ledger.example.org/trainer")
                .contains("fork-check");
        ledgers.clear();
        assertThat(run()).isEqualTo(2);
    }
}
