package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Map;

/**
 * The transfer has ended without a receipt.
 *
 * @param offer SHA-256 of the Offer; the subject
 * @param code of SPEC section 13, by name
 * @param reason a sentence
 * @param exposedBytesMax upper bound of the logical bytes sent (by a source) or received (by a destination)
 * @param chunks SHA-256 of the {@link ChunkList} of those bytes, a blob
 */
public record TransferAbort(
        String daemon,
        String origin,
        Instant time,
        String transfer,
        Role role,
        String peer,
        String offer,
        String code,
        String reason,
        long exposedBytesMax,
        String chunks)
        implements Statement {
    private static final String SUBJECT = "offer";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public TransferAbort {
        PredicateMembers.check(daemon, origin, transfer, peer);
        time = Forms.time(time, "time");
        Forms.digest(offer, "offer");
        Forms.code(code, "code");
        Forms.sentence(reason, "reason");
        Forms.between(exposedBytesMax, 0, Long.MAX_VALUE, "exposedBytesMax");
        Forms.digest(chunks, "chunks");
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static TransferAbort read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.TRANSFER_ABORT);
        return text.mustBe(from(text));
    }

    static TransferAbort from(StatementText text) {
        Members m = text.members();
        return new TransferAbort(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("transfer"),
                Role.of(m.string("role")),
                m.string("peer"),
                text.digestOf(SUBJECT),
                m.string("code"),
                m.string("reason"),
                m.bytes("exposedBytesMax"),
                m.string("chunks"));
    }

    @Override
    public Predicate predicate() {
        return Predicate.TRANSFER_ABORT;
    }

    @Override
    public byte[] payload() {
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .transfer(transfer, role, peer)
                .put("code", code)
                .put("reason", reason)
                .bytes("exposedBytesMax", exposedBytesMax)
                .put("chunks", chunks)
                .map();
        return StatementText.write(predicate(), SUBJECT, offer, members);
    }
}
