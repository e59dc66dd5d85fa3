package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.proto.wire.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyBindingTest {
    private static final JsonNode VECTORS = RecordVectors.read("record/bindings.json");

    static Stream<Named<JsonNode>> valid() {
        return RecordVectors.cases(VECTORS.get("valid"));
    }

    static Stream<Named<JsonNode>> invalid() {
        return RecordVectors.cases(VECTORS.get("invalid"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void verifies(JsonNode vector) throws Exception {
        KeyBinding binding = verify(vector);
        assertThat(binding.list().spiffeId()).isEqualTo("spiffe://east.example/carnet/node-1");
        assertThat(binding.envelope()).isEqualTo(base64(vector, "binding"));
        assertThat(binding.payloadDigest())
                .isEqualTo(Dsse.parse(binding.envelope()).payloadDigest());
        assertThat(binding.entry()).isEqualTo(binding.list().keys().entry().entryKeys());
        assertThat(binding.chain().getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=leaf");
        if (binding.chain().size() > 1) {
            binding.chain().getFirst().verify(binding.chain().get(1).getPublicKey());
        }
        assertThat(KeyList.read(binding.list().encode())).isEqualTo(binding.list());
        KeyProof proof = KeyProof.read(base64(vector, "proof"));
        assertThat(proof.encode()).isEqualTo(base64(vector, "proof"));
        assertThat(proof.list()).isEqualTo(binding.list().encode());
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses(JsonNode vector) {
        assertThatThrownBy(() -> verify(vector))
                .isInstanceOf(StatementException.class)
                .message()
                .hasSizeBetween(10, 300);
    }

    @Test
    void a_binding_follows_another_or_does_not() {
        Set<List<String>> follows = StreamSupport.stream(VECTORS.get("follows").spliterator(), false)
                .map(pair -> List.of(pair.get(0).asText(), pair.get(1).asText()))
                .collect(Collectors.toSet());
        for (JsonNode pinned : VECTORS.get("valid")) {
            for (JsonNode next : VECTORS.get("valid")) {
                String from = pinned.get("name").asText();
                String to = next.get("name").asText();
                boolean same =
                        verify(pinned).payloadDigest().equals(verify(next).payloadDigest());
                Optional<StatementException> refusal = Optional.empty();
                try {
                    verify(next).mustFollow(verify(pinned));
                } catch (StatementException e) {
                    refusal = Optional.of(e);
                }
                assertThat(refusal.isEmpty())
                        .as("%s, then %s: %s", from, to, refusal)
                        .isEqualTo(same || follows.contains(List.of(from, to)));
            }
        }
    }

    @Test
    void what_a_leaf_signs() {
        KeyList list = verify(VECTORS.get("valid").get(0)).list();
        byte[] message = KeyProof.message(list);
        assertThat(message).hasSize(22 + 32).startsWith("carnet key binding v1\0".getBytes());
        assertThat(list.digest()).isEqualTo(java.util.HexFormat.of().formatHex(message, 22, 54));
    }

    @Test
    void keeps_its_limits() {
        KeyProof proof = KeyProof.read(base64(VECTORS.get("valid").get(0), "proof"));
        byte[] certificate = proof.chain().getFirst();
        assertThatThrownBy(() -> proof(proof, List.of())).isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> proof(proof, java.util.Collections.nCopies(5, certificate)))
                .isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> proof(proof, List.of(new byte[Limits.CHAIN_BYTES_MAX], new byte[1])))
                .isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> proof(proof, List.of(new byte[Limits.KEY_PROOF_BYTES_MAX]))
                        .encode())
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("24576");
        assertThatThrownBy(() -> KeyProof.read(new byte[Limits.KEY_PROOF_BYTES_MAX + 1]))
                .isInstanceOf(StatementException.class);
    }

    /** One bit of the list, of the signature or of the leaf's key is enough. */
    @Test
    void a_changed_proof_does_not_verify() {
        KeyProof good = KeyProof.read(base64(VECTORS.get("valid").get(0), "proof"));
        good.verifySignature();
        byte[] list = good.list().clone();
        list[list.length / 2] ^= 1;
        assertThatThrownBy(() -> new KeyProof(list, good.algorithm(), good.signature(), good.chain()).verifySignature())
                .isInstanceOf(StatementException.class);
        byte[] signature = good.signature().clone();
        signature[signature.length - 1] ^= 1;
        assertThatThrownBy(() -> new KeyProof(good.list(), good.algorithm(), signature, good.chain()).verifySignature())
                .isInstanceOf(StatementException.class);
        List<byte[]> chain = List.of(good.chain().get(1));
        assertThatThrownBy(() -> proof(good, chain).verifySignature()).isInstanceOf(StatementException.class);
        assertThat(Arrays.equals(good.signature(), signature)).isFalse();
    }

    private static KeyProof proof(KeyProof like, List<byte[]> chain) {
        return new KeyProof(like.list(), like.algorithm(), like.signature(), chain);
    }

    private static KeyBinding verify(JsonNode vector) {
        return KeyBinding.verify(base64(vector, "binding"), base64(vector, "proof"));
    }
}
