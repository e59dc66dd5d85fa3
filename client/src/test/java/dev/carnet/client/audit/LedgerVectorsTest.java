package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.audit.LedgerVectors.Case;
import dev.carnet.client.audit.LedgerVectors.Expected;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.log.LogException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ledgers that other code wrote and broke: what is found in each by itself is what the second verifier finds, and what the cases say. */
class LedgerVectorsTest {
    /** What only two ledgers show. */
    private static final Set<String> OF_TWO =
            Set.of("receipt-missing", "receipt-differs", "receipt-signature", "seal-missing", "intent-missing", "fork");

    private static final int UNREADABLE = 3;

    @TempDir
    Path work;

    static Stream<Named<JsonNode>> cases() {
        return LedgerVectors.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void each_ledger_has_the_findings_that_are_expected_and_no_others(JsonNode json) throws IOException {
        Case one = LedgerVectors.make(json, work);
        if (one.exit() == UNREADABLE && one.findings().isEmpty()) {
            byte[] file = one.trust().orElseThrow();
            assertThatThrownBy(() -> Trust.parse(file)).isInstanceOfAny(LogException.class, IdentityException.class);
            return;
        }
        Trust trust = one.trust().map(Trust::parse).orElse(Trust.NONE);
        Set<Expected> found = new HashSet<>();
        for (int i = 0; i < one.ledgers().size(); i++) {
            int ledger = i;
            LedgerCheck.run(one.ledgers().get(i), trust, EntryVisitor.NONE)
                    .findings()
                    .forEach(finding -> found.add(Expected.of(ledger, finding)));
        }
        assertThat(found)
                .isEqualTo(one.findings().stream()
                        .filter(expected -> !OF_TWO.contains(expected.kind()))
                        .collect(Collectors.toSet()));
    }
}
