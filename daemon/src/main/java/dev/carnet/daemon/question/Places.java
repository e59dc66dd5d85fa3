package dev.carnet.daemon.question;

import java.util.HashMap;
import java.util.Map;

/** Counts the open questions of each peer, against the bounds of SPEC section 4. */
final class Places {
    private final Map<String, int[]> taken = new HashMap<>(); // by kind, and at the end all

    /** False where there is no place. */
    synchronized boolean take(String peer, Kind kind) {
        int[] counts = taken.computeIfAbsent(peer, _ -> new int[Kind.values().length + 1]);
        int all = Kind.values().length;
        if (counts[all] >= Kind.OF_ALL_MAX || counts[kind.ordinal()] >= kind.max()) {
            return false;
        }
        counts[all]++;
        counts[kind.ordinal()]++;
        return true;
    }

    /** The question is answered, but for sending the answer: another of its kind may come. */
    synchronized void answered(String peer, Kind kind) {
        taken.computeIfPresent(peer, (_, counts) -> {
            counts[kind.ordinal()]--;
            return counts;
        });
    }

    /** And the answer is sent. */
    synchronized void sent(String peer) {
        taken.computeIfPresent(peer, (_, counts) -> --counts[Kind.values().length] == 0 ? null : counts);
    }
}
