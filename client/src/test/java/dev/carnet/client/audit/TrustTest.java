package dev.carnet.client.audit;

import static dev.carnet.client.audit.TestLedger.trust;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.log.LogException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a trust file makes of a ledger that is right by itself (LEDGER.md, section 4). */
@Timeout(60)
class TrustTest {
    private static final String NONE = "quorum none\n";

    @TempDir
    Path temp;

    private TestLedger ledger;
    private final TestKeys stranger = new TestKeys();
    private final String witness =
            "witness w " + stranger.witness("witness.example.com/w").vkey() + "\n";

    @BeforeEach
    void make() {
        ledger = new TestLedger("spiffe://example.org/north", temp.resolve("identity"));
        ledger.refuse(1);
    }

    private LedgerCheck.Result with(Trust trust) {
        return LedgerCheck.run(new DirectoryFiles(temp.resolve("ledger")), trust, EntryVisitor.NONE);
    }

    @Test
    void nobody_asked_is_nobody_s_word() {
        ledger.write(temp.resolve("ledger"));
        LedgerCheck.Result result = with(Trust.NONE);
        assertThat(result.verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(result.findings()).singleElement().satisfies(f -> {
            assertThat(f.kind()).isEqualTo(Kind.TRUST);
            assertThat(f.sentence()).contains("nobody's word");
        });
    }

    @Test
    void a_listed_log_key_and_a_listed_ca_vouch_for_it() {
        ledger.write(temp.resolve("ledger"));
        assertThat(with(trust(ledger.trusted(), NONE)).verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(with(trust(ledger.trustedLog(), ledger.trustedEntryKey(), NONE))
                        .verdict())
                .as("an entry key in place of the CA")
                .isEqualTo(Verdict.VERIFIES);
        assertThat(with(trust(ledger.trustedLog(), NONE)).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.entry()).hasValue(0));
        assertThat(with(trust(ledger.trustedCa(), NONE)).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.place()).isEqualTo("checkpoint"));
    }

    @Test
    void keys_and_cas_of_others_do_not() {
        ledger.write(temp.resolve("ledger"));
        TestLedger same = new TestLedger(ledger.id(), temp.resolve("same"));
        TestLedger other = new TestLedger("spiffe://example.org/other", temp.resolve("other"));
        assertThat(with(trust(same.trusted(), NONE)).findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.TRUST, Kind.TRUST);
        assertThat(with(trust(other.trusted(), NONE)).findings())
                .as("another CA of the same domain, another log")
                .extracting(Finding::kind)
                .containsExactly(Kind.TRUST, Kind.TRUST);
        assertThat(with(trust(ledger.trustedLog(), ledger.trustedCa().replace("example.org", "example.net"), NONE))
                        .verdict())
                .as("the right CA, for another trust domain")
                .isEqualTo(Verdict.INCOMPLETE);
        assertThat(with(trust(
                                ledger.trustedLog(),
                                ledger.trustedEntryKey().replace("entry example.org/north", "entry example.org/other"),
                                NONE))
                        .verdict())
                .as("the right entry key, of another ledger")
                .isEqualTo(Verdict.INCOMPLETE);
    }

    /** The keys of the binding before sign the next one: to list the first is enough for both, to list the last is not. */
    @Test
    void each_key_binding_has_to_be_vouched_for() {
        String first = ledger.trustedEntryKey();
        ledger.rekey();
        String second = ledger.trustedEntryKey();
        ledger.write(temp.resolve("ledger"));
        assertThat(with(trust(ledger.trusted(), NONE)).verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(with(trust(ledger.trustedLog(), first, NONE)).verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(with(trust(ledger.trustedLog(), second, NONE)).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.entry()).hasValue(0));
    }

    @Test
    void the_quorum_needs_cosignatures_that_verify() {
        ledger.write(temp.resolve("ledger"));
        Trust asked = trust(ledger.trusted(), witness, "quorum w\n");
        assertThat(with(asked).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.sentence()).contains("'w'", "not met", "no listed witness"));
        ledger.write(temp.resolve("ledger"), stranger.cosign("witness.example.com/w", ledger.body(), 1_700_000_000));
        LedgerCheck.Result met = with(asked);
        assertThat(met.verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(met.vouching().cosigned()).singleElement().satisfies(w -> {
            assertThat(w.time()).isEqualTo("2023-11-14T22:13:20Z");
            assertThat(w.own()).isFalse();
        });
        TestLedger grown = ledger;
        var early = stranger.cosign("witness.example.com/w", grown.body(), 1_700_000_000);
        grown.refuse(2);
        grown.write(temp.resolve("ledger"), early);
        assertThat(with(asked).findings())
                .as("a cosignature of an earlier log checkpoint")
                .extracting(Finding::sentence)
                .anyMatch(s -> s.contains("does not verify"))
                .anyMatch(s -> s.contains("not met"));
    }

    @ParameterizedTest
    @CsvSource({
        "example.org/north/witness, true", // the daemon's own
        "example.org/south/witness, true", // one of its trust domain
        "witness.example.com/w, false",
        "example.org.evil.net/w, false"
    })
    void witnesses_of_the_audited_party_are_told(String name, boolean own) {
        ledger.write(temp.resolve("ledger"), stranger.cosign(name, ledger.body(), 1_700_000_000));
        LedgerCheck.Result result = with(
                trust(ledger.trusted(), "witness w " + stranger.witness(name).vkey() + "\n", "quorum w\n"));
        assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
        assertThat(result.vouching().onlyOwnWitnesses()).isEqualTo(own);
    }

    /** Whatever name it goes by. */
    @Test
    void the_daemon_s_own_witness_key_is_its_own() {
        String name = "witness.example.com/w";
        ledger.write(temp.resolve("ledger"), ledger.witnessKeys.cosign(name, ledger.body(), 1_700_000_000));
        LedgerCheck.Result result = with(trust(
                ledger.trusted(),
                "witness w " + ledger.witnessKeys.witness(name).vkey() + "\n",
                "quorum w\n"));
        assertThat(result.vouching().onlyOwnWitnesses()).isTrue();
    }

    @Test
    void a_line_that_is_none_is_named() {
        for (String bad : new String[] {
            "entry example.org/north\n",
            "entry example.org/north ABCD\n",
            "ca example.org\n",
            "ca example.org !!!!\n",
            "ca example.org AAAA\n",
            "ca Example.Org AAAA\n",
            "log nonsense\n"
        }) {
            assertThatThrownBy(() -> trust("# mine\n", bad, NONE))
                    .as(bad)
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("line 2");
        }
        assertThatThrownBy(() -> trust(ledger.trusted())).as("no quorum").isInstanceOf(LogException.class);
        assertThatThrownBy(() -> trust("quorum none")).hasMessageContaining("newline");
        assertThatThrownBy(() -> Trust.parse(new byte[] {(byte) 0xff, '\n'})).hasMessageContaining("UTF-8");
        assertThat(trust("\t \n# comment\n", ledger.trusted(), "  quorum   none\n")
                        .none())
                .isFalse();
    }
}
