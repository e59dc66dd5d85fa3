package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Before any chunk: I am about to send, or to receive, this.
 *
 * @param offer SHA-256 of the Offer; the subject
 * @param checkpoint id
 * @param manner how it travels
 * @param volume at the destination
 * @param name of the checkpoint at the destination
 * @param members files and directories, the root included
 * @param logicalBytesMax the Offer's ceiling, in bytes
 * @param part of the checkpoint that this transfer brings
 * @param principal label of who asked
 * @param grant of the signer's policy, by which the principal might ask; with the requester only
 * @param labels that people gave it; empty is absent
 * @param rule of the signer's policy that matched
 * @param policy SHA-256 of the signer's policy
 * @param peerOrigin origin of the other's log
 * @param peerIntent SHA-256 of the payload of the destination's intent; with the source only
 */
public record TransferIntent(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String offer,
        String checkpoint,
        Manner manner,
        String volume,
        String name,
        long members,
        long logicalBytesMax,
        Part part,
        String principal,
        Optional<String> grant,
        Map<String, String> labels,
        String rule,
        String policy,
        String peerOrigin,
        Optional<String> peerIntent)
        implements Statement {
    public static final String MODE_OPEN = "open";
    public static final String MODE_SEALED = "sealed";
    public static final String DIRECTION_PUSH = "push";
    public static final String DIRECTION_PULL = "pull";
    private static final String SUBJECT = "offer";

    /**
     * How it travels.
     *
     * @param mode {@code open} or {@code sealed}
     * @param direction {@code push} or {@code pull}
     * @param tree digest of what will travel; in sealed mode
     * @param partOf tree digest of the whole, of a part
     * @param request SHA-256 of the Request; of a pull
     */
    public record Manner(
            String mode, String direction, Optional<String> tree, Optional<String> partOf, Optional<String> request) {
        public static final Manner OPEN_PUSH =
                new Manner(MODE_OPEN, DIRECTION_PUSH, Optional.empty(), Optional.empty(), Optional.empty());

        /**
         * Makes one.
         *
         * @throws StatementException naming the member that is wrong
         */
        public Manner {
            Forms.oneOf(mode, List.of(MODE_OPEN, MODE_SEALED), "mode");
            Forms.oneOf(direction, List.of(DIRECTION_PUSH, DIRECTION_PULL), "direction");
            boolean sealed = mode.equals(MODE_SEALED);
            boolean pull = direction.equals(DIRECTION_PULL);
            tree.ifPresent(digest -> Forms.digest(digest, "tree"));
            partOf.ifPresent(digest -> Forms.digest(digest, "partOf"));
            request.ifPresent(digest -> Forms.digest(digest, "request"));
            Forms.require(tree.isPresent() == sealed, "tree is there in sealed mode, and only then");
            Forms.require(request.isPresent() == pull, "request is there in a pull, and only then");
            Forms.require(sealed || !pull, "a pull is in sealed mode");
            Forms.require(partOf.isEmpty() || pull, "partOf is there in a pull only");
        }
    }

    /**
     * One part of a checkpoint.
     *
     * @param index from 0
     * @param of how many there are, from 1
     */
    public record Part(long index, long of) {
        public static final Part WHOLE = new Part(0, 1);

        /**
         * Makes one.
         *
         * @throws StatementException if there is no such part
         */
        public Part {
            Forms.between(of, 1, Limits.PARTS_MAX, "part.of");
            Forms.between(index, 0, of - 1, "part.index");
        }
    }

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public TransferIntent {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.digest(offer, "offer");
        Forms.id(checkpoint, "checkpoint");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.between(members, 1, Limits.MEMBERS_MAX, "members");
        Forms.between(logicalBytesMax, 0, Long.MAX_VALUE, "logicalBytesMax");
        Forms.label(principal, "principal");
        grant.ifPresent(value -> Forms.label(value, "grant"));
        boolean asked = (role == Role.SOURCE) == manner.direction().equals(DIRECTION_PUSH);
        Forms.require(grant.isEmpty() || asked, "grant is there with the requester only");
        labels = Forms.labels(labels, "labels");
        Forms.label(rule, "rule");
        Forms.digest(policy, "policy");
        Forms.origin(peerOrigin, "peerOrigin");
        peerIntent.ifPresent(digest -> Forms.digest(digest, "peerIntent"));
        Forms.require(
                peerIntent.isPresent() == (role == Role.SOURCE),
                "peerIntent is there with the source, and with the source only");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static TransferIntent read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.TRANSFER_INTENT);
        return text.mustBe(from(text));
    }

    static TransferIntent from(StatementText text) {
        Members m = text.members();
        return new TransferIntent(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.string("checkpoint"),
                manner(m),
                m.string("volume"),
                m.string("name"),
                m.integer("members"),
                m.bytes("logicalBytesMax"),
                part(m.object("part")),
                m.string("principal"),
                m.optionalString("grant"),
                m.optionalTexts("labels"),
                m.string("rule"),
                m.string("policy"),
                m.string("peerOrigin"),
                m.optionalString("peerIntent"));
    }

    private static Manner manner(Members m) {
        return new Manner(
                m.string("mode"),
                m.string("direction"),
                m.optionalString("tree"),
                m.optionalString("partOf"),
                m.optionalString("request"));
    }

    private static Part part(Members m) {
        Part part = new Part(m.integer("index"), m.integer("of"));
        m.end();
        return part;
    }

    @Override
    public Predicate predicate() {
        return Predicate.TRANSFER_INTENT;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> predicate = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("checkpoint", checkpoint)
                .put("mode", manner.mode())
                .put("direction", manner.direction())
                .putIfPresent("tree", manner.tree())
                .putIfPresent("partOf", manner.partOf())
                .putIfPresent("request", manner.request())
                .put("volume", volume)
                .put("name", name)
                .put("members", members)
                .bytes("logicalBytesMax", logicalBytesMax)
                .put("part", Map.of("index", part.index(), "of", part.of()))
                .put("principal", principal)
                .putIfPresent("grant", grant)
                .putIfPresent("labels", labels.isEmpty() ? Optional.empty() : Optional.of(labels))
                .put("rule", rule)
                .put("policy", policy)
                .put("peerOrigin", peerOrigin)
                .putIfPresent("peerIntent", peerIntent)
                .map();
        return StatementText.write(predicate(), SUBJECT, offer, predicate);
    }
}
