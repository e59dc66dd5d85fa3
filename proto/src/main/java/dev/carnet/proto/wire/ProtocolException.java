package dev.carnet.proto.wire;

import java.io.Serial;

/** The peer broke a rule of SPEC; the message says which. The connection that brought it ends. */
public final class ProtocolException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message);
    }
}
