package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.v1.Control;
import java.util.Optional;

/**
 * Whom a control message is for: the transfer it names, and the side that we are of it.
 *
 * @param transferId 32 hex digits
 */
record Addressed(String transferId, Role ours) {
    /** Empty where the message is of no transfer, or not of this version. */
    static Optional<Addressed> of(Control message) {
        return switch (message.getBodyCase()) {
            case REQUEST -> Optional.of(new Addressed("", Role.SOURCE));
            case BLOB_PAGE -> destination(message.getBlobPage().getTransferId());
            case OFFER -> Optional.of(new Addressed("", Role.DESTINATION));
            case BEGIN -> destination(message.getBegin().getTransferId());
            case RESUME -> destination(message.getResume().getTransferId());
            case FILE_PAGE -> destination(message.getFilePage().getTransferId());
            case FILE_SEALS -> destination(message.getFileSeals().getTransferId());
            case SEAL -> destination(message.getSeal().getTransferId());
            case COUNTERSIGNED -> destination(message.getCountersigned().getTransferId());
            case CANCEL -> destination(message.getCancel().getTransferId());
            case EXISTS_ANSWER -> destination(message.getExistsAnswer().getTransferId());
            case ACCEPT -> source(message.getAccept().getTransferId());
            case REFUSE -> source(message.getRefuse().getTransferId());
            case EXISTS -> source(message.getExists().getTransferId());
            case HELD -> source(message.getHeld().getTransferId());
            case FILE_PAGE_ACK -> source(message.getFilePageAck().getTransferId());
            case ACK -> source(message.getAck().getTransferId());
            case RECEIPT -> source(message.getReceipt().getTransferId());
            case CLOSED -> source(message.getClosed().getTransferId());
            case ABORTED -> source(message.getAborted().getTransferId());
            case WAITING -> source(message.getWaiting().getTransferId());
            default -> Optional.empty();
        };
    }

    private static Optional<Addressed> destination(ByteString id) {
        return Optional.of(new Addressed(Statements.hex(id.toByteArray()), Role.DESTINATION));
    }

    private static Optional<Addressed> source(ByteString id) {
        return Optional.of(new Addressed(Statements.hex(id.toByteArray()), Role.SOURCE));
    }
}
