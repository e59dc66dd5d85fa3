package dev.carnet.client.demo;

import java.io.Serial;

/** The demo cannot go on. The message is for people: what, where, what to do next. */
public final class DemoException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Whose fault it is, which decides the exit code. */
    public enum Kind {
        /** What was asked for makes no sense. */
        USAGE,
        /** A daemon refused or gave the transfer up. */
        REFUSED,
        /** A daemon did not start, or did not answer. */
        UNREACHABLE,
        /** What arrived is not what was sent. */
        DOES_NOT_VERIFY,
        /** A disk is full. */
        NO_SPACE;

        /** For a code of SPEC.md, section 13. */
        static Kind of(String code) {
            return switch (code) {
                case "NO_SPACE" -> NO_SPACE;
                case "UNREACHABLE", "TIMEOUT" -> UNREACHABLE;
                case "CHUNK_MISMATCH", "FILE_MISMATCH", "TREE_MISMATCH", "BAD_STATEMENT", "RECEIPT_MISMATCH" ->
                    DOES_NOT_VERIFY;
                default -> REFUSED;
            };
        }
    }

    private final Kind kind;

    DemoException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    DemoException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Whose fault it is. */
    public Kind kind() {
        return kind;
    }
}
