package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    @Test
    void parsed() {
        assertThat(Destination.parse("b:models/run7/step:1")).isEqualTo(new Destination("b", "models", "run7/step:1"));
        assertThat(Destination.parse("spiffe://a.test/dc/b:m/n"))
                .isEqualTo(new Destination("spiffe://a.test/dc/b", "m", "n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b", "b:", "b:m", "b:m/", "b:/n", ":m/n", "spiffe://a.test/b", "b/m:n"})
    void refused(String text) {
        assertThatThrownBy(() -> Destination.parse(text)).hasMessageContaining("PEER:VOLUME/NAME");
    }
}
