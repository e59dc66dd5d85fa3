package dev.carnet.daemon.transport;

/** What a dialled control connection asks of, and tells, whoever wanted it. */
interface ControlDial {
    /** The peer's Hello is here, so it knows us: whether ours is to follow. Where not, the connection ends, and no session comes of it. On an event loop. */
    boolean wins();

    /** The connection came to nothing, or its session has ended. Once, on any thread. */
    void ended(String reason);
}
