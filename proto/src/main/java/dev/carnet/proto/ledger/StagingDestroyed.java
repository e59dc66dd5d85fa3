package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;

/**
 * After an abort: what the destination had staged has been removed.
 *
 * @param role always the destination
 * @param offer SHA-256 of the Offer; the subject
 */
public record StagingDestroyed(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String offer,
        String volume,
        String name)
        implements Statement {
    private static final String SUBJECT = "offer";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public StagingDestroyed {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.require(role == Role.DESTINATION, "only a destination says staging-destroyed");
        Forms.digest(offer, "offer");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static StagingDestroyed read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.STAGING_DESTROYED);
        return text.mustBe(from(text));
    }

    static StagingDestroyed from(StatementText text) {
        Members m = text.members();
        return new StagingDestroyed(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.string("volume"),
                m.string("name"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.STAGING_DESTROYED;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("volume", volume)
                .put("name", name)
                .map();
        return StatementText.write(predicate(), SUBJECT, offer, members);
    }
}
