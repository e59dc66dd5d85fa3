package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.SessionRow;
import dev.carnet.daemon.transport.PeerFacts;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.Role;

/** What both sides store of a session before its first chunk, and a receipt says. */
final class Sessions {
    private Sessions() {}

    /** A stored session. */
    record Stored(String id, SessionRow row) {}

    static SessionRow row(Session session, Role ours) {
        PeerFacts peer = session.peer();
        boolean source = ours == Role.SOURCE;
        return SessionRow.newBuilder()
                .setSourceKey(source ? peer.localKeySha256() : peer.keySha256())
                .setDestinationKey(source ? peer.keySha256() : peer.localKeySha256())
                .setGroup(peer.group())
                .setSuite(peer.suite())
                .setExporter(peer.exporterSha256())
                .setOpenedMs(session.since().toEpochMilli())
                .setClosedMs(session.since().toEpochMilli())
                .build();
    }
}
