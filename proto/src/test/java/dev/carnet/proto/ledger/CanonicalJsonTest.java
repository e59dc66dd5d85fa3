package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CanonicalJsonTest {
    private static final int BYTES = 64 << 10;

    static Stream<Named<JsonNode>> valid() {
        return RecordVectors.cases(RecordVectors.read("json/valid.json"));
    }

    static Stream<Named<JsonNode>> invalid() {
        return RecordVectors.cases(RecordVectors.read("json/invalid.json"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void writes_and_reads_what_others_wrote(JsonNode vector) throws IOException {
        byte[] text = base64(vector, "base64");
        Object plain = new ObjectMapper().convertValue(vector.get("value"), Object.class);
        assertThat(CanonicalJson.write(plain)).isEqualTo(text);
        Object read = CanonicalJson.read(text, text.length, CanonicalJson.DEPTH_MAX);
        assertThat(CanonicalJson.write(read)).isEqualTo(text);
        assertThat(new ObjectMapper().readTree(new ObjectMapper().writeValueAsBytes(read)))
                .isEqualTo(vector.get("value"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses_every_other_form(JsonNode vector) {
        assertThatThrownBy(() -> CanonicalJson.read(base64(vector, "base64"), BYTES, CanonicalJson.DEPTH_MAX))
                .isInstanceOf(StatementException.class);
    }

    @Test
    void reads_numbers_as_long_and_keeps_text() {
        assertThat(CanonicalJson.read("{\"a\":[1,true,\"\u00e9\"]}".getBytes(UTF_8), BYTES, 2))
                .isEqualTo(Map.of("a", List.of(1L, true, "\u00e9")));
    }

    @Test
    void keeps_its_limits() {
        byte[] nested = "[[[[]]]]".getBytes(UTF_8);
        assertThat(CanonicalJson.read(nested, nested.length, 4)).isInstanceOf(List.class);
        assertThatThrownBy(() -> CanonicalJson.read(nested, nested.length, 3)).isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> CanonicalJson.read(nested, nested.length - 1, 4))
                .isInstanceOf(StatementException.class)
                .hasMessage("JSON of 8 bytes; the limit is 7");
        assertThatThrownBy(() -> CanonicalJson.readObject(nested, BYTES, 4)).isInstanceOf(StatementException.class);
    }

    @Test
    void writes_nothing_that_it_could_not_read() {
        Map<String, Object> withNull = new LinkedHashMap<>();
        withNull.put("a", null);
        List<Object> values = new ArrayList<>(Arrays.asList(
                1.5,
                1.0f,
                (short) 1,
                'a',
                new int[1],
                (1L << 53) + 1,
                -(1L << 53) - 1,
                Long.MIN_VALUE,
                "\ud83d",
                "a\ude00",
                "\ude00\ud83d",
                Map.of(1, 2),
                Map.of("\ud83d", 1),
                withNull,
                Collections.singletonList(null)));
        values.add(null);
        for (Object value : values) {
            assertThatThrownBy(() -> CanonicalJson.write(value))
                    .as(String.valueOf(value))
                    .isInstanceOf(StatementException.class);
        }
    }

    @Test
    void random_values_come_back() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Object value = value(random, 4);
            byte[] text = CanonicalJson.write(value);
            assertThat(CanonicalJson.read(text, BYTES << 4, 5))
                    .as("seed %d, value %d", seed, i)
                    .isEqualTo(value);
        }
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 5)) {
            case 0 -> text(random);
            case 1 -> random.nextLong(-(1L << 53), (1L << 53) + 1) >> random.nextInt(54);
            case 2 -> random.nextBoolean();
            case 3 ->
                Stream.generate(() -> value(random, depth - 1))
                        .limit(random.nextInt(5))
                        .toList();
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put(text(random), value(random, depth - 1));
                }
                yield map;
            }
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int bits = new int[] {5, 7, 11, 16, 21}[random.nextInt(5)];
            int c = random.nextInt(1 << bits);
            if (c <= Character.MAX_CODE_POINT && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)) {
                text.appendCodePoint(c);
            }
        }
        return text.toString();
    }
}
