package dev.carnet.client.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.client.audit.LedgerVectors.Case;
import dev.carnet.client.custody.Custody;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ledgers that other code wrote: custody is byte for byte what the second verifier derives. */
class CustodyVectorsTest {
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
        Custody.audit(one.ledgers(), trust, new AuditProgress()).json(derived);
        assertThat(derived.toString()).isEqualTo(one.custody().orElseThrow());
    }
}
