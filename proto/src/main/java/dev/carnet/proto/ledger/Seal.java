package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The source closes the checkpoint: this is what I sent, and to whom. Signed with both entry keys.
 *
 * @param transfer id
 * @param tree digest; the subject
 * @param offer SHA-256 of the Offer
 * @param checkpoint id
 * @param content digest
 * @param files how many
 * @param directories how many, the root included
 * @param logicalBytes of all files together
 * @param source who signs: equal to {@code daemon} and {@code origin}
 * @param destination for whom
 * @param partOf tree digest of the whole, of a part
 */
public record Seal(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        String tree,
        String offer,
        String checkpoint,
        String content,
        long files,
        long directories,
        long logicalBytes,
        Source source,
        Destination destination,
        Optional<String> partOf)
        implements Statement {
    private static final String SUBJECT = "tree";

    /** SPIFFE ID and log origin of the source. */
    public record Source(String id, String origin) {
        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public Source {
            Forms.spiffeId(id, "source.id");
            Forms.origin(origin, "source.origin");
        }
    }

    /** SPIFFE ID and log origin of the destination, and the checkpoint's place there. */
    public record Destination(String id, String origin, String volume, String name) {
        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public Destination {
            Forms.spiffeId(id, "destination.id");
            Forms.origin(origin, "destination.origin");
            Forms.volume(volume, "destination.volume");
            Forms.name(name, "destination.name");
        }
    }

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Seal {
        PredicateMembers.check(daemon, origin, transfer, destination.id());
        time = Forms.time(time, "time");
        Forms.digest(tree, "tree");
        Forms.digest(offer, "offer");
        Forms.id(checkpoint, "checkpoint");
        Forms.digest(content, "content");
        Forms.members(files, directories);
        Forms.between(logicalBytes, 0, Long.MAX_VALUE, "logicalBytes");
        partOf.ifPresent(digest -> Forms.digest(digest, "partOf"));
        Forms.require(source.id().equals(daemon), "source.id is not daemon");
        Forms.require(source.origin().equals(origin), "source.origin is not origin");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static Seal read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.SEAL);
        return text.mustBe(from(text));
    }

    static Seal from(StatementText text) {
        Members m = text.members();
        return new Seal(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                text.digestOf(SUBJECT),
                m.string("offer"),
                m.string("checkpoint"),
                m.string("content"),
                m.integer("files"),
                m.integer("directories"),
                m.bytes("logicalBytes"),
                source(m.object("source")),
                destination(m.object("destination")),
                m.optionalString("partOf"));
    }

    private static Source source(Members m) {
        Source source = new Source(m.string("id"), m.string("origin"));
        m.end();
        return source;
    }

    private static Destination destination(Members m) {
        Destination destination =
                new Destination(m.string("id"), m.string("origin"), m.string("volume"), m.string("name"));
        m.end();
        return destination;
    }

    @Override
    public Predicate predicate() {
        return Predicate.SEAL;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .put("transfer", transfer)
                .put("offer", offer)
                .put("checkpoint", checkpoint)
                .put("content", content)
                .put("files", files)
                .put("directories", directories)
                .bytes("logicalBytes", logicalBytes)
                .putIfPresent("partOf", partOf)
                .put("source", Map.of("id", source.id(), "origin", source.origin()))
                .put(
                        "destination",
                        Map.of(
                                "id",
                                destination.id(),
                                "origin",
                                destination.origin(),
                                "volume",
                                destination.volume(),
                                "name",
                                destination.name()))
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
