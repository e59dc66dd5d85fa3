package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Collects the members of a predicate, or of an object in it, for writing. */
final class PredicateMembers {
    private final Map<String, Object> members = new TreeMap<>();

    /** Begins with what every predicate has. */
    static PredicateMembers of(String daemon, String origin, Instant time) {
        return new PredicateMembers()
                .put("daemon", daemon)
                .put("origin", origin)
                .put("time", time);
    }

    /** Adds what every predicate about a transfer has that does not name both ends. */
    PredicateMembers transfer(String transfer, Role role, String peer) {
        return put("transfer", transfer).put("role", role.label()).put("peer", peer);
    }

    PredicateMembers brought(Optional<Brought> by) {
        by.ifPresent(brought -> transfer(brought.transfer(), Role.DESTINATION, brought.peer()));
        return this;
    }

    PredicateMembers put(String name, Object value) {
        members.put(name, value);
        return this;
    }

    PredicateMembers put(String name, Instant time) {
        return put(name, (Object) Forms.writeTime(time));
    }

    /** A number of bytes: a decimal string. */
    PredicateMembers bytes(String name, long count) {
        return put(name, (Object) Long.toString(count));
    }

    /** Nothing where there is nothing. */
    PredicateMembers putIfPresent(String name, Optional<?> value) {
        value.ifPresent(v -> {
            if (v instanceof Instant time) {
                put(name, time);
            } else {
                put(name, v);
            }
        });
        return this;
    }

    Map<String, Object> map() {
        return members;
    }

    static void check(String daemon, String origin) {
        Forms.spiffeId(daemon, "daemon");
        Forms.origin(origin, "origin");
    }

    static void check(String daemon, String origin, String transfer, String peer) {
        check(daemon, origin);
        Forms.id(transfer, "transfer");
        Forms.spiffeId(peer, "peer");
        Forms.require(!daemon.equals(peer), "daemon and peer are the same");
    }
}
