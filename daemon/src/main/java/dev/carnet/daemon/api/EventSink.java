package dev.carnet.daemon.api;

/** Where a stream of events goes. Takes no more than the caller reads. */
interface EventSink {
    /** Whether the caller is still there. */
    boolean open();

    /** Whether it takes something now: what is sent otherwise waits in memory. */
    boolean ready();

    /** Sends it, as bytes of an event stream. */
    void send(byte[] text);

    /** Sends a last one, and closes; at once where the caller does not take it in a moment. */
    void end(byte[] text);
}
