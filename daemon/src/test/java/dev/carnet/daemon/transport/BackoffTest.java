package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void it_grows_to_a_second_and_after_ten_minutes_to_fifteen() {
        Backoff backoff = new Backoff(new Random(1));
        long now = 1;
        assertThat(backoff.next(now)).isLessThanOrEqualTo(Duration.ofMillis(50));
        Duration longest = Duration.ZERO;
        while (now < Duration.ofMinutes(9).toNanos()) {
            Duration wait = backoff.next(now);
            assertThat(wait).isLessThanOrEqualTo(Backoff.SOON_MAX);
            longest = wait.compareTo(longest) > 0 ? wait : longest;
            now += wait.toNanos();
        }
        assertThat(longest).isGreaterThan(Duration.ofMillis(900));
        now += Duration.ofMinutes(2).toNanos();
        longest = Duration.ZERO;
        for (int i = 0; i < 200; i++) {
            Duration wait = backoff.next(now);
            assertThat(wait).isBetween(Duration.ofMillis(7_500), Backoff.LATE_MAX);
            longest = wait.compareTo(longest) > 0 ? wait : longest;
        }
        assertThat(longest).isGreaterThan(Duration.ofSeconds(14));
    }

    @Test
    void a_success_begins_it_anew() {
        Backoff backoff = new Backoff(new Random(1));
        for (int i = 0; i < 30; i++) {
            backoff.next(0);
        }
        backoff.reset();
        assertThat(backoff.next(Duration.ofHours(1).toNanos())).isLessThanOrEqualTo(Duration.ofMillis(50));
    }
}
