package dev.carnet.proto.ledger;

import java.io.Serial;

/** Bytes that are not the record they should be, or a signature that does not verify. The message is a sentence that names the place and the rule. */
public final class StatementException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public StatementException(String message) {
        super(message);
    }

    public StatementException(String message, Throwable cause) {
        super(message, cause);
    }
}
