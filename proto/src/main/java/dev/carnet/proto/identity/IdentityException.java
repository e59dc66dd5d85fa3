package dev.carnet.proto.identity;

import java.io.Serial;

/** A name, a certificate or a chain is not what SPEC section 5 asks for. The message is one sentence: what is wrong, with which certificate or name. */
public class IdentityException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int QUOTED_CHARS_MAX = 128;

    public IdentityException(String message) {
        super(message);
    }

    public IdentityException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What a stranger wrote, fit for a sentence: printable ASCII, in quotes, cut where it is long. */
    static String quote(String foreign) {
        StringBuilder text = new StringBuilder("'");
        int end = Math.min(foreign.length(), QUOTED_CHARS_MAX);
        for (int i = 0; i < end; i++) {
            char c = foreign.charAt(i);
            text.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        return text.append(end < foreign.length() ? "…'" : "'").toString();
    }
}
