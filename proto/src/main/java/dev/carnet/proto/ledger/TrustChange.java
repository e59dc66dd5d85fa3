package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * Other trust anchors or refusals of keys and peers are in force from now on; a blob has their text.
 *
 * @param trust SHA-256 of the text; the subject
 * @param previous of the one before; absent at the first
 */
public record TrustChange(String daemon, String origin, Instant time, String trust, Optional<String> previous)
        implements Statement {
    private static final String SUBJECT = "trust";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public TrustChange {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(trust, "trust");
        previous.ifPresent(digest -> Forms.digest(digest, "previous"));
        Forms.require(!previous.equals(Optional.of(trust)), "previous is the same: nothing has changed");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static TrustChange read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.TRUST_CHANGE);
        return text.mustBe(from(text));
    }

    static TrustChange from(StatementText text) {
        Members m = text.members();
        return new TrustChange(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                text.digestOf(SUBJECT),
                m.optionalString("previous"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.TRUST_CHANGE;
    }

    @Override
    public byte[] payload() {
        return StatementText.write(
                predicate(),
                SUBJECT,
                trust,
                PredicateMembers.of(daemon, origin, time)
                        .putIfPresent("previous", previous)
                        .map());
    }
}
