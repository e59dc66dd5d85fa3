package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;

/** What stands above the transport. */
public interface SessionListener {
    /** A session begins: now is the time for what has to be said first in it. Nobody else finds it before this returns. Called before {@link #opened}. */
    default void begins(Session session) {}

    /** A session is up. Called before any of its messages. */
    void opened(Session session);

    /**
     * A control message other than Hello, Heartbeat, NeedStreams and Goodbye. In order, one at a time per session, on a thread that may block; while it
     * blocks, at most a bounded number of further messages is taken from the wire. An exception ends the session with PROTOCOL (ProtocolException) or INTERNAL.
     */
    void message(Session session, Control message);

    /**
     * Whether a frame with this header is worth a buffer (SPEC section 6.3: its transfer and attempt are current). Where it is not, its bytes are read and thrown away,
     * and {@link #chunk} is not called. Called on an event loop for each frame, before its bytes: must not block, and be cheap.
     */
    boolean wanted(Session session, ChunkHeader header);

    /**
     * A chunk frame that was wanted, with all its bytes. By now it may be of no use: what {@link #wanted} said was true when the frame began. Called on an event loop: must not block; owns {@code chunk} from now on and releases it.
     *
     * @param chunk wireLength bytes from position 0 to limit
     */
    void chunk(Session session, ChunkHeader header, PooledChunk chunk);

    /** The session has ended; called once, after the last message, on the thread of the messages. That of a replaced session comes before {@code opened} of the new one. */
    void closed(Session session, String reason);

    /**
     * Someone who has authenticated was turned away, or its session ended for what it did: an ID that is not configured or is revoked, another version, a message that breaks
     * the protocol, a stream that is not its own. Called on any thread, event loops among them: must not block.
     *
     * @param peer SPIFFE ID; configured or not
     * @param sentence as the peer was told, or would have been
     */
    void refused(String peer, Code code, String sentence);
}
