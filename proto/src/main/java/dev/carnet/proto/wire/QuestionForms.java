package dev.carnet.proto.wire;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.v1.CheckpointLine;
import dev.carnet.proto.wire.v1.Dialling;
import dev.carnet.proto.wire.v1.ListPage;
import dev.carnet.proto.wire.v1.ListRequest;
import dev.carnet.proto.wire.v1.ProbeResult;
import dev.carnet.proto.wire.v1.VerifyAnswer;
import dev.carnet.proto.wire.v1.VerifyRequest;

/** Form of the questions that are no transfer, and of their answers (SPEC section 8.1). */
final class QuestionForms {
    private QuestionForms() {}

    static void id(String message, String field, ByteString value) {
        new FieldCheck(message).id(value, field);
    }

    static void listRequest(ListRequest m) {
        FieldCheck check = new FieldCheck("ListRequest");
        check.id(m.getRequestId(), "request_id");
        check.someText(m.getVolume(), Limits.VOLUME_BYTES_MAX, "volume");
        check.text(m.getAfter(), Limits.CHECKPOINT_NAME_BYTES_MAX, "after");
        check.number(m.getMax(), 1, Limits.LIST_PAGE_MAX, "max");
    }

    static void listPage(ListPage m) {
        FieldCheck check = new FieldCheck("ListPage");
        check.id(m.getRequestId(), "request_id");
        check.count(m.getCheckpointsCount(), 0, Limits.LIST_PAGE_MAX, "checkpoints");
        m.getCheckpointsList().forEach(QuestionForms::line);
    }

    private static void line(CheckpointLine m) {
        FieldCheck check = new FieldCheck("ListPage.checkpoints");
        check.someText(m.getName(), Limits.CHECKPOINT_NAME_BYTES_MAX, "name");
        check.digest(m.getTreeDigest(), "tree_digest");
        check.digest(m.getContentDigest(), "content_digest");
        check.digestOrNothing(m.getPartOf(), "part_of");
        check.number(m.getLogicalBytes(), Long.MAX_VALUE, "logical_bytes");
        check.number(m.getFiles(), 0, Limits.MEMBERS_MAX, "files");
        check.number(m.getSinceSeconds(), Long.MAX_VALUE, "since_seconds");
    }

    static void verifyRequest(VerifyRequest m) {
        FieldCheck check = new FieldCheck("VerifyRequest");
        check.id(m.getRequestId(), "request_id");
        check.someText(m.getVolume(), Limits.VOLUME_BYTES_MAX, "volume");
        check.someText(m.getName(), Limits.CHECKPOINT_NAME_BYTES_MAX, "name");
    }

    static void verifyAnswer(VerifyAnswer m) {
        FieldCheck check = new FieldCheck("VerifyAnswer");
        check.id(m.getRequestId(), "request_id");
        check.bytes(m.getEnvelope(), 1, Limits.ENTRY_BYTES_MAX, "envelope");
        OfferForms.keys(check, m.getKeys());
    }

    static void probeResult(ProbeResult m) {
        FieldCheck check = new FieldCheck("ProbeResult");
        check.id(m.getProbeId(), "probe_id");
        check.number(m.getBytes(), Long.MAX_VALUE, "bytes");
        check.number(m.getNanos(), Long.MAX_VALUE, "nanos");
        check.form(m.getDialling() != Dialling.UNRECOGNIZED, "dialling", "is none that this version knows");
        check.sentence(m.getSentence());
    }
}
