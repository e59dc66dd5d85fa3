package dev.carnet.daemon.volume;

/** Error numbers of Linux that this room decides upon (the same on x86-64 and aarch64), and what they mean to an operator. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int EXDEV = 18;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ENOTEMPTY = 39;
    static final int ELOOP = 40;
    static final int EILSEQ = 84;
    static final int ENODATA = 61;
    static final int EBADF = 9;
    static final int EOPNOTSUPP = 95;
    static final int ESTALE = 116;
    static final int EDQUOT = 122;

    private Errno() {}

    /**
     * An exception for a call that the kernel refused.
     *
     * @param result what the call returned: a negated error number
     * @param doing what was tried, a verb: "cannot DOING WHERE"
     * @param where a path that an operator can find
     */
    static VolumeException failure(Posix posix, long result, String doing, String where) {
        int errno = (int) -result;
        String sentence = "cannot " + doing + " " + where + ": " + text(errno);
        String hint = hint(posix, errno);
        return new VolumeException(kind(errno), hint.isEmpty() ? sentence : sentence + "; " + hint);
    }

    static VolumeException.Kind kind(int errno) {
        return switch (errno) {
            case ENOENT -> VolumeException.Kind.NOT_FOUND;
            case EEXIST -> VolumeException.Kind.EXISTS;
            case EPERM, EACCES -> VolumeException.Kind.PERMISSION;
            case EROFS -> VolumeException.Kind.READ_ONLY;
            case ENOSPC, EDQUOT -> VolumeException.Kind.NO_SPACE;
            case EXDEV -> VolumeException.Kind.CROSS_DEVICE;
            case ELOOP, ENOTDIR, EISDIR -> VolumeException.Kind.BAD_TYPE;
            case ENAMETOOLONG, EILSEQ -> VolumeException.Kind.BAD_NAME;
            case EFBIG -> VolumeException.Kind.LIMIT;
            default -> VolumeException.Kind.IO;
        };
    }

    private static String hint(Posix posix, int errno) {
        return switch (errno) {
            case EPERM, EACCES ->
                "this daemon runs as uid " + posix.geteuid() + ": give that user access, or run the daemon as another";
            case EMFILE -> "raise the daemon's limit of open files (LimitNOFILE)";
            case ENOSPC -> "free space on this file system";
            case EDQUOT -> "raise the quota of uid " + posix.geteuid();
            case EROFS -> "remount it writable, or declare the volume read-only";
            case EIO -> "look into the kernel's log: a disk may be failing";
            default -> "";
        };
    }

    static String text(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted (EPERM)";
            case ENOENT -> "nothing stands there (ENOENT)";
            case EIO -> "input/output error (EIO)";
            case EACCES -> "permission denied (EACCES)";
            case EEXIST -> "something stands there already (EEXIST)";
            case EXDEV -> "it lies on another mount (EXDEV)";
            case ENOTDIR -> "not a directory (ENOTDIR)";
            case EISDIR -> "a directory (EISDIR)";
            case EINVAL -> "invalid argument (EINVAL)";
            case ENFILE -> "the system has too many open files (ENFILE)";
            case EMFILE -> "the daemon has too many open files (EMFILE)";
            case EFBIG -> "too large a file for this file system (EFBIG)";
            case ENOSPC -> "no space left (ENOSPC)";
            case EROFS -> "read-only file system (EROFS)";
            case ENAMETOOLONG -> "too long a name for this file system (ENAMETOOLONG)";
            case ENOSYS -> "the kernel does not know this call (ENOSYS)";
            case ENOTEMPTY -> "the directory is not empty (ENOTEMPTY)";
            case ELOOP -> "a symbolic link (ELOOP)";
            case EILSEQ -> "a name that this file system cannot hold (EILSEQ)";
            case EOPNOTSUPP -> "the file system does not support this (EOPNOTSUPP)";
            case ESTALE -> "stale file handle (ESTALE)";
            case EDQUOT -> "quota exceeded (EDQUOT)";
            default -> "errno " + errno;
        };
    }
}
