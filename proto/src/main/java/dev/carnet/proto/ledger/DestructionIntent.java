package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is held under this name is about to be removed, file by file: durable before the first is.
 *
 * @param by the transfer that published it; absent for what came another way
 * @param tree digest; the subject
 * @param content digest
 * @param files how many
 * @param logicalBytes of all files together
 * @param principal who asked
 * @param grant of the signer's policy, by which the principal might
 * @param policy SHA-256 of the signer's policy
 */
public record DestructionIntent(
        String daemon,
        String origin,
        Instant time,
        Optional<Brought> by,
        String tree,
        String volume,
        String name,
        String content,
        long files,
        long logicalBytes,
        String principal,
        String grant,
        String policy)
        implements Statement {
    private static final String SUBJECT = "tree";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public DestructionIntent {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Brought.check(by, daemon);
        Forms.digest(tree, "tree");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.digest(content, "content");
        Forms.between(files, 0, Limits.MEMBERS_MAX, "files");
        Forms.between(logicalBytes, 0, Long.MAX_VALUE, "logicalBytes");
        Forms.label(principal, "principal");
        Forms.label(grant, "grant");
        Forms.digest(policy, "policy");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static DestructionIntent read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.DESTRUCTION_INTENT);
        return text.mustBe(from(text));
    }

    static DestructionIntent from(StatementText text) {
        Members m = text.members();
        return new DestructionIntent(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                Brought.from(m),
                text.digestOf(SUBJECT),
                m.string("volume"),
                m.string("name"),
                m.string("content"),
                m.integer("files"),
                m.bytes("logicalBytes"),
                m.string("principal"),
                m.string("grant"),
                m.string("policy"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.DESTRUCTION_INTENT;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .brought(by)
                .put("volume", volume)
                .put("name", name)
                .put("content", content)
                .put("files", files)
                .bytes("logicalBytes", logicalBytes)
                .put("principal", principal)
                .put("grant", grant)
                .put("policy", policy)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
