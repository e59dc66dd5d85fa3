package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.wire.v1.Code;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x0a, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a,
                0x202e, 0x2066, 0x2069
            })
    void a_value_that_is_no_plain_text_is_refused(int c) {
        Map<String, String> labels = Map.of("run", "a" + Character.toString(c) + "b");
        assertThatThrownBy(() -> Labels.wire(labels))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME))
                .hasMessageContaining("'run'")
                .hasMessageContaining("plain text");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0x20, 0x7e, 0xa0, 0xe9, 0x05d0, 0x061b, 0x200d, 0x2010, 0x202f, 0x2065, 0x206a, 0x4e00, 0x1f600})
    void other_characters_are_what_they_are(int c) {
        String value = "a" + Character.toString(c) + "b";
        assertThat(Labels.of(Labels.wire(Map.of("run", value)))).isEqualTo(Map.of("run", value));
    }

    @Test
    void they_travel_in_the_order_of_their_keys() {
        assertThat(Labels.wire(Map.of("b", "1", "a.x", "2", "a", "3")).stream()
                        .map(dev.carnet.proto.wire.v1.Label::getKey))
                .containsExactly("a", "a.x", "b");
    }
}
