package dev.carnet.daemon.volume;

import java.io.Serial;

/** Every failure of this room: what, where (a path that an operator can find) and, where the kernel spoke, its errno. */
public final class VolumeException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What an upper room may decide upon. */
    public enum Kind {
        /** The name breaks a rule of SPEC. */
        BAD_NAME,
        /** A link, socket, device or pipe where only files and directories are taken, or what never travels ({@link Forbidden}). */
        BAD_TYPE,
        /** A link, or something else that is no directory, stands on the way to it. */
        IN_THE_WAY,
        /** Two names that this file system cannot keep apart. */
        NAME_CONFLICT,
        /** A limit of SPEC is passed. */
        LIMIT,
        /** The source changed under the transfer. */
        CHANGED,
        NOT_FOUND,
        /** Something stands at the target. */
        EXISTS,
        READ_ONLY,
        NO_SPACE,
        CROSS_DEVICE,
        PERMISSION,
        /** The user for whom it is read may not read it ({@link Reader}). */
        NOT_ALLOWED,
        IO
    }

    private final Kind kind;

    public VolumeException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public VolumeException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
