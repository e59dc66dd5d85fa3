package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The daemon has started: recorded before anything is served.
 *
 * @param software SHA-256 of the distribution (SPEC section 11); the subject
 * @param version label of the software
 * @param stopped how the run before ended: {@link #FIRST} where the ledger knows of none, {@link #CLEAN} or {@link #UNCLEAN}
 */
public record DaemonStart(String daemon, String origin, Instant time, String software, String version, String stopped)
        implements Statement {
    public static final String FIRST = "first";
    public static final String CLEAN = "clean";
    public static final String UNCLEAN = "unclean";
    private static final String SUBJECT = "software";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public DaemonStart {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(software, "software");
        Forms.label(version, "version");
        Forms.oneOf(stopped, List.of(FIRST, CLEAN, UNCLEAN), "stopped");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static DaemonStart read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.DAEMON_START);
        return text.mustBe(from(text));
    }

    static DaemonStart from(StatementText text) {
        Members m = text.members();
        return new DaemonStart(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                text.digestOf(SUBJECT),
                m.string("version"),
                m.string("stopped"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.DAEMON_START;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .put("version", version)
                .put("stopped", stopped)
                .map();
        return StatementText.write(predicate(), SUBJECT, software, members);
    }
}
