package dev.carnet.daemon.transport;

import java.util.HashMap;
import java.util.Map;

/** Accepted connections that have authenticated and are neither a session nor a stream yet, by peer: whoever has a certificate may not hold any number of them open either. */
final class Newcomers {
    /** All streams of a session may be dialled at once, and some more than once. */
    static final int OF_A_PEER_MAX = 2 * 64;

    private final Map<String, Integer> held = new HashMap<>();

    /** Takes a place; false where the peer has all of its own. */
    synchronized boolean enter(String peer) {
        int now = held.getOrDefault(peer, 0);
        if (now >= OF_A_PEER_MAX) {
            return false;
        }
        held.put(peer, now + 1);
        return true;
    }

    /** Gives a place back. */
    synchronized void leave(String peer) {
        held.computeIfPresent(peer, (id, now) -> now > 1 ? now - 1 : null);
    }
}
