package dev.carnet.daemon.endtoend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Of what takes long {@code ./mvnw verify} tries a part, which chance draws: the seed is printed, and {@code -Dcarnet.seed=N} draws the same again. With {@code -Dcarnet.draw=all}, which CI adds, and in
 * {@code -Pcampaign} everything is tried.
 */
public final class Draw {
    private static final boolean ALL =
            Boolean.getBoolean("carnet.campaign") || "all".equals(System.getProperty("carnet.draw"));

    static final long SEED = Long.getLong("carnet.seed", System.nanoTime());

    static {
        System.err.println("carnet.seed=" + SEED);
    }

    private Draw() {}

    /** So many of them, in their order. */
    public static <T> List<T> of(List<T> all, int count) {
        if (ALL) {
            return all;
        }
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            places.add(i);
        }
        Collections.shuffle(places, new Random(SEED));
        return places.stream().limit(count).sorted().map(all::get).toList();
    }
}
