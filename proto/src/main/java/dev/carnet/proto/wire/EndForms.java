package dev.carnet.proto.wire;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.v1.Aborted;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Closed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Receipt;
import dev.carnet.proto.wire.v1.Seal;
import dev.carnet.proto.wire.v1.Waiting;

/** Form of the messages that end a transfer. Envelopes are bounded here and read by the ledger package. */
final class EndForms {
    private EndForms() {}

    static void seal(Seal m) {
        envelope("Seal", m.getTransferId(), m.getEnvelope());
    }

    static void receipt(Receipt m) {
        envelope("Receipt", m.getTransferId(), m.getEnvelope());
        new FieldCheck("Receipt")
                .bytes(m.getSessionsMore(), 0, Limits.RECEIPT_SESSIONS_MORE_BYTES_MAX, "sessions_more");
    }

    static void countersigned(Countersigned m) {
        envelope("Countersigned", m.getTransferId(), m.getEnvelope());
    }

    private static void envelope(String message, ByteString transfer, ByteString envelope) {
        FieldCheck check = new FieldCheck(message);
        check.id(transfer, "transfer_id");
        check.bytes(envelope, 1, Limits.ENTRY_BYTES_MAX, "envelope");
    }

    static void closed(Closed m) {
        FieldCheck check = new FieldCheck("Closed");
        check.id(m.getTransferId(), "transfer_id");
        check.digest(m.getEnvelopeDigest(), "envelope_digest");
        check.bytes(m.getEnvelope(), 0, Limits.ENTRY_BYTES_MAX, "envelope");
    }

    static void cancel(Cancel m) {
        FieldCheck check = new FieldCheck("Cancel");
        check.id(m.getTransferId(), "transfer_id");
        check.code(m.getCode());
        check.sentence(m.getSentence());
    }

    static void aborted(Aborted m) {
        FieldCheck check = new FieldCheck("Aborted");
        check.id(m.getTransferId(), "transfer_id");
        check.code(m.getCode());
        check.sentence(m.getSentence());
        check.digestOrNothing(m.getAbortDigest(), "abort_digest");
    }

    static void waiting(Waiting m) {
        FieldCheck check = new FieldCheck("Waiting");
        check.id(m.getTransferId(), "transfer_id");
        check.text(m.getState(), Limits.STATE_BYTES_MAX, "state");
        check.form(m.getCode() != Code.UNRECOGNIZED, "code", "is none that this version knows");
        check.sentence(m.getSentence());
        OfferForms.keys(check, m.getKeys());
    }
}
