package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.v1.Code;
import java.io.Serial;

/** A refusal or failure with a code of SPEC section 13 and a sentence that says what, where, which peer and what to do next. */
public final class TransferException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Code code;

    public TransferException(Code code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public TransferException(Code code, String sentence, Throwable cause) {
        super(sentence, cause);
        this.code = code;
    }

    /** What a peer may know: the code, and no path of this machine. */
    public String forPeer() {
        return getCause() instanceof VolumeException
                ? code + " at this side; its operator can read more"
                : String.valueOf(getMessage());
    }

    public Code code() {
        return code;
    }
}
