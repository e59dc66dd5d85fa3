package dev.carnet.daemon.policy;

import java.util.Optional;

/** The policy in force: an immutable value, replaced whole when configuration changes. */
public interface Policy {
    /**
     * The rule that allows {@code peer} this on {@code volume}; empty where none does.
     *
     * @param peer SPIFFE ID
     * @param act from the point of view of this daemon's volumes: RECEIVE_PUSH lets the peer push into the volume; SEND_PUSH lets this daemon push from
     *     the volume to the peer; pulls likewise
     */
    Optional<Rule> allows(String peer, Act act, String volume);

    /** SHA-256 (lower-case hex) of the canonical text of the policy. */
    String digest();

    /** What a peer and this daemon may do with a volume. */
    enum Act {
        SEND_PUSH,
        RECEIVE_PUSH,
        SERVE_PULL,
        PULL
    }

    /** A rule's name, as the configuration gives it (or "policy[n]"). */
    record Rule(String name) {}
}
