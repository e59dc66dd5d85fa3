package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * I hold this tree under this name.
 *
 * @param tree digest; the subject
 * @param state {@code publishing}: before the rename that makes it visible; {@code verified}: it was read again, and is whole; {@code adopted}: it came another way, and was
 *     hashed
 * @param content digest
 * @param files how many
 * @param logicalBytes of all files together
 * @param published in state publishing: the transfer that brings it
 * @param seal SHA-256 of the seal's payload; in state publishing
 * @param asked in state verified, where a peer asked for it
 * @param partOf tree digest of the whole, of a part
 */
public record Possession(
        String daemon,
        String origin,
        Instant time,
        String tree,
        String state,
        String content,
        String volume,
        String name,
        long files,
        long logicalBytes,
        Optional<Brought> published,
        Optional<String> seal,
        Optional<Asked> asked,
        Optional<String> partOf)
        implements Statement {
    public static final String STATE_PUBLISHING = "publishing";
    public static final String STATE_VERIFIED = "verified";
    public static final String STATE_ADOPTED = "adopted";
    private static final String SUBJECT = "tree";

    /**
     * The question that this answers.
     *
     * @param request id of the VerifyRequest
     * @param asker SPIFFE ID of who sent it
     */
    public record Asked(String request, String asker) {
        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public Asked {
            Forms.id(request, "request");
            Forms.spiffeId(asker, "asker");
        }

        static Optional<Asked> from(Members m) {
            return m.optionalString("request").map(request -> new Asked(request, m.string("asker")));
        }
    }

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Possession {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.digest(tree, "tree");
        Forms.oneOf(state, List.of(STATE_PUBLISHING, STATE_VERIFIED, STATE_ADOPTED), "state");
        Forms.digest(content, "content");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.between(files, 0, Limits.MEMBERS_MAX, "files");
        Forms.between(logicalBytes, 0, Long.MAX_VALUE, "logicalBytes");
        boolean publishing = state.equals(STATE_PUBLISHING);
        Brought.check(published, daemon);
        Forms.require(published.isPresent() == publishing, "transfer is there in state publishing, and only then");
        seal.ifPresent(digest -> Forms.digest(digest, "seal"));
        Forms.require(seal.isPresent() == publishing, "seal is there in state publishing, and only then");
        Forms.require(asked.isEmpty() || state.equals(STATE_VERIFIED), "request is there in state verified only");
        asked.ifPresent(by -> Forms.require(!by.asker().equals(daemon), "daemon and asker are the same"));
        partOf.ifPresent(digest -> Forms.digest(digest, "partOf"));
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
                text.digestOf(SUBJECT),
                m.string("state"),
                m.string("content"),
                m.string("volume"),
                m.string("name"),
                m.integer("files"),
                m.bytes("logicalBytes"),
                Brought.from(m),
                m.optionalString("seal"),
                Asked.from(m),
                m.optionalString("partOf"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.POSSESSION;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .brought(published)
                .put("state", state)
                .put("content", content)
                .put("volume", volume)
                .put("name", name)
                .put("files", files)
                .bytes("logicalBytes", logicalBytes)
                .putIfPresent("seal", seal)
                .putIfPresent("request", asked.map(Asked::request))
                .putIfPresent("asker", asked.map(Asked::asker))
                .putIfPresent("partOf", partOf)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
