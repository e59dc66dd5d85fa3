package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DsseTest {
    private static final JsonNode VECTORS = RecordVectors.read("record/envelopes.json");
    private static final EntryKeys KEYS =
            new EntryKeys(base64(VECTORS.get("keys"), "ed25519"), base64(VECTORS.get("keys"), "mldsa44"));

    static Stream<Named<JsonNode>> valid() {
        return RecordVectors.cases(VECTORS.get("valid"));
    }

    static Stream<Named<JsonNode>> invalid() {
        return RecordVectors.cases(VECTORS.get("invalid"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void reads_writes_and_verifies(JsonNode vector) {
        byte[] envelope = base64(vector, "base64");
        Dsse dsse = Dsse.parse(envelope);
        assertThat(dsse.encode()).isEqualTo(envelope);
        assertThat(Statement.read(dsse.payload()).payload()).isEqualTo(dsse.payload());
        String verifies = vector.get("verifies").toString();
        check(verifies.contains("ed25519"), () -> KEYS.verifyEd25519(dsse));
        check(verifies.contains("both"), () -> KEYS.verifyBoth(dsse));
    }

    private static void check(boolean expected, Runnable verification) {
        if (expected) {
            verification.run();
        } else {
            assertThatThrownBy(verification::run)
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining("entry key");
        }
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses(JsonNode vector) {
        assertThatThrownBy(() -> Dsse.parse(base64(vector, "base64")))
                .isInstanceOf(StatementException.class)
                .message()
                .hasSizeBetween(10, 300);
    }

    @Test
    void ids_are_those_of_the_vectors() {
        assertThat(KEYS.ids())
                .containsExactly(
                        VECTORS.get("keys").get("ids").get(0).asText(),
                        VECTORS.get("keys").get("ids").get(1).asText());
        assertThat(KEYS.ids()).containsExactly(KEYS.ed25519Id(), KEYS.mldsa44Id());
    }

    /** The example of the DSSE protocol's text, with our type. */
    @Test
    void what_is_signed() {
        assertThat(new String(Dsse.pae("hello world".getBytes(UTF_8)), UTF_8))
                .isEqualTo("DSSEv1 28 application/vnd.in-toto+json 11 hello world");
        assertThat(new String(Dsse.pae("\u00e9".getBytes(UTF_8)), UTF_8)).endsWith(" 2 \u00e9");
    }

    @Test
    void signatures_are_sorted_and_none_is_added_twice() {
        Dsse.Signature a = new Dsse.Signature("a".repeat(64), new byte[64]);
        Dsse.Signature b = new Dsse.Signature("b".repeat(64), new byte[64]);
        byte[] payload = {1, 2, 3};
        Dsse one = new Dsse(payload, List.of(b)).with(List.of(a));
        assertThat(one.signatures()).containsExactly(a, b);
        assertThat(one.encode()).isEqualTo(new Dsse(payload, List.of(a, b)).encode());
        assertThat(one.payloadDigest()).isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
        assertThatThrownBy(() -> one.with(List.of(new Dsse.Signature("a".repeat(64), new byte[1]))))
                .isInstanceOf(StatementException.class)
                .hasMessage("a key has signed twice");
    }

    @Test
    void an_envelope_beyond_the_limit_is_not_written() {
        Dsse dsse = new Dsse(new byte[24_577], List.of(new Dsse.Signature("a".repeat(64), new byte[64])));
        assertThatThrownBy(dsse::encode).isInstanceOf(StatementException.class).hasMessageContaining("32768");
    }
}
