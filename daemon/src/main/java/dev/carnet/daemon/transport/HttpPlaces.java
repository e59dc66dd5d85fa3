package dev.carnet.daemon.transport;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is being served over HTTP: so many connections at once, and so many of them of one identity. Whoever only waits to be told that it is nobody has places of its own, so that such cannot keep auditors out. Safe for many threads.
 *
 * @param <C> a connection
 */
final class HttpPlaces<C> {
    static final int OF_ONE_MAX = 16;
    static final int LISTED_MAX = 128;
    static final int OTHERS_MAX = 32;

    private record Place(String spiffeId, boolean listed) {}

    private final Map<C, Place> taken = new HashMap<>();

    /**
     * Takes a place; false where there is none.
     *
     * @param listed whether the configuration names it
     */
    synchronized boolean enter(C connection, String spiffeId, boolean listed) {
        long own = taken.values().stream()
                .filter(place -> place.spiffeId().equals(spiffeId))
                .count();
        long alike = taken.values().stream()
                .filter(place -> place.listed() == listed)
                .count();
        if (own >= OF_ONE_MAX || alike >= (listed ? LISTED_MAX : OTHERS_MAX)) {
            return false;
        }
        taken.put(connection, new Place(spiffeId, listed));
        return true;
    }

    /** Gives its place back, where it has one. */
    synchronized void leave(C connection) {
        taken.remove(connection);
    }

    synchronized Collection<C> all() {
        return List.copyOf(taken.keySet());
    }
}
