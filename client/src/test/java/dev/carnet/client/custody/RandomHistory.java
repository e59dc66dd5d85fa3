package dev.carnet.client.custody;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** What four daemons may have said, sensible or absurd. The same seed, the same history. */
final class RandomHistory {
    private static final List<String> NAMES = List.of("north", "south", "west", "East");
    private static final int STATEMENTS_MAX = 60;
    private static final int TRANSFERS = 6;

    final List<Diary> daemons = new ArrayList<>();
    final Random random;
    private final Diary.Clock clock = new Diary.Clock();

    RandomHistory(int seed, UnaryOperator<Diary> made) {
        random = new Random(seed);
        NAMES.forEach(name -> daemons.add(made.apply(new Diary(name, clock))));
        List<Move> moves = List.of(move(), move(), move());
        int statements = random.nextInt(STATEMENTS_MAX);
        for (int i = 0; i < statements; i++) {
            something(moves);
        }
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
}
