package dev.carnet.client.verify;

import java.io.Serial;

/** There is nothing to compare with. The message says what is missing or damaged, and what to do. */
public final class VerifyException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why there is nothing to compare with. */
    public enum Kind {
        /** No volume, or no record of such a checkpoint. */
        NOT_ON_RECORD,
        /** There is a record, and it cannot be believed. */
        DAMAGED
    }

    private final Kind kind;

    VerifyException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
