package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** An authenticated control connection between two peers, both Hellos exchanged; either may have dialled. */
public interface Session {
    /** 16 bytes, lower-case hex; made by the side that accepted. */
    String id();

    PeerFacts peer();

    /** The peer's log origin as its Hello says. */
    String peerOrigin();

    boolean dialledHere();

    Instant since();

    boolean open();

    /**
     * Queues a control message; order is kept. Blocks while more than a bounded number of bytes is queued.
     *
     * <p>Where that lasts longer than a minute, the session ends with TIMEOUT.
     *
     * @throws SessionClosedException where the session has ended
     * @throws IllegalStateException on an event loop (in {@link SessionListener#chunk}, or in a stage of a stream): it may block
     * @throws IllegalArgumentException where the message breaks a form or limit of SPEC section 4
     */
    void send(Control message);

    /**
     * Brings the number of outgoing-capable data streams to at least {@code count} (bounded by both sides' limits) and gives them; dials where this side
     * dialled the session, asks with NeedStreams otherwise. Fails within a named timeout (15 s). The stage completes on an event
     * loop, with every stream that is open, so possibly with more than {@code count}.
     */
    CompletionStage<List<DataStream>> streams(int count);

    /** Ends the session after a Goodbye with this reason. */
    void close(Code code, String sentence);
}
