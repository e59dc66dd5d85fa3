package dev.carnet.daemon.transport;

import java.io.Serial;

/** The session or stream has ended; the message names peer and reason. Try again on the next session. */
public final class SessionClosedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public SessionClosedException(String message) {
        super(message);
    }
}
