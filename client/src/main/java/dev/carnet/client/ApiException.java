package dev.carnet.client;

import java.io.Serial;

/** The daemon refused or failed, could not be reached, or answered what cannot be understood. */
public final class ApiException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** No daemon answers at the socket. Not a code of SPEC: a daemon that answers never says it. */
    public static final String UNREACHABLE = "UNREACHABLE";

    /** The daemon did not answer in time; whether it did what was asked is not known. */
    public static final String TIMEOUT = "TIMEOUT";

    /** What answers does not speak this API. */
    public static final String PROTOCOL = "PROTOCOL";

    private final String code;
    private final int status;

    /**
     * @param code of SPEC section 13, or {@link #UNREACHABLE}
     * @param status of HTTP; 0 where there was no answer
     * @param sentence for people: what, where, which peer, what to do next
     */
    public ApiException(String code, int status, String sentence) {
        super(sentence);
        this.code = code;
        this.status = status;
    }

    public ApiException(String code, int status, String sentence, Throwable cause) {
        super(sentence, cause);
        this.code = code;
        this.status = status;
    }

    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }

    static ApiException protocol(String what) {
        return new ApiException(
                PROTOCOL,
                0,
                "the answer of the daemon is not understood: " + what + "; are carnet and carnetd of one version?");
    }
}
