package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.Control;

/** The form of each message of a control connection: one branch per body, so that a new one cannot be forgotten. */
final class ControlForms {
    private ControlForms() {}

    static void check(Control message) {
        switch (message.getBodyCase()) {
            case HELLO -> SessionForms.hello(message.getHello());
            case HEARTBEAT -> {} // two numbers, any of them
            case GOODBYE -> SessionForms.goodbye(message.getGoodbye());
            case NEED_STREAMS -> SessionForms.needStreams(message.getNeedStreams());
            case REQUEST -> OfferForms.requestMessage(message.getRequest());
            case OFFER -> OfferForms.offerMessage(message.getOffer());
            case KEY_STEP -> OfferForms.keyStep(message.getKeyStep());
            case ACCEPT -> OfferForms.accept(message.getAccept());
            case REFUSE -> OfferForms.refuse(message.getRefuse());
            case EXISTS -> OfferForms.exists(message.getExists());
            case EXISTS_ANSWER -> OfferForms.existsAnswer(message.getExistsAnswer());
            case BEGIN -> OfferForms.begin(message.getBegin());
            case RESUME -> OfferForms.resume(message.getResume());
            case HELD -> ProgressForms.held(message.getHeld());
            case FILE_PAGE -> ProgressForms.filePage(message.getFilePage());
            case FILE_PAGE_ACK -> ProgressForms.filePageAck(message.getFilePageAck());
            case FILE_SEALS -> ProgressForms.fileSeals(message.getFileSeals());
            case ACK -> ProgressForms.ack(message.getAck());
            case BLOB_PAGE -> ProgressForms.blobPage(message.getBlobPage());
            case SEAL -> EndForms.seal(message.getSeal());
            case RECEIPT -> EndForms.receipt(message.getReceipt());
            case COUNTERSIGNED -> EndForms.countersigned(message.getCountersigned());
            case CLOSED -> EndForms.closed(message.getClosed());
            case CANCEL -> EndForms.cancel(message.getCancel());
            case ABORTED -> EndForms.aborted(message.getAborted());
            case WAITING -> EndForms.waiting(message.getWaiting());
            case LIST_REQUEST -> QuestionForms.listRequest(message.getListRequest());
            case LIST_PAGE -> QuestionForms.listPage(message.getListPage());
            case VERIFY_REQUEST -> QuestionForms.verifyRequest(message.getVerifyRequest());
            case VERIFY_ANSWER -> QuestionForms.verifyAnswer(message.getVerifyAnswer());
            case PROBE ->
                QuestionForms.id("Probe", "probe_id", message.getProbe().getProbeId());
            case PROBE_READY ->
                QuestionForms.id(
                        "ProbeReady", "probe_id", message.getProbeReady().getProbeId());
            case PROBE_END ->
                QuestionForms.id("ProbeEnd", "probe_id", message.getProbeEnd().getProbeId());
            case PROBE_RESULT -> QuestionForms.probeResult(message.getProbeResult());
            case LOG_KNOWN -> LogForms.known(message.getLogKnown());
            case LOG_GROWN -> LogForms.grown(message.getLogGrown());
            case LOG_COSIGNED -> LogForms.cosigned(message.getLogCosigned());
            case BODY_NOT_SET -> throw new ProtocolException("control frame without a body that this version knows");
        }
    }
}
