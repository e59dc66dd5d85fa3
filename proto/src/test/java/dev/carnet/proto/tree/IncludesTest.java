package dev.carnet.proto.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** proto/vectors/tree/includes.json: {@code chosen} is null where the pattern itself is refused. */
class IncludesTest {
    static Stream<JsonNode> cases() throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(Path.of("vectors/tree/includes.json").toFile());
        return StreamSupport.stream(all.spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chooses(JsonNode vector) {
        List<String> patterns = StreamSupport.stream(vector.get("patterns").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        if (vector.get("chosen").isNull()) {
            assertThatThrownBy(() -> new Includes(patterns))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(patterns.getFirst());
            return;
        }
        assertThat(new Includes(patterns).choose(vector.get("path").asText()))
                .as(vector.toString())
                .isEqualTo(vector.get("chosen").asBoolean());
    }

    @Test
    void no_pattern_is_slow() {
        String deep = "a/".repeat(63) + "a";
        Includes worst = new Includes(List.of("**/a/".repeat(400) + "b", "*a".repeat(120) + "b"));
        Assertions.assertTimeout(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 100; i++) {
                assertThat(worst.choose(deep)).isFalse();
                assertThat(worst.choose("a".repeat(255))).isFalse();
            }
        });
    }
}
