package dev.carnet.client.demo;

import java.util.Optional;

/** What the demo asks of a daemon's local API. */
interface DaemonCalls {

    /** Whether it answers at all. Throws nothing. */
    boolean answers();

    /**
     * Asks for a push.
     *
     * @param source absolute path
     * @param bytesPerSecondMax 0 for no limit
     * @return the transfer's id
     * @throws DemoException where the daemon refuses, with its reason
     */
    String push(String source, String peer, String volume, String name, long bytesPerSecondMax) throws DemoException;

    /** A transfer as this daemon sees it; empty where it does not answer, or knows no such transfer (yet). */
    Optional<TransferState> transfer(String id);
}
