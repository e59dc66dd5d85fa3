package dev.carnet.client.cli;

/** What {@code carnet} ends with: one number for what a script would do next. The table is in client/docs/cli.md. */
public enum ExitCode {
    OK(0, "done"),
    USAGE(2, "the command line is wrong"),
    REFUSED(3, "refused: policy, name, source, peer or version; nothing changes until somebody changes something"),
    UNREACHABLE(4, "no daemon answers at the socket"),
    MISMATCH(5, "something does not verify: a chunk, file, tree, statement or receipt"),
    NO_SPACE(6, "no room at the destination"),
    CANCELLED(7, "the transfer was cancelled or has expired"),
    STOPPED(8, "the transfer stopped, or a disk fails: an operator has to act, then `carnet continue`"),
    INCOMPLETE(9, "a ledger verifies, but something is missing from it, or nobody vouches for it"),
    INTERNAL(70, "a bug, or an answer that is not understood"),
    OUTPUT(74, "the answer could not be written to standard output"),
    AGAIN(75, "busy or too slow for now: the same command may work later"),
    INTERRUPTED(130, "Ctrl-C; a transfer goes on in the daemon");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }

    /** For a code of SPEC section 13, of {@link dev.carnet.client.ApiException}, or of the command line's own (client/docs/cli.md); one that is not known is INTERNAL. */
    public static ExitCode of(String code) {
        return switch (code) {
            case "POLICY",
                    "BAD_NAME",
                    "NAME_TAKEN",
                    "NAME_CONFLICT",
                    "READ_ONLY",
                    "UNKNOWN_PEER",
                    "UNKNOWN_TRANSFER",
                    "UNKNOWN_CHECKPOINT",
                    "BAD_SOURCE",
                    "SOURCE_CHANGED",
                    "UNSUPPORTED",
                    "CRITICAL_EXTENSION",
                    "VERSION",
                    "KEY_BINDING",
                    "IDENTITY",
                    "LIMIT",
                    "NOT_ON_RECORD",
                    "UNREADABLE",
                    Failure.BAD_CERTIFICATE,
                    Failure.BAD_FILE,
                    "TOO_LATE" -> REFUSED;
            case "UNREACHABLE" -> UNREACHABLE;
            case "CHUNK_MISMATCH",
                    "FILE_MISMATCH",
                    "TREE_MISMATCH",
                    "OFFER_MISMATCH",
                    "BAD_STATEMENT",
                    "RECEIPT_MISMATCH",
                    Failure.BAD_LEDGER,
                    "DAMAGED" -> MISMATCH;
            case "NO_SPACE" -> NO_SPACE;
            case "CANCELLED", "EXPIRED", "NO_BEGIN" -> CANCELLED;
            case "STOPPED", "STORAGE", "PAUSED" -> STOPPED;
            case "BUSY", "TIMEOUT", "SHUTTING_DOWN", "REPLACED" -> AGAIN;
            default -> INTERNAL;
        };
    }
}
