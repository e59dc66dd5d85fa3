package dev.carnet.client.verify;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** There is nothing to compare with. The message says what is missing or damaged, and what to do. */
public final class VerifyException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why there is nothing to compare with. */
    public enum Kind {
        /** No volume, or no record of such a checkpoint. */
        NOT_ON_RECORD,
        /** There is a record, and it cannot be believed. */
        DAMAGED,
        /** This user may not read what would be compared with, or the way to it. */
        UNREADABLE
    }

    private final Kind kind;

    VerifyException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Of a record that has to be there and cannot be read. */
    static VerifyException ofRecord(Path record, IOException e) {
        return e instanceof AccessDeniedException
                ? unreadable(record, e)
                : new VerifyException(Kind.DAMAGED, record + " is damaged or incomplete: " + FileCheck.reason(e));
    }

    /** Of a folder or file in the way. */
    static VerifyException unreadable(Path path, IOException e) {
        return new VerifyException(
                Kind.UNREADABLE, path + " cannot be read: " + FileCheck.reason(e) + "; run this as the daemon's user");
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
