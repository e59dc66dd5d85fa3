package dev.carnet.daemon.ledger;

import java.util.Optional;

/** How far the entries are in the log that everybody can read: what leaves this daemon for users and auditors waits for that (ledger.md, "Order of commit", step 10). */
@FunctionalInterface
public interface Published {
    /**
     * Runs {@code then} when the published log covers an entry: at once and on this thread where it does already, else later on another one, which it must not hold up. Not at all where the daemon ends
     * before.
     *
     * @param sequence of the entry, from 0
     */
    void whenCovers(long sequence, Runnable then);

    /** What publication waits for, for people; empty where it is only a moment. */
    default Optional<String> waitingFor() {
        return Optional.empty();
    }
}
