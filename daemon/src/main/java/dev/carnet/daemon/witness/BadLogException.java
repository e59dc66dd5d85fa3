package dev.carnet.daemon.witness;

import dev.carnet.proto.wire.v1.Code;
import java.io.Serial;

/** What a peer sent of its log is not right: the session ends with it. */
final class BadLogException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Code code;

    BadLogException(Code code, String sentence) {
        super(sentence);
        this.code = code;
    }

    Code code() {
        return code;
    }
}
