package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The destination, before the rename: I hold this tree and am about to publish it under this name.
 *
 * @param role always the destination
 * @param tree digest; the subject
 * @param state {@code publishing}
 * @param content digest
 * @param files how many
 * @param logicalBytes of all files together
 * @param seal SHA-256 of the seal's payload
 */
public record Possession(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String tree,
        String state,
        String content,
        String volume,
        String name,
        long files,
        long logicalBytes,
        String seal)
        implements Statement {
    public static final String STATE_PUBLISHING = "publishing";
    private static final String SUBJECT = "tree";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Possession {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.require(role == Role.DESTINATION, "only a destination says possession");
        Forms.digest(tree, "tree");
        Forms.oneOf(state, List.of(STATE_PUBLISHING), "state");
        Forms.digest(content, "content");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.between(files, 0, Limits.MEMBERS_MAX, "files");
        Forms.between(logicalBytes, 0, Long.MAX_VALUE, "logicalBytes");
        Forms.digest(seal, "seal");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static Possession read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.POSSESSION);
        return text.mustBe(from(text));
    }

    static Possession from(StatementText text) {
        Members m = text.members();
        return new Possession(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.string("state"),
                m.string("content"),
                m.string("volume"),
                m.string("name"),
                m.integer("files"),
                m.bytes("logicalBytes"),
                m.string("seal"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.POSSESSION;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("state", state)
                .put("content", content)
                .put("volume", volume)
                .put("name", name)
                .put("files", files)
                .bytes("logicalBytes", logicalBytes)
                .put("seal", seal)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
