package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.LogCosigned;
import dev.carnet.proto.wire.v1.LogGrown;
import dev.carnet.proto.wire.v1.LogKnown;

/** Form of what is said of logs (SPEC section 7.1). */
final class LogForms {
    private LogForms() {}

    static void known(LogKnown m) {
        FieldCheck check = new FieldCheck("LogKnown");
        check.bytes(m.getCheckpoint(), 0, Limits.LOG_NOTE_BYTES_MAX, "checkpoint");
        check.bytes(m.getKeys().getBinding(), 1, Limits.ENTRY_BYTES_MAX, "keys.binding");
        check.bytes(m.getKeys().getProof(), 1, Limits.KEY_PROOF_BYTES_MAX, "keys.proof");
    }

    static void grown(LogGrown m) {
        FieldCheck check = new FieldCheck("LogGrown");
        check.number(m.getOldSize(), Long.MAX_VALUE, "old_size");
        check.digest(m.getOldRoot(), "old_root");
        check.count(m.getProofCount(), 0, Limits.LOG_PROOF_MAX, "proof");
        m.getProofList().forEach(hash -> check.digest(hash, "proof"));
        check.bytes(m.getCheckpoint(), 1, Limits.LOG_NOTE_BYTES_MAX, "checkpoint");
    }

    static void cosigned(LogCosigned m) {
        FieldCheck check = new FieldCheck("LogCosigned");
        check.number(m.getSize(), Long.MAX_VALUE, "size");
        check.bytes(m.getLines(), 1, Limits.LOG_NOTE_BYTES_MAX, "lines");
    }
}
