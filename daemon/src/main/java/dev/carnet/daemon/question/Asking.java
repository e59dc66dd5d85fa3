package dev.carnet.daemon.question;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our own open questions, and what peers answer. The bounds of SPEC are kept here too: a peer need not refuse what is not sent. */
final class Asking {
    private static final Logger log = LoggerFactory.getLogger(Asking.class);

    private final Room room;
    private final Places places = new Places();
    private final Map<ByteString, Asked> open = new ConcurrentHashMap<>();

    Asking(Room room) {
        this.room = room;
    }

    /** The session with a peer; without one nothing can be asked. */
    Session session(String peer) {
        return room.transport()
                .session(peer)
                .orElseThrow(() -> new TransferException(
                        Code.TIMEOUT,
                        "there is no session with " + peer
                                + room.transport()
                                        .whyNot(peer)
                                        .map(why -> ": " + why)
                                        .orElse("")));
    }

    /**
     * Asks; to be closed.
     *
     * @param question made with the new id
     * @throws TransferException TIMEOUT where there is no session; BUSY where too much is asked already
     */
    Asked ask(String peer, Kind kind, Function<ByteString, Control> question) {
        byte[] bytes = new byte[Ids.BYTES];
        room.random().nextBytes(bytes);
        ByteString id = ByteString.copyFrom(bytes);
        Session session = session(peer);
        if (!places.take(peer, kind)) {
            throw new TransferException(
                    Code.BUSY,
                    "too many questions to " + peer + " are open: " + Kind.OF_ALL_MAX
                            + " at once, of which one verification and one probe. Wait for one to end");
        }
        Asked asked = new Asked(this, peer, session.id(), kind, id, question.apply(id));
        open.put(id, asked);
        try {
            session.send(asked.question());
            return asked;
        } catch (SessionClosedException e) {
            asked.close();
            throw new TransferException(Code.TIMEOUT, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            asked.close();
            throw e;
        }
    }

    void done(Asked asked) {
        if (open.remove(asked.id(), asked)) {
            places.answered(asked.peer(), asked.kind());
            places.sent(asked.peer());
        }
    }

    /** True where the message was the answer to a question of ours. */
    boolean answered(Session session, ByteString id, Control message) {
        Asked asked = open.get(id);
        if (asked == null || !asked.peer().equals(session.peer().spiffeId())) {
            return false;
        }
        if (message.hasWaiting()) {
            asked.told(message.getWaiting());
        } else {
            asked.answered(message);
        }
        return true;
    }

    /** A reading that takes long outlives its session: it is asked for again, with the same id. */
    void opened(Session session) {
        for (Asked asked : open.values()) {
            if (asked.kind() == Kind.VERIFY
                    && asked.peer().equals(session.peer().spiffeId())) {
                try {
                    session.send(asked.question());
                } catch (SessionClosedException e) {
                    log.debug("{} has gone again", asked.peer(), e);
                }
            }
        }
    }

    void closed(Session session, String reason) {
        for (Asked asked : open.values()) {
            if (asked.kind() != Kind.VERIFY && asked.session().equals(session.id())) {
                asked.lost(reason);
            }
        }
    }

    void close() {
        open.values().forEach(asked -> asked.lost("this daemon stops"));
    }
}
