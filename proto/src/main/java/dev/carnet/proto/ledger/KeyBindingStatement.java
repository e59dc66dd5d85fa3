package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;

/**
 * These are my keys. Signed by both new entry keys and, at a change, by both old ones.
 *
 * @param list all of them; names the daemon and its origin
 * @param proof SHA-256 of the key proof, a blob
 */
public record KeyBindingStatement(String daemon, String origin, Instant time, KeyList list, String proof)
        implements Statement {
    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public KeyBindingStatement {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(proof, "proof");
        Forms.require(list.spiffeId().equals(daemon), "list.spiffeId is not daemon");
        Forms.require(list.origin().equals(origin), "list.origin is not origin");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static KeyBindingStatement read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.KEY_BINDING);
        return text.mustBe(from(text));
    }

    static KeyBindingStatement from(StatementText text) {
        Members m = text.members();
        Members list = m.object("list");
        KeyBindingStatement statement = new KeyBindingStatement(
                m.string("daemon"), m.string("origin"), m.time("time"), KeyList.from(list), m.string("proof"));
        String digest = text.digestOf(statement.daemon());
        Forms.require(digest.equals(statement.list().digest()), "the subject's digest is not that of the key list");
        return statement;
    }

    @Override
    public Predicate predicate() {
        return Predicate.KEY_BINDING;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .put("list", list.members())
                .put("proof", proof)
                .map();
        return StatementText.write(predicate(), daemon, list.digest(), members);
    }
}
