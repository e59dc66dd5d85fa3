package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What was refused to an authenticated peer, or to a local caller, within a minute.
 *
 * @param policy SHA-256 of the signer's policy; the subject
 * @param peer SPIFFE ID; either this or {@code principal} is there
 * @param principal label of a local caller
 * @param code name of a code of SPEC section 13
 * @param volume that was asked for, where it is one of the signer's
 * @param reason of the first one
 * @param count how many, from 1
 * @param from time of the first
 * @param to time of the last
 */
public record Refusal(
        String daemon,
        String origin,
        Instant time,
        String policy,
        Optional<String> peer,
        Optional<String> principal,
        String code,
        Optional<String> volume,
        String reason,
        long count,
        Instant from,
        Instant to)
        implements Statement {
    private static final String SUBJECT = "policy";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Refusal {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(policy, "policy");
        peer.ifPresent(id -> Forms.spiffeId(id, "peer"));
        principal.ifPresent(label -> Forms.label(label, "principal"));
        Forms.require(peer.isPresent() != principal.isPresent(), "one of peer and principal is there");
        Forms.code(code, "code");
        volume.ifPresent(name -> Forms.volume(name, "volume"));
        Forms.sentence(reason, "reason");
        Forms.between(count, 1, Long.MAX_VALUE, "count");
        from = Forms.time(from, "from");
        to = Forms.time(to, "to");
        Forms.require(!to.isBefore(from), "to is before from");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static Refusal read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.REFUSAL);
        return text.mustBe(from(text));
    }

    static Refusal from(StatementText text) {
        Members m = text.members();
        return new Refusal(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                text.digestOf(SUBJECT),
                m.optionalString("peer"),
                m.optionalString("principal"),
                m.string("code"),
                m.optionalString("volume"),
                m.string("reason"),
                m.integer("count"),
                m.time("from"),
                m.time("to"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.REFUSAL;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .putIfPresent("peer", peer)
                .putIfPresent("principal", principal)
                .put("code", code)
                .putIfPresent("volume", volume)
                .put("reason", reason)
                .put("count", count)
                .put("from", from)
                .put("to", to)
                .map();
        return StatementText.write(predicate(), SUBJECT, policy, members);
    }
}
