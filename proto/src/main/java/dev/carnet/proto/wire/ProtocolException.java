package dev.carnet.proto.wire;

import dev.carnet.proto.wire.v1.Code;
import java.io.Serial;

/** The peer broke a rule of SPEC; the message says which. The connection that brought it ends. */
public final class ProtocolException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Code code;

    /** With the code PROTOCOL. */
    public ProtocolException(String message) {
        this(Code.PROTOCOL, message);
    }

    /** With a code of SPEC section 13: PROTOCOL or LIMIT. */
    public ProtocolException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public ProtocolException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What the Goodbye says. */
    public Code code() {
        return code;
    }
}
