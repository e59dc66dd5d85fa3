package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A transfer goes on in a new session, and policy or keys are not what they were: durable before the first chunk of that session.
 *
 * @param offer SHA-256 of the Offer; the subject
 * @param changed {@code keys}, {@code policy}, or both in this order
 * @param session id of the first session in which it is so
 * @param policy SHA-256 of the signer's policy, now
 * @param rule that matches now
 * @param peerBinding SHA-256 of the payload of the peer's key binding, now
 */
public record TransferResumed(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String offer,
        List<String> changed,
        String session,
        String policy,
        String rule,
        String peerBinding)
        implements Statement {
    public static final String KEYS = "keys";
    public static final String POLICY = "policy";
    private static final String SUBJECT = "offer";
    private static final List<List<String>> CHANGES = List.of(List.of(KEYS), List.of(POLICY), List.of(KEYS, POLICY));

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public TransferResumed {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.digest(offer, "offer");
        changed = List.copyOf(changed);
        Forms.require(CHANGES.contains(changed), "changed is none of " + CHANGES);
        Forms.id(session, "session");
        Forms.digest(policy, "policy");
        Forms.label(rule, "rule");
        Forms.digest(peerBinding, "peerBinding");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static TransferResumed read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.TRANSFER_RESUMED);
        return text.mustBe(from(text));
    }

    static TransferResumed from(StatementText text) {
        Members m = text.members();
        return new TransferResumed(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.strings("changed"),
                m.string("session"),
                m.string("policy"),
                m.string("rule"),
                m.string("peerBinding"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.TRANSFER_RESUMED;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("changed", changed)
                .put("session", session)
                .put("policy", policy)
                .put("rule", rule)
                .put("peerBinding", peerBinding)
                .map();
        return StatementText.write(predicate(), SUBJECT, offer, members);
    }
}
