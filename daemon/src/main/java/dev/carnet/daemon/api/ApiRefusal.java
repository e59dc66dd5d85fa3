package dev.carnet.daemon.api;

import dev.carnet.proto.wire.v1.Code;
import java.io.Serial;

/** A request that is refused before it reaches another room, with the HTTP status that says why. */
final class ApiRefusal extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final Code code;

    ApiRefusal(int status, Code code, String sentence) {
        super(sentence, null, false, false); // a caller's mistake needs no stack trace
        this.status = status;
        this.code = code;
    }

    static ApiRefusal malformed(String sentence) {
        return new ApiRefusal(400, Code.PROTOCOL, sentence);
    }

    Code code() {
        return code;
    }

    Reply reply() {
        return Problems.of(status, code, String.valueOf(getMessage()));
    }
}
