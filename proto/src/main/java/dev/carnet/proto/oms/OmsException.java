package dev.carnet.proto.oms;

import java.io.IOException;

/** Bytes that are no OMS bundle, or one that does not verify. The message names the rule, for people. */
public final class OmsException extends IOException {
    private static final long serialVersionUID = 1L;

    public OmsException(String message) {
        super(message);
    }

    OmsException(String message, Throwable cause) {
        super(message, cause);
    }
}
