package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.wire.v1.Control;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A transfer's side of the session with its peer: absent, or live. What cannot be sent now is said again in the next session. */
final class Link {
    private final ByteString transferId;
    private volatile @Nullable Session session;

    Link(Key key) {
        this.transferId = ByteString.copyFrom(HexFormat.of().parseHex(key.id()));
    }

    ByteString transferId() {
        return transferId;
    }

    void up(Session live) {
        session = live;
    }

    /** Forgets the session, if it is this one. */
    boolean down(Session ended) {
        Session now = session;
        if (now == null || !now.id().equals(ended.id())) {
            return false;
        }
        session = null;
        return true;
    }

    Optional<Session> session() {
        Session now = session;
        return now == null || !now.open() ? Optional.empty() : Optional.of(now);
    }

    /** True where the message went on its way. */
    boolean send(Control.Builder message) {
        Session now = session;
        if (now == null) {
            return false;
        }
        try {
            now.send(message.build());
            return true;
        } catch (SessionClosedException e) {
            return false;
        }
    }
}
