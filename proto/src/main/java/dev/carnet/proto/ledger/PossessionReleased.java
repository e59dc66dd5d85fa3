package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;

/**
 * The destination of the transfer that published this tree does not hold it under this name any more.
 *
 * @param role always the destination
 * @param tree digest; the subject
 * @param reason a sentence
 */
public record PossessionReleased(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
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
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.require(role == Role.DESTINATION, "only a destination says possession-released");
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
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
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
                .transfer(transfer, role, peer)
                .put("volume", volume)
                .put("name", name)
                .put("reason", reason)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
