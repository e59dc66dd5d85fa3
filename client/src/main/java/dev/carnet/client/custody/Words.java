package dev.carnet.client.custody;

import java.util.HashMap;
import java.util.Map;

/** Keeps one of equal strings: the same few daemons, rules and principals stand in every entry. What does not fit is not shared. */
final class Words {
    private static final int KEPT_MAX = 10_000;

    private final Map<String, String> kept = new HashMap<>();

    String one(String word) {
        String known = kept.get(word);
        if (known != null) {
            return known;
        }
        if (kept.size() < KEPT_MAX) {
            kept.put(word, word);
        }
        return word;
    }
}
