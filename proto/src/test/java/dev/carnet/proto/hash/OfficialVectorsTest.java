package dev.carnet.proto.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors that BLAKE3's authors publish (test_vectors.json), where a copy lies beside the repository. */
class OfficialVectorsTest {

    @ParameterizedTest
    @MethodSource("dev.carnet.proto.hash.Implementations#all")
    void agree(Blake3 blake3) throws IOException {
        Optional<Path> file = TestData.shared("blake3.json");
        assumeThat(file).as("shared/vectors/blake3.json beside the repository").isPresent();
        JsonNode cases =
                new ObjectMapper().readTree(file.orElseThrow().toFile()).get("cases");
        assertThat(cases).isNotEmpty();
        for (JsonNode c : cases) {
            int length = c.get("input_len").asInt();
            String expected = c.get("hash").asText().substring(0, 64);
            byte[] root = new byte[32];
            blake3.rootOfSingleChunk(MemorySegment.ofArray(TestData.pattern(length)), 0, length, root);
            assertThat(Hash32.of(root).hex())
                    .as("%s of %s bytes", blake3.kind(), length)
                    .isEqualTo(expected);
        }
    }
}
