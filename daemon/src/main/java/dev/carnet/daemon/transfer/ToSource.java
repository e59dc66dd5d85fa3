package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.wire.v1.Aborted;
import dev.carnet.proto.wire.v1.Accept;
import dev.carnet.proto.wire.v1.Closed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Receipt;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Waiting;

/** What a destination says to the source of a transfer, made from the row. Lost where there is no session: it is asked for again. */
final class ToSource {
    private final DestinationTransfer transfer;

    ToSource(DestinationTransfer transfer) {
        this.transfer = transfer;
    }

    private void send(Control.Builder message) {
        transfer.link().send(message);
    }

    private ByteString id() {
        return transfer.link().transferId();
    }

    void accept() {
        transfer.waiting(transfer.row().getPeer() + " to begin");
        send(Control.newBuilder()
                .setAccept(Accept.newBuilder()
                        .setTransferId(id())
                        .setIntentDigest(Transfer.digestBytes(transfer.row().getOwnIntent()))
                        .setKeys(transfer.ourKeys())
                        .setPolicyDigest(Transfer.digestBytes(
                                transfer.room().policy().get().digest()))));
        FailPoint.DESTINATION_ACCEPT_SENT.pass();
    }

    /** The source knows our keys from Accept: where they are others now, it is told before it gets what they have signed. */
    void keys() {
        PeerKeys keys = transfer.engine().peerKeys();
        if (!transfer.row().getOwnBinding().equals(keys.own())) {
            send(Control.newBuilder()
                    .setWaiting(Waiting.newBuilder()
                            .setTransferId(id())
                            .setState(transfer.state().name())
                            .setSentence(transfer.room().settings().self() + " has other keys than in its Accept")
                            .setKeys(transfer.ourKeys())));
        }
    }

    void receipt() {
        transfer.waiting(transfer.row().getPeer() + " to countersign");
        send(Control.newBuilder()
                .setReceipt(Receipt.newBuilder()
                        .setTransferId(id())
                        .setEnvelope(transfer.row().getReceipt())
                        .setSessionsMore(ByteString.copyFrom(
                                transfer.engine().statements().moreSessions(transfer)))));
        FailPoint.DESTINATION_RECEIPT_SENT.pass();
    }

    void closed() {
        send(Control.newBuilder()
                .setClosed(Closed.newBuilder()
                        .setTransferId(id())
                        .setEnvelopeDigest(
                                Transfer.sha256(transfer.row().getReceipt().toByteArray()))
                        .setEnvelope(transfer.row().getReceipt())));
        FailPoint.DESTINATION_CLOSED_SENT.pass();
    }

    void aborted() {
        var row = transfer.row();
        send(Control.newBuilder()
                .setAborted(Aborted.newBuilder()
                        .setTransferId(id())
                        .setCode(Code.forNumber(row.getCode()))
                        .setSentence(Transfer.sentence(row.getTold().isEmpty() ? row.getSentence() : row.getTold()))
                        .setAbortDigest(
                                row.getAbortDigest().isEmpty()
                                        ? ByteString.EMPTY
                                        : Transfer.digestBytes(row.getAbortDigest()))));
    }

    void tooLate() {
        send(Control.newBuilder()
                .setAborted(Aborted.newBuilder()
                        .setTransferId(id())
                        .setCode(Code.TOO_LATE)
                        .setSentence("it is " + transfer.state() + ": too late to take it back")));
    }

    void refuse(Code code, String sentence) {
        send(Control.newBuilder()
                .setRefuse(Refuse.newBuilder()
                        .setTransferId(id())
                        .setCode(code)
                        .setSentence(Transfer.sentence(sentence))));
    }
}
