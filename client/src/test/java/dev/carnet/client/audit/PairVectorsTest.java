package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.audit.LedgerVectors.Case;
import dev.carnet.client.audit.LedgerVectors.Expected;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ledgers that other code wrote, two of two daemons at a time: what is found is what the second verifier finds, and what the cases say. */
class PairVectorsTest {
    private static final Map<Integer, Set<Verdict>> EXITS = Map.of(
            0,
            Set.of(Verdict.VERIFIES),
            3,
            Set.of(Verdict.UNREADABLE),
            5,
            Set.of(Verdict.WRONG),
            9,
            Set.of(Verdict.INCOMPLETE));

    @TempDir
    Path work;

    static Stream<Named<JsonNode>> cases() {
        return LedgerVectors.all()
                .filter(one -> one.getPayload().get("ledgers").size() == 2)
                .filter(one ->
                        !one.getName().contains("histories") && !one.getName().contains("same ledger"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void two_ledgers_say_of_each_other_what_is_expected(JsonNode json) throws Exception {
        Case one = LedgerVectors.make(json, work);
        Trust trust = one.trust().map(Trust::parse).orElse(Trust.NONE);
        List<LedgerFiles> files = one.ledgers();
        LedgerDiff.Result result = LedgerDiff.run(files.get(0), files.get(1), trust, new AuditProgress());
        Set<Expected> found = new HashSet<>();
        result.a().findings().forEach(finding -> found.add(Expected.of(0, finding)));
        result.b().findings().forEach(finding -> found.add(Expected.of(1, finding)));
        result.findings().forEach(finding -> found.add(Expected.of(ledger(result, finding), finding)));
        assertThat(found).isEqualTo(one.findings().stream().collect(Collectors.toSet()));
        assertThat(EXITS.get(one.exit())).contains(result.verdict());
    }

    private static int ledger(LedgerDiff.Result result, Finding finding) {
        var note = result.a().checkpoint();
        return note != null && finding.place().startsWith(note.checkpoint().origin() + ":") ? 0 : 1;
    }
}
