package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.RequestMessage;

/** A pull before its Offer: asked for, and nothing of it is here. In the transfer's mailbox. */
final class Requested {
    private final DestinationTransfer transfer;

    Requested(DestinationTransfer transfer) {
        this.transfer = transfer;
    }

    /** Asks the peer, where one is there; again in each session. */
    void ask() {
        if (transfer.state() != State.REQUESTED || transfer.link().session().isEmpty()) {
            return;
        }
        if (transfer.row().getPaused()) {
            transfer.sayPaused();
            return;
        }
        transfer.waiting(transfer.row().getPeer() + " to offer it");
        transfer.link()
                .send(Control.newBuilder()
                        .setRequest(RequestMessage.newBuilder()
                                .setRequest(transfer.row().getRequest())));
        FailPoint.DESTINATION_REQUEST_SENT.pass();
    }

    /** The source's answer to our Request. */
    void refused(Refuse refuse) {
        if (transfer.state() != State.REQUESTED) {
            return;
        }
        String sentence = transfer.row().getPeer() + ": " + refuse.getSentence();
        if (Transfer.AGAIN.contains(refuse.getCode())) {
            transfer.waiting(sentence);
            transfer.engine().later(transfer, transfer::goOn);
        } else {
            end(refuse.getCode(), sentence, false);
        }
    }

    /** The end of what was asked for and not accepted. */
    void end(Code code, String sentence, boolean tell) {
        transfer.update(row -> row.setState(State.ABORTED.name())
                .setCode(code.getNumber())
                .setSentence(sentence)
                .setTidy(true));
        transfer.waiting(null);
        if (tell) {
            transfer.link()
                    .send(Control.newBuilder()
                            .setRefuse(Refuse.newBuilder()
                                    .setTransferId(transfer.link().transferId())
                                    .setCode(code)
                                    .setSentence(Transfer.sentence(sentence))));
        }
    }
}
