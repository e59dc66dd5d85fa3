package dev.carnet.daemon.question;

import java.util.HashMap;
import java.util.Map;

/** Counts the open questions of each peer, against the bounds of SPEC section 4. */
final class Places {
    private final Map<String, Taken> taken = new HashMap<>();

    /** Of one peer. */
    private static final class Taken {
        private final Map<Kind, Integer> open = new HashMap<>();
        private int all;

        void add(Kind kind, int count) {
            open.merge(kind, count, Integer::sum);
        }
    }

    /** False where there is no place. */
    synchronized boolean take(String peer, Kind kind) {
        Taken of = taken.computeIfAbsent(peer, _ -> new Taken());
        if (of.all >= Kind.OF_ALL_MAX || of.open.getOrDefault(kind, 0) >= kind.max()) {
            return false;
        }
        of.all++;
        of.add(kind, 1);
        return true;
    }

    /** The question is answered, but for sending the answer: another of its kind may come. */
    synchronized void answered(String peer, Kind kind) {
        Taken of = taken.get(peer);
        if (of != null) {
            of.add(kind, -1);
        }
    }

    /** And the answer is sent. */
    synchronized void sent(String peer) {
        taken.computeIfPresent(peer, (_, of) -> --of.all == 0 ? null : of);
    }
}
