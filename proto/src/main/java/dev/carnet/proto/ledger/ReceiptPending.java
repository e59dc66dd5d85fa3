package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The other side's last word has been missing for long: what one side can show alone.
 *
 * @param tree digest; the subject
 * @param checkpoint id
 * @param offer SHA-256 of the Offer
 * @param content digest
 * @param volume at the destination
 * @param name at the destination
 * @param seal SHA-256 of the seal's payload
 * @param possession SHA-256 of the possession's payload; there with a destination, absent with a source
 * @param receipt SHA-256 of the payload that the destination has signed; there with a destination, absent with a source
 * @param since when the waiting began
 */
public record ReceiptPending(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String tree,
        String checkpoint,
        String offer,
        String content,
        String volume,
        String name,
        String seal,
        Optional<String> possession,
        Optional<String> receipt,
        Instant since)
        implements Statement {
    private static final String SUBJECT = "tree";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public ReceiptPending {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.digest(tree, "tree");
        Forms.id(checkpoint, "checkpoint");
        Forms.digest(offer, "offer");
        Forms.digest(content, "content");
        Forms.volume(volume, "volume");
        Forms.name(name, "name");
        Forms.digest(seal, "seal");
        boolean holder = role == Role.DESTINATION;
        possession.ifPresent(digest -> Forms.digest(digest, "possession"));
        Forms.require(possession.isPresent() == holder, "possession is there with a destination, and only there");
        receipt.ifPresent(digest -> Forms.digest(digest, "receipt"));
        Forms.require(receipt.isPresent() == holder, "receipt is there with a destination, and only there");
        since = Forms.time(since, "since");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static ReceiptPending read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.RECEIPT_PENDING);
        return text.mustBe(from(text));
    }

    static ReceiptPending from(StatementText text) {
        Members m = text.members();
        return new ReceiptPending(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.string("checkpoint"),
                m.string("offer"),
                m.string("content"),
                m.string("volume"),
                m.string("name"),
                m.string("seal"),
                m.optionalString("possession"),
                m.optionalString("receipt"),
                m.time("since"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.RECEIPT_PENDING;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("checkpoint", checkpoint)
                .put("offer", offer)
                .put("content", content)
                .put("volume", volume)
                .put("name", name)
                .put("seal", seal)
                .putIfPresent("possession", possession)
                .putIfPresent("receipt", receipt)
                .put("since", since)
                .map();
        return StatementText.write(predicate(), SUBJECT, tree, members);
    }
}
