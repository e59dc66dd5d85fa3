package dev.carnet.client.custody;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random histories, sensible and absurd ones: the result is the oracle's, byte for byte, and does not depend on the order in which ledgers are given. */
class CustodyPropertyTest {
    private static final int HISTORIES = 400;

    private static String json(List<Diary> given) throws IOException {
        StringBuilder text = new StringBuilder();
        Diary.custody(given).json(text);
        return text.toString();
    }

    @Test
    void the_result_is_the_oracles_in_whatever_order_ledgers_are_given() throws IOException {
        Set<String> states = new HashSet<>();
        for (int seed = 0; seed < HISTORIES; seed++) {
            RandomHistory history = new RandomHistory(seed, diary -> diary);
            Random random = history.random;
            List<Diary> given = new ArrayList<>(history.daemons);
            given.removeIf(diary -> random.nextInt(4) == 0);
            for (Diary diary : given) {
                diary.verdict = random.nextInt(6) == 0 ? Verdict.WRONG : Verdict.INCOMPLETE;
            }
            String expected = new CustodyOracle(given).json();
            assertThat(json(given)).as("seed %d", seed).isEqualTo(expected);
            Collections.shuffle(given, random);
            assertThat(json(given)).as("seed %d, in another order", seed).isEqualTo(expected);
            for (State state : State.values()) {
                if (expected.contains("\"state\":\"" + state.label() + "\"")) {
                    states.add(state.label());
                }
            }
        }
        assertThat(states).as("histories in which every state comes up").hasSize(State.values().length);
    }
}
