package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What was held under this name has been removed: its last directory entry is gone, durably.
 *
 * @param by the transfer that published it; absent for what came another way
 * @param tree digest; the subject
 * @param intent SHA-256 of the payload of the destruction-intent
 */
public record Destruction(
        String daemon,
        String origin,
        Instant time,
        Optional<Brought> by,
        String tree,
        String volume,
        String name,
        String intent)
        implements Statement {
    private static final String SUBJECT = "tree";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Destruction {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Brought.check(by, daemon);
        Forms.digest(tree, "tree");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.digest(intent, "intent");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static Destruction read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.DESTRUCTION);
        return text.mustBe(from(text));
    }

    static Destruction from(StatementText text) {
        Members m = text.members();
        return new Destruction(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                Brought.from(m),
                text.digestOf(SUBJECT),
                m.string("volume"),
                m.string("name"),
                m.string("intent"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.DESTRUCTION;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .brought(by)
                .put("volume", volume)
                .put("name", name)
                .put("intent", intent)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
