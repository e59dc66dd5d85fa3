package dev.carnet.daemon.state;

import java.io.Serial;

/** The state directory cannot be used: full, broken, of another version, or open in another process. The message says which and what to do. */
public class StateException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public StateException(String message) {
        super(message);
    }

    public StateException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}
