package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Both parties: this is what travelled. Built by the destination, signed by both with both algorithms.
 *
 * @param daemon the destination, who builds it
 * @param transfer id
 * @param tree digest; the subject
 * @param checkpoint id
 * @param offer SHA-256 of the Offer
 * @param content digest
 * @param files how many
 * @param directories how many, the root included
 * @param logicalBytes of all files together
 * @param wireBytes of all chunk frames that arrived, headers included; the destination's count
 * @param resentBytes logical bytes of the chunks that arrived more than once; the destination's count
 * @param source copied from the seal
 * @param destination who builds it: its id and origin are {@code daemon} and {@code origin}
 * @param sessions those that brought a recorded chunk, by the time they opened, at most {@value Limits#RECEIPT_SESSIONS_MAX}
 * @param sessionsMore SHA-256 of a blob with the rest; absent where there is no rest
 * @param partOf tree digest of the whole, of a part
 */
public record TransferReceipt(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        String tree,
        String checkpoint,
        String offer,
        String content,
        long files,
        long directories,
        long logicalBytes,
        long wireBytes,
        long resentBytes,
        Source source,
        Destination destination,
        List<SessionFacts> sessions,
        Optional<String> sessionsMore,
        Optional<String> partOf)
        implements Statement {
    private static final String SUBJECT = "tree";

    /**
     * The source.
     *
     * @param intent SHA-256 of the payload of its intent
     * @param seal SHA-256 of the seal's payload
     * @param entryKeys ids of its entry keys: Ed25519, ML-DSA-44
     * @param time the seal's
     * @param log the newest log checkpoint of its log that the destination knew to be right
     */
    public record Source(
            String id,
            String origin,
            String intent,
            String seal,
            List<String> entryKeys,
            Instant time,
            Optional<LogHead> log) {
        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public Source {
            Forms.spiffeId(id, "source.id");
            Forms.origin(origin, "source.origin");
            Forms.digest(intent, "source.intent");
            Forms.digest(seal, "source.seal");
            entryKeys = Forms.keyIds(entryKeys, "source.entryKeys");
            time = Forms.time(time, "source.time");
        }

        private Map<String, Object> members() {
            return LogHead.write(
                            log,
                            new PredicateMembers()
                                    .put("id", id)
                                    .put("origin", origin)
                                    .put("intent", intent)
                                    .put("seal", seal)
                                    .put("entryKeys", entryKeys)
                                    .put("time", time))
                    .map();
        }

        private static Source from(Members m) {
            Source source = new Source(
                    m.string("id"),
                    m.string("origin"),
                    m.string("intent"),
                    m.string("seal"),
                    m.strings("entryKeys"),
                    m.time("time"),
                    LogHead.from(m));
            m.end();
            return source;
        }
    }

    /**
     * The destination.
     *
     * @param intent SHA-256 of the payload of its intent
     * @param possession SHA-256 of the payload of its possession
     * @param entryKeys ids of its entry keys: Ed25519, ML-DSA-44
     * @param time when it built the receipt
     * @param log the newest log checkpoint that it had published
     */
    public record Destination(
            String id,
            String origin,
            String volume,
            String name,
            String intent,
            String possession,
            List<String> entryKeys,
            Instant time,
            Optional<LogHead> log) {
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
            Forms.digest(intent, "destination.intent");
            Forms.digest(possession, "destination.possession");
            entryKeys = Forms.keyIds(entryKeys, "destination.entryKeys");
            time = Forms.time(time, "destination.time");
        }

        private Map<String, Object> members() {
            return LogHead.write(
                            log,
                            new PredicateMembers()
                                    .put("id", id)
                                    .put("origin", origin)
                                    .put("volume", volume)
                                    .put("name", name)
                                    .put("intent", intent)
                                    .put("possession", possession)
                                    .put("entryKeys", entryKeys)
                                    .put("time", time))
                    .map();
        }

        private static Destination from(Members m) {
            Destination destination = new Destination(
                    m.string("id"),
                    m.string("origin"),
                    m.string("volume"),
                    m.string("name"),
                    m.string("intent"),
                    m.string("possession"),
                    m.strings("entryKeys"),
                    m.time("time"),
                    LogHead.from(m));
            m.end();
            return destination;
        }
    }

    /**
     * A session as a receipt names it: how the two knew each other.
     *
     * @param id of the session
     * @param sourceKey SHA-256 of the SubjectPublicKeyInfo of the source's leaf
     * @param destinationKey SHA-256 of the SubjectPublicKeyInfo of the destination's leaf
     * @param group negotiated key exchange, as IANA names it
     * @param suite negotiated cipher suite, as IANA names it
     * @param exporter SHA-256 of the session exporter's value
     * @param opened by the destination's clock
     * @param closed by the destination's clock; absent where the session was still open
     */
    public record SessionFacts(
            String id,
            String sourceKey,
            String destinationKey,
            String group,
            String suite,
            String exporter,
            Instant opened,
            Optional<Instant> closed) {
        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public SessionFacts {
            Forms.id(id, "sessions.id");
            Forms.digest(sourceKey, "sessions.sourceKey");
            Forms.digest(destinationKey, "sessions.destinationKey");
            Forms.algorithm(group, "sessions.group");
            Forms.algorithm(suite, "sessions.suite");
            Forms.digest(exporter, "sessions.exporter");
            opened = Forms.time(opened, "sessions.opened");
            closed = closed.map(time -> Forms.time(time, "sessions.closed"));
        }

        private Map<String, Object> members() {
            return new PredicateMembers()
                    .put("id", id)
                    .put("sourceKey", sourceKey)
                    .put("destinationKey", destinationKey)
                    .put("group", group)
                    .put("suite", suite)
                    .put("exporter", exporter)
                    .put("opened", opened)
                    .putIfPresent("closed", closed)
                    .map();
        }

        private static SessionFacts from(Members m) {
            SessionFacts facts = new SessionFacts(
                    m.string("id"),
                    m.string("sourceKey"),
                    m.string("destinationKey"),
                    m.string("group"),
                    m.string("suite"),
                    m.string("exporter"),
                    m.time("opened"),
                    m.optionalTime("closed"));
            m.end();
            return facts;
        }
    }

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public TransferReceipt {
        PredicateMembers.check(daemon, origin, transfer, source.id());
        time = Forms.time(time, "time");
        Forms.digest(tree, "tree");
        Forms.id(checkpoint, "checkpoint");
        Forms.digest(offer, "offer");
        Forms.digest(content, "content");
        Forms.members(files, directories);
        Forms.between(logicalBytes, 0, Long.MAX_VALUE, "logicalBytes");
        Forms.between(wireBytes, 0, Long.MAX_VALUE, "wireBytes");
        Forms.between(resentBytes, 0, Long.MAX_VALUE, "resentBytes");
        Forms.require(destination.id().equals(daemon), "destination.id is not daemon");
        Forms.require(destination.origin().equals(origin), "destination.origin is not origin");
        sessions = List.copyOf(sessions);
        Forms.between(sessions.size(), 0, Limits.RECEIPT_SESSIONS_MAX, "the number of sessions");
        Forms.require(
                sessions.stream().map(SessionFacts::id).distinct().count() == sessions.size(),
                "a session is named twice");
        for (int i = 1; i < sessions.size(); i++) {
            Forms.require(
                    !sessions.get(i).opened().isBefore(sessions.get(i - 1).opened()),
                    "sessions are not in the order of their opening");
        }
        partOf.ifPresent(digest -> Forms.digest(digest, "partOf"));
        sessionsMore.ifPresent(digest -> Forms.digest(digest, "sessionsMore"));
        Forms.require(
                sessionsMore.isEmpty() || sessions.size() == Limits.RECEIPT_SESSIONS_MAX,
                "sessionsMore is there only beside " + Limits.RECEIPT_SESSIONS_MAX + " sessions");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static TransferReceipt read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.TRANSFER_RECEIPT);
        return text.mustBe(from(text));
    }

    static TransferReceipt from(StatementText text) {
        Members m = text.members();
        return new TransferReceipt(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                text.digestOf(SUBJECT),
                m.string("checkpoint"),
                m.string("offer"),
                m.string("content"),
                m.integer("files"),
                m.integer("directories"),
                m.bytes("logicalBytes"),
                m.bytes("wireBytes"),
                m.bytes("resentBytes"),
                Source.from(m.object("source")),
                Destination.from(m.object("destination")),
                m.objects("sessions").stream().map(SessionFacts::from).toList(),
                m.optionalString("sessionsMore"),
                m.optionalString("partOf"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.TRANSFER_RECEIPT;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .put("transfer", transfer)
                .put("checkpoint", checkpoint)
                .put("offer", offer)
                .put("content", content)
                .put("files", files)
                .put("directories", directories)
                .bytes("logicalBytes", logicalBytes)
                .bytes("wireBytes", wireBytes)
                .bytes("resentBytes", resentBytes)
                .put("source", source.members())
                .put("destination", destination.members())
                .put("sessions", sessions.stream().map(SessionFacts::members).toList())
                .putIfPresent("sessionsMore", sessionsMore)
                .putIfPresent("partOf", partOf)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }

    /**
     * The blob that {@code sessionsMore} names: the RFC 8785 JSON array of the sessions that did not fit, members as inline.
     */
    public static byte[] moreSessions(List<SessionFacts> sessions) {
        return CanonicalJson.write(sessions.stream().map(SessionFacts::members).toList());
    }

    /**
     * Reads the blob that {@code sessionsMore} names.
     *
     * @param bytesMax the most bytes that are looked at
     * @throws StatementException if the bytes are not exactly what {@link #moreSessions} gives
     */
    public static List<SessionFacts> readMoreSessions(byte[] blob, int bytesMax) {
        Members whole = new Members(Map.of("blob", CanonicalJson.read(blob, bytesMax, 2)), "sessionsMore");
        List<SessionFacts> sessions =
                whole.objects("blob").stream().map(SessionFacts::from).toList();
        Forms.require(!sessions.isEmpty(), "a blob of more sessions that has none");
        Forms.require(
                Arrays.equals(moreSessions(sessions), blob), "more sessions are not written the one way there is");
        return sessions;
    }
}
