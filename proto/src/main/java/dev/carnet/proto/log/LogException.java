package dev.carnet.proto.log;

import java.io.Serial;

/** Bytes of a log that are not what they should be, or do not verify. The message is a sentence that names the place and the rule. */
public final class LogException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public LogException(String message) {
        super(message);
    }

    public LogException(String message, Throwable cause) {
        super(message, cause);
    }

    static void require(boolean holds, String rule) {
        if (!holds) {
            throw new LogException(rule);
        }
    }
}
