package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MeterTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void measures_now_and_on_average() {
        Meter meter = new Meter();
        meter.connected(0);
        for (int second = 0; second < 100; second++) {
            meter.add(second < 50 ? 1_000 : 3_000, second * SECOND + SECOND / 2);
        }
        long end = 99 * SECOND + SECOND / 2;
        assertThat(meter.average(end)).isCloseTo(200_000 / 99.5, within(1.0));
        assertThat(meter.now(end)).isCloseTo(3_000, within(300.0));
    }

    @Test
    void forgets_while_nothing_comes_and_does_not_count_time_apart() {
        Meter meter = new Meter();
        meter.connected(0);
        meter.add(1_000, SECOND);
        meter.disconnected(2 * SECOND);
        assertThat(meter.now(60 * SECOND)).isZero();
        assertThat(meter.average(60 * SECOND)).isCloseTo(500, within(1.0));
    }

    @Test
    void nothing_is_no_rate() {
        assertThat(new Meter().now(5)).isZero();
        assertThat(new Meter().average(5)).isZero();
    }
}
