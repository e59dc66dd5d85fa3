package dev.carnet.daemon.transport;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Connections that never authenticated: counted, and logged once a second at most, since strangers can make any number of them. */
final class Refusals {
    private static final long LOG_NANOS = 1_000_000_000;

    private final Logger log;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
    private final AtomicLong silent = new AtomicLong();

    Refusals(Logger log) {
        this.log = log;
    }

    long count() {
        return count.get();
    }

    void refused(String reason) {
        count.incrementAndGet();
        long now = System.nanoTime();
        long due = nextLog.get();
        if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_NANOS)) {
            log.warn("refused before it authenticated: {} ({} more not logged)", reason, silent.getAndSet(0));
        } else {
            silent.incrementAndGet();
        }
    }
}
