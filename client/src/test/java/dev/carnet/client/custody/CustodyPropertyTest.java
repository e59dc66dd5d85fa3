package dev.carnet.client.custody;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.Verdict;
import java.io.IOException;
import java.time.Duration;
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
    private static final int STATEMENTS_MAX = 60;
    private static final int TRANSFERS = 6;

    private final List<Diary> daemons = new ArrayList<>();
    private Random random = new Random(0);
    private Diary.Clock clock = new Diary.Clock();

    private static String json(List<Diary> given) throws IOException {
        StringBuilder text = new StringBuilder();
        Diary.custody(given).json(text);
        return text.toString();
    }

    private Diary any() {
        return daemons.get(random.nextInt(daemons.size()));
    }

    /** Ids, places and contents are few, so that they meet. */
    private Move move() {
        Diary source = any();
        Diary destination = any();
        while (destination == source) {
            destination = any();
        }
        String name = random.nextInt(4) == 0 ? "\ud83d\ude00" : random.nextBoolean() ? "a" : "\uffee";
        String kind = String.valueOf(random.nextInt(3));
        return new Move(
                "%032x".formatted(random.nextInt(TRANSFERS)),
                source,
                destination,
                random.nextBoolean() ? "v" : "w",
                name,
                Diary.digest("tree " + kind),
                Diary.digest("content " + (random.nextInt(5) == 0 ? "odd" : kind)));
    }

    private void something(List<Move> moves) {
        Move move = random.nextInt(4) == 0 ? move() : moves.get(random.nextInt(moves.size()));
        Diary there = move.destination();
        Diary either = random.nextBoolean() ? there : move.source();
        boolean brought = random.nextBoolean();
        switch (random.nextInt(14)) {
            case 0 -> Diary.whole(move, clock);
            case 1 -> there.intent(move);
            case 2 -> move.source().intent(move);
            case 3 -> either.seal(move);
            case 4 -> there.publishing(move);
            case 5 -> either.say(Diary.receipt(move, clock));
            case 6 -> either.pending(move);
            case 7 -> either.abort(move, random.nextInt(2));
            case 8 -> there.stagingDestroyed(move);
            case 9 -> there.adopted(move);
            case 10 -> there.verified(move);
            case 11 -> there.released(move, brought);
            case 12 -> there.destroying(move, brought);
            default -> there.destroyed(move, brought);
        }
        if (random.nextInt(6) == 0) {
            clock.wait(Duration.ofMinutes(-7)); // two things at one time
        }
    }

    @Test
    void the_result_is_the_oracles_in_whatever_order_ledgers_are_given() throws IOException {
        Set<String> states = new HashSet<>();
        for (int seed = 0; seed < HISTORIES; seed++) {
            random = new Random(seed);
            clock = new Diary.Clock();
            daemons.clear();
            for (String name : List.of("north", "south", "west", "East")) {
                daemons.add(new Diary(name, clock));
            }
            List<Move> moves = List.of(move(), move(), move());
            int statements = random.nextInt(STATEMENTS_MAX);
            for (int i = 0; i < statements; i++) {
                something(moves);
            }
            List<Diary> given = new ArrayList<>(daemons);
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
