package dev.carnet.daemon.daybook;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refusals of the last moment, in memory, counted: adding one costs a look into a table, whoever is refused and however often. Safe for many threads, event loops among them.
 */
final class Counts {
    /** Different refusals between two visits of the writer. */
    static final int DIFFERENT_MAX = 4_096;

    /** Of one minute: peers that no configuration names; as many local callers that are no principal. */
    static final int STRANGERS_MAX = 64;

    /** What makes two refusals of one minute the same. */
    record Same(boolean local, String who, String code, String volume, long minute) {}

    /** Such refusals, counted. {@code policy}, {@code reason}: of the first. Times in milliseconds since 1970. */
    record Counted(Same same, boolean stranger, String policy, String reason, long count, long fromMs, long toMs) {
        Counted plus(Counted later) {
            return new Counted(
                    same,
                    stranger,
                    policy,
                    reason,
                    count + later.count,
                    Math.min(fromMs, later.fromMs),
                    Math.max(toMs, later.toMs));
        }
    }

    private Map<Same, Counted> counted = new HashMap<>();
    private final Set<String> strangePeers = new HashSet<>();
    private final Set<String> strangeCallers = new HashSet<>();
    private long strangersMinute;
    private long dropped;

    synchronized void add(Counted one) {
        Counted known = counted.get(one.same());
        if (known != null) {
            counted.put(one.same(), known.plus(one));
        } else if (counted.size() < DIFFERENT_MAX && (!one.stranger() || place(one.same()))) {
            counted.put(one.same(), one);
        } else {
            dropped += one.count();
        }
    }

    private boolean place(Same same) {
        if (same.minute() != strangersMinute) {
            strangersMinute = same.minute();
            strangePeers.clear();
            strangeCallers.clear();
        }
        Set<String> strangers = same.local() ? strangeCallers : strangePeers;
        return strangers.contains(same.who()) || (strangers.size() < STRANGERS_MAX && strangers.add(same.who()));
    }

    /** Takes what there is. */
    synchronized List<Counted> take() {
        List<Counted> taken = new ArrayList<>(counted.values());
        counted = new HashMap<>();
        return taken;
    }

    /** Puts back what could not be stored. */
    synchronized void putBack(List<Counted> taken) {
        Map<Same, Counted> newer = counted;
        counted = new HashMap<>();
        taken.forEach(one -> counted.put(one.same(), one));
        newer.forEach((same, one) -> counted.merge(same, one, Counted::plus)); // at most twice as many, once
    }

    /** How many found no place since the last call. */
    synchronized long dropped() {
        long now = dropped;
        dropped = 0;
        return now;
    }
}
