package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * What an entry says: an in-toto Statement v1 of one of the predicates of SPEC section 11. What has been made obeys its forms; times are cut to the
 * millisecond.
 */
public sealed interface Statement
        permits KeyBindingStatement,
                TransferIntent,
                Seal,
                Possession,
                TransferReceipt,
                TransferAbort,
                StagingDestroyed,
                PossessionReleased,
                TransferResumed,
                Refusal,
                Change,
                DaemonStart,
                DestructionIntent,
                Destruction,
                ReceiptPending,
                ObservedFork {
    Predicate predicate();

    /** SPIFFE ID of the daemon that makes the statement. */
    String daemon();

    /** Its log's origin. */
    String origin();

    /** When it says so: a claim of its own clock, to the millisecond. */
    Instant time();

    /** The canonical bytes: what an envelope carries. */
    byte[] payload();

    /** SHA-256, hex, of the blob that it names; none of them names more than one (LEDGER.md, section 3, rule {@code blob}). */
    default Optional<String> blob() {
        return switch (this) {
            case KeyBindingStatement binding -> Optional.of(binding.proof());
            case Change change -> Optional.of(change.digest());
            case TransferAbort abort -> Optional.of(abort.chunks());
            case TransferReceipt receipt -> receipt.sessionsMore();
            default -> Optional.empty();
        };
    }

    /**
     * Reads any of them.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} of a statement gives
     */
    static Statement read(byte[] payload) {
        StatementText text = StatementText.read(payload);
        Statement statement = switch (text.predicate()) {
            case KEY_BINDING -> KeyBindingStatement.from(text);
            case TRANSFER_INTENT -> TransferIntent.from(text);
            case SEAL -> Seal.from(text);
            case POSSESSION -> Possession.from(text);
            case TRANSFER_RECEIPT -> TransferReceipt.from(text);
            case TRANSFER_ABORT -> TransferAbort.from(text);
            case STAGING_DESTROYED -> StagingDestroyed.from(text);
            case POSSESSION_RELEASED -> PossessionReleased.from(text);
            case TRANSFER_RESUMED -> TransferResumed.from(text);
            case REFUSAL -> Refusal.from(text);
            case POLICY_CHANGE, TRUST_CHANGE -> Change.from(text);
            case DAEMON_START -> DaemonStart.from(text);
            case DESTRUCTION_INTENT -> DestructionIntent.from(text);
            case DESTRUCTION -> Destruction.from(text);
            case RECEIPT_PENDING -> ReceiptPending.from(text);
            case OBSERVED_FORK -> ObservedFork.from(text);
        };
        return text.mustBe(statement);
    }
}
