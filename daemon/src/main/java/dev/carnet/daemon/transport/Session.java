package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.time.Duration;
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
     * Gives {@code count} data streams, or as many as both sides' limits allow where that is fewer. Those that are open already are used, and shared with whoever else
     * asks; what is missing is dialled where this side dialled the session, asked for with NeedStreams otherwise. Fails within a named timeout (15 s), and at once
     * where so many dials failed that too few can come up. The stage completes on an event loop.
     */
    CompletionStage<List<DataStream>> streams(int count);

    /**
     * How long a heartbeat and its answer take, event loop to event loop. One at a time: another call cancels the one before. A peer that takes no bytes does not answer, so that whoever asks
     * bounds its wait. Fails where the session ends. Completes on an event loop.
     */
    CompletionStage<Duration> roundTrip();

    /** Ends the session after a Goodbye with this reason. */
    void close(Code code, String sentence);
}
