package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * Another policy, or another trust (anchors, revocation lists, refused keys and peers), is in force from now on; a blob has its text.
 *
 * @param predicate {@link Predicate#POLICY_CHANGE} or {@link Predicate#TRUST_CHANGE}
 * @param digest SHA-256 of the text; the subject
 * @param previous of the one before; absent at the first
 */
public record Change(
        Predicate predicate, String daemon, String origin, Instant time, String digest, Optional<String> previous)
        implements Statement {

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Change {
        String subject = subject(predicate);
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(digest, subject);
        previous.ifPresent(before -> Forms.digest(before, "previous"));
        Forms.require(!previous.equals(Optional.of(digest)), "previous is the same: nothing has changed");
    }

    /**
     * Reads one.
     *
     * @param predicate of which kind it must be
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static Change read(Predicate predicate, byte[] payload) {
        StatementText text = StatementText.read(payload).expect(predicate);
        return text.mustBe(from(text));
    }

    static Change from(StatementText text) {
        Members m = text.members();
        return new Change(
                text.predicate(),
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                text.digestOf(subject(text.predicate())),
                m.optionalString("previous"));
    }

    @Override
    public byte[] payload() {
        return StatementText.write(
                predicate,
                subject(predicate),
                digest,
                PredicateMembers.of(daemon, origin, time)
                        .putIfPresent("previous", previous)
                        .map());
    }

    private static String subject(Predicate predicate) {
        return switch (predicate) {
            case POLICY_CHANGE -> "policy";
            case TRUST_CHANGE -> "trust";
            default -> throw new IllegalArgumentException(predicate.label() + " is no change of policy or trust");
        };
    }
}
