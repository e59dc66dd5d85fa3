package dev.carnet.daemon.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/**
 * What an exception of LMDB means to us.
 *
 * @param exception what the caller gets
 * @param lasting whether the store must not be used any more
 */
record LmdbFailure(RuntimeException exception, boolean lasting) {
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;
    private static final int EIO = 5;

    /** LMDB says EIO for a write that came out short, too. With less room than this it was that. */
    private static final long FULL_BYTES = 64 << 10;

    private static final int MDB_TXN_FULL = -30_788;

    /** An IllegalArgumentException that does not come from LMDB is a bug of the caller, and passes. */
    static LmdbFailure of(Path directory, RuntimeException e) {
        if (e instanceof LmdbNativeException n) {
            return switch (n.getResultCode()) {
                case ENOSPC, EDQUOT -> full(directory, e);
                case EIO -> isFull(directory) ? full(directory, e) : broken(directory, e);
                case MDB_TXN_FULL ->
                    new LmdbFailure(
                            new StateException(
                                    "one change of the state in " + directory + " is too large: nothing of it was kept",
                                    e),
                            false);
                default -> broken(directory, e);
            };
        }
        return e instanceof LmdbException || fromLmdb(e)
                ? new LmdbFailure(
                        new StateException("the state in " + directory + " failed: " + e.getMessage(), e), true)
                : new LmdbFailure(e, false);
    }

    private static LmdbFailure full(Path directory, RuntimeException e) {
        return new LmdbFailure(
                new NoRoomException(
                        "the disk under " + directory
                                + " is full: nothing of this change was kept; make room and try again",
                        e),
                false);
    }

    private static LmdbFailure broken(Path directory, RuntimeException e) {
        return new LmdbFailure(
                new StateException(
                        "the state in " + directory + " cannot be written: " + e.getMessage()
                                + ": check the disk, then start again",
                        e),
                true);
    }

    private static boolean isFull(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace() < FULL_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    static StateException opening(Path directory, RuntimeException e) {
        return new StateException(
                "cannot open the state in " + directory + ": " + e.getMessage()
                        + ": check the disk and the files data.mdb and lock.mdb",
                e);
    }

    /** The binding throws a plain IllegalArgumentException for a result code that it has no name for. */
    private static boolean fromLmdb(RuntimeException e) {
        var trace = e.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith("org.lmdbjava.");
    }
}
