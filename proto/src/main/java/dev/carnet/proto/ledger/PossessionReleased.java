package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * This tree is not held under this name any more.
 *
 * @param by the transfer that published it; absent for what was adopted
 * @param tree digest; the subject
 * @param reason a sentence
 */
public record PossessionReleased(
        String daemon,
        String origin,
        Instant time,
        Optional<Brought> by,
        String tree,
        String volume,
        String name,
        String reason)
        implements Statement {
    private static final String SUBJECT = "tree";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public PossessionReleased {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Brought.check(by, daemon);
        Forms.digest(tree, "tree");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.sentence(reason, "reason");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static PossessionReleased read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.POSSESSION_RELEASED);
        return text.mustBe(from(text));
    }

    static PossessionReleased from(StatementText text) {
        Members m = text.members();
        return new PossessionReleased(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                Brought.from(m),
                text.digestOf(SUBJECT),
                m.string("volume"),
                m.string("name"),
                m.string("reason"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.POSSESSION_RELEASED;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .brought(by)
                .put("volume", volume)
                .put("name", name)
                .put("reason", reason)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
