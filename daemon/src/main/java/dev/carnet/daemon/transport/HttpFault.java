package dev.carnet.daemon.transport;

import java.io.Serial;

/** A request that cannot be answered but with an error; the connection ends with it. */
final class HttpFault extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpFault(int status, String sentence) {
        super(sentence, null, false, false); // a client's mistake needs no stack trace
        this.status = status;
    }

    int status() {
        return status;
    }
}
