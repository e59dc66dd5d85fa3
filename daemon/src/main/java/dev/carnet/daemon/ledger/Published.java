package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.LogHead;
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

    /** The newest log checkpoint of this daemon that is published; a receipt names it. */
    default Optional<LogHead> head() {
        return Optional.empty();
    }

    /** The newest log checkpoint of another's log that this daemon has on record as its witness. */
    default Optional<LogHead> head(String spiffeId, String origin) {
        return Optional.empty();
    }

    /** Whether this daemon's own log has, or had, this root at this size. */
    default boolean had(LogHead head) {
        return false;
    }

    /** What publication waits for, for people; empty where it is only a moment. */
    default Optional<String> waitingFor() {
        return Optional.empty();
    }
}
