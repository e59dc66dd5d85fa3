package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.audit.LedgerVectors.Case;
import dev.carnet.client.audit.LedgerVectors.Expected;
import dev.carnet.client.custody.Custody;
import dev.carnet.client.custody.GivenLedger;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ledgers that other code wrote: custody is byte for byte what the second verifier derives, and all ledgers together have the findings that the cases say. */
class CustodyVectorsTest {
    private static final Map<Integer, Verdict> VERDICTS =
            Map.of(0, Verdict.VERIFIES, 3, Verdict.UNREADABLE, 5, Verdict.WRONG, 9, Verdict.INCOMPLETE);

    @TempDir
    Path work;

    static Stream<Named<JsonNode>> cases() {
        return LedgerVectors.all().filter(one -> one.getPayload().has("custody"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void custody_is_what_the_second_verifier_derives(JsonNode json) throws Exception {
        Case one = LedgerVectors.make(json, work);
        Trust trust = one.trust().map(Trust::parse).orElse(Trust.NONE);
        StringBuilder derived = new StringBuilder();
        Custody custody = Custody.audit(one.ledgers(), trust, new AuditProgress());
        custody.json(derived);
        assertThat(derived.toString()).isEqualTo(one.custody().orElseThrow());
        Set<Expected> found = new HashSet<>();
        for (int i = 0; i < one.ledgers().size(); i++) {
            for (GivenLedger ledger : custody.ledgers()) {
                if (ledger.files() == one.ledgers().get(i)) {
                    int number = i;
                    Stream.of(ledger.result().findings(), ledger.doubts().findings())
                            .flatMap(List::stream)
                            .forEach(finding -> found.add(Expected.of(number, finding)));
                }
            }
        }
        assertThat(found).isEqualTo(one.findings());
        boolean missing = one.exit() == 0 && !custody.missing().isEmpty();
        assertThat(custody.verdict()).isEqualTo(VERDICTS.get(missing ? 9 : one.exit()));
    }
}
