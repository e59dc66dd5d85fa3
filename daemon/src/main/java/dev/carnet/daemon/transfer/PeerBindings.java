package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.util.List;

/** The key bindings of peers, for who verifies what else they sign. */
public interface PeerBindings {
    /** What a message in this session carries; our bindings before it are told first. */
    KeyEvidence ours(Session session);

    /**
     * Verifies a peer's evidence, and pins it as SPEC section 10 says.
     *
     * @throws TransferException KEY_BINDING
     */
    KeyBinding accept(String peer, KeyEvidence evidence);

    /** The newest of a peer's bindings that were ever pinned here, each verified then. */
    List<KeyBinding> kept(String peer);
}
