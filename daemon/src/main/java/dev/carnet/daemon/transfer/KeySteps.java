package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.KeyStep;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The bindings before the current one: how a peer that pinned one of them finds its way to the current one (SPEC section 10). Per session. */
final class KeySteps {
    private final Room room;
    private final PeerKeys keys;
    private final Map<Session, Told> told = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<Session, Integer> heard = Collections.synchronizedMap(new WeakHashMap<>());

    private static final class Told {
        boolean done;
    }

    KeySteps(Room room, PeerKeys keys) {
        this.room = room;
        this.keys = keys;
    }

    /** Before the first message of a session that carries our evidence; a second one that comes meanwhile waits, so as not to be the first. */
    void tell(Session session) {
        List<Keyring.Evidence> earlier = room.ledger().keys().earlier();
        if (earlier.isEmpty()) {
            return;
        }
        Told once = told.computeIfAbsent(session, s -> new Told());
        synchronized (once) {
            if (!once.done) {
                earlier.forEach(step -> session.send(Control.newBuilder()
                        .setKeyStep(KeyStep.newBuilder().setKeys(wire(step)))
                        .build()));
                once.done = true;
            }
        }
    }

    static KeyEvidence wire(Keyring.Evidence evidence) {
        return KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(evidence.binding()))
                .setProof(ByteString.copyFrom(evidence.proof()))
                .build();
    }

    /** On the session's thread, so before whatever comes behind it. */
    void heard(Session session, KeyStep step) {
        if (heard.merge(session, 1, Integer::sum) > Limits.KEY_STEPS_MAX) {
            throw new ProtocolException(
                    Code.LIMIT, "more than " + Limits.KEY_STEPS_MAX + " key bindings before the current one");
        }
        keys.step(session.peer().spiffeId(), step.getKeys());
    }
}
