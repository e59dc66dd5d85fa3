package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * Another policy is in force from now on; a blob has its text.
 *
 * @param policy SHA-256 of the text; the subject
 * @param previous of the one before; absent at the first
 */
public record PolicyChange(String daemon, String origin, Instant time, String policy, Optional<String> previous)
        implements Statement {
    private static final String SUBJECT = "policy";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public PolicyChange {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(policy, "policy");
        previous.ifPresent(digest -> Forms.digest(digest, "previous"));
        Forms.require(!previous.equals(Optional.of(policy)), "previous is the same: nothing has changed");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static PolicyChange read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.POLICY_CHANGE);
        return text.mustBe(from(text));
    }

    static PolicyChange from(StatementText text) {
        Members m = text.members();
        return new PolicyChange(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                text.digestOf(SUBJECT),
                m.optionalString("previous"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.POLICY_CHANGE;
    }

    @Override
    public byte[] payload() {
        return StatementText.write(
                predicate(),
                SUBJECT,
                policy,
                PredicateMembers.of(daemon, origin, time)
                        .putIfPresent("previous", previous)
                        .map());
    }
}
