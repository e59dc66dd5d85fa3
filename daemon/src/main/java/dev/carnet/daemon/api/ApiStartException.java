package dev.carnet.daemon.api;

import java.io.Serial;

/** The local API cannot be served at its path; the sentence is for the operator and says what to do. */
public final class ApiStartException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public ApiStartException(String sentence) {
        super(sentence);
    }

    public ApiStartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
