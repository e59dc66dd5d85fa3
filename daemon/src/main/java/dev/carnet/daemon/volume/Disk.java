package dev.carnet.daemon.volume;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * An opened volume as its parts see it: the calls, the root, and what configuration says.
 *
 * @param root descriptor of the root directory, open as long as the volume
 * @param group of what is published; empty for the daemon's own
 */
record Disk(Posix posix, VolumeSpec spec, int root, OptionalInt group, Beneath beneath) {
    static final int OWNER_ALL = 0700;

    VolumeException failure(long result, String doing, String where) {
        return Errno.failure(posix, result, doing, where);
    }

    /**
     * The result.
     *
     * @throws VolumeException where it is a negated error number
     */
    int check(int result, String doing, String where) {
        if (result < 0) {
            throw failure(result, doing, where);
        }
        return result;
    }

    /**
     * The value.
     *
     * @throws VolumeException where there is none
     */
    <T> T check(Result<T> result, String doing, String where) {
        if (result.failed()) {
            throw failure(result.error(), doing, where);
        }
        return result.value();
    }

    void requireWritable(String doing) {
        if (spec.readOnly()) {
            throw new VolumeException(
                    VolumeException.Kind.READ_ONLY,
                    "cannot " + doing + ": the volume " + spec.name() + " (" + spec.root() + ") is declared read-only");
        }
    }

    /** Permission bits as they lie on disk. */
    int masked(int mode) {
        return mode & Stat.PERMISSIONS & ~spec.modeMask();
    }

    /** Gives an open file or directory to the volume's group, where it has one. */
    void setGroup(int fd, String where) {
        if (group.isPresent()) {
            int result = posix.fchgrp(fd, group.getAsInt());
            if (result == -Errno.EPERM) {
                throw new VolumeException(
                        VolumeException.Kind.PERMISSION,
                        "cannot give " + where + " to the group " + spec.group() + " of volume " + spec.name()
                                + ": uid "
                                + posix.geteuid()
                                + " is no member of it; add that user to the group, or remove the group from"
                                + " the volume's configuration");
            }
            check(result, "set the group of", where);
        }
    }

    /**
     * Opens something of the daemon's own that its mode may hide from it (a file of mode 0000, say, for a daemon that is not root): the owner's bits are set first
     * then, and the caller sets the final mode through the descriptor.
     *
     * @return a descriptor
     */
    int openOwn(At at, int flags) {
        int fd = at.open(flags, 0);
        if (fd == -Errno.EACCES) {
            grantOwner(at);
            fd = at.open(flags, 0);
        }
        return check(fd, "open", at.where());
    }

    /** Gives the owner all rights, without opening it and without following a link. */
    void grantOwner(At at) {
        int fd = check(at.open(Posix.O_PATH, 0), "find", at.where());
        try {
            Stat stat = check(posix.fstat(fd), "look at", at.where());
            if (stat.isFile() || stat.isDirectory()) {
                check(posix.chmodPath(fd, OWNER_ALL), "set the mode of", at.where());
            }
        } finally {
            closeQuietly(fd);
        }
    }

    /** fsync of a directory; the empty path is the root. */
    void syncDirectory(byte[] path) {
        if (path.length == 0) {
            check(posix.fsync(root), "fsync", spec.root().toString());
            return;
        }
        try (At at = beneath.at(path)) {
            int fd = check(at.open(Posix.O_RDONLY | Posix.O_DIRECTORY, 0), "open", at.where());
            try {
                check(posix.fsync(fd), "fsync", at.where());
            } finally {
                closeQuietly(fd);
            }
        }
    }

    void syncParent(byte[] path) {
        int slash = Names.lastSlash(path);
        syncDirectory(slash < 0 ? new byte[0] : Arrays.copyOf(path, slash));
    }

    /** For descriptors whose data is fsynced already or was only read: nothing can be lost with them. */
    void closeQuietly(int fd) {
        var _ = posix.close(fd);
    }
}
