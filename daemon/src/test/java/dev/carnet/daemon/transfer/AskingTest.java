package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AskingTest {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;

    private static List<Long> times(Asking asking, long fromMs, long untilMs) {
        List<Long> times = new ArrayList<>();
        for (long now = fromMs; now <= untilMs; now += SECOND) {
            if (asking.due(now)) {
                times.add(now / SECOND);
            }
        }
        return times;
    }

    @Test
    void asks_less_and_less_often_and_never_stops() {
        Asking asking = new Asking();
        asking.asked(0);
        List<Long> times = times(asking, 0, 24 * 60 * MINUTE);
        assertThat(times.subList(0, 7)).containsExactly(60L, 180L, 420L, 900L, 1_860L, 3_780L, 7_380L);
        assertThat(times.getLast() - times.get(times.size() - 2)).isEqualTo(3_600);
    }

    @Test
    void a_new_session_begins_anew() {
        Asking asking = new Asking();
        asking.asked(0);
        var _ = times(asking, 0, 10 * 60 * MINUTE);
        asking.asked(600 * MINUTE);
        assertThat(times(asking, 600 * MINUTE, 602 * MINUTE)).containsExactly(601L * 60);
        asking.soon(700 * MINUTE);
        assertThat(times(asking, 700 * MINUTE, 702 * MINUTE)).containsExactly(700L * 60 + 2, 701L * 60 + 2);
    }

    @Test
    void one_that_was_never_told_of_a_session_begins_with_the_first_look() {
        assertThat(times(new Asking(), 5 * MINUTE, 6 * MINUTE)).containsExactly(6L * 60);
    }
}
