package dev.carnet.daemon.policy;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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

    /** The label of a local caller; empty for one that may ask nothing. */
    default Optional<String> principal(Caller caller) {
        return Optional.empty();
    }

    /**
     * The grant that gives a local principal a right; empty where none does.
     *
     * @param volume of this daemon; empty asks whether there is any volume with which it may
     * @param peer SPIFFE ID; empty asks whether there is any peer with which it may
     */
    default Optional<Grant> grants(String principal, Right right, String volume, String peer) {
        return Optional.empty();
    }

    /** The volumes on which a principal has some right; empty for all there are. */
    default Optional<Set<String>> volumes(String principal) {
        return Optional.of(Set.of());
    }

    /** SHA-256 (lower-case hex) of the canonical text of the policy. */
    String digest();

    /** What a peer and this daemon may do with a volume. */
    enum Act {
        SEND_PUSH,
        RECEIVE_PUSH,
        SERVE_PULL,
        PULL
    }

    /** What a local principal may be allowed to do. */
    enum Right {
        /** Start pushes from a volume. */
        PUSH,
        /** Start pulls into a volume. */
        PULL,
        /** Destroy checkpoints of a volume. */
        DESTROY,
        /** Read the ledger. About no volume. */
        AUDIT,
        /** Reload, add peers, see, cancel and continue what others started. About no volume. */
        ADMIN;

        /** As the configuration says it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A rule's name, as the configuration gives it (or "policy[n]"). */
    record Rule(String name) {}

    /** A grant's name, as the configuration gives it (or "grant[n]"; {@link LocalRights#DEFAULT_GRANT} where none is configured). */
    record Grant(String name) {}
}
