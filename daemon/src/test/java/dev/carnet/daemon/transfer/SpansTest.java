package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpansTest {
    @ParameterizedTest
    @CsvSource({
        "P14D, 14 days",
        "P2DT23H, 2 days",
        "P1D, 24 hours",
        "PT47H59M, 47 hours",
        "PT2H, 2 hours",
        "PT1H30M, 90 minutes",
        "PT2M, 2 minutes",
        "PT1M59S, 119 s",
        "PT8S, 8 s",
        "PT0.5S, 0 s"
    })
    void a_span_is_never_nothing_of_too_large_a_unit(Duration span, String text) {
        assertThat(Spans.text(span)).isEqualTo(text);
    }
}
