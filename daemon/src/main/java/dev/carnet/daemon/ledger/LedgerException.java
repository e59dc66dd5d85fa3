package dev.carnet.daemon.ledger;

import java.io.Serial;

/** The ledger cannot be trusted or written: the daemon must stop. Says what was found, where, and what to do. */
public final class LedgerException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public LedgerException(String message) {
        super(message);
    }

    public LedgerException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}
