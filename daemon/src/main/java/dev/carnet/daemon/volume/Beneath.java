package dev.carnet.daemon.volume;

import java.util.Arrays;

/**
 * Finds things below one directory and nowhere else: relative paths only, no "..", no link followed anywhere on the way. One openat2 where the kernel has it
 * (5.6), else one openat with O_NOFOLLOW per component.
 */
final class Beneath {
    /** The kernel takes paths of 4,095 bytes; a member's path may be longer with what stands before it. */
    private static final int HOP_BYTES_MAX = 2_048;

    private static final int DIRECTORY = Posix.O_PATH | Posix.O_DIRECTORY;

    private final Posix posix;
    private final int root;
    private final String shownRoot;
    private final boolean openat2;

    /** @param root a descriptor that outlives this object */
    Beneath(Posix posix, int root, String shownRoot) {
        this.posix = posix;
        this.root = root;
        this.shownRoot = shownRoot.equals("/") ? "" : shownRoot;
        int probe = posix.openBeneath(root, new byte[] {'.'}, DIRECTORY);
        openat2 = probe >= 0;
        if (openat2) {
            var _ = posix.close(probe);
        }
    }

    /**
     * The directory that holds the last component of a path.
     *
     * @throws VolumeException NOT_FOUND where it is not there; IN_THE_WAY where the path runs through a file or a link
     */
    At at(byte[] path) {
        int slash = Names.lastSlash(path);
        byte[] name = Arrays.copyOfRange(path, slash + 1, path.length);
        if (slash < 0) {
            return new At(posix, root, false, name, where(path));
        }
        byte[] parent = Arrays.copyOf(path, slash);
        int fd = openDirectory(parent);
        if (fd < 0) {
            throw refused(parent, fd, path);
        }
        return new At(posix, fd, true, name, where(path));
    }

    At at(String path) {
        return at(Names.bytes(path));
    }

    /** The absolute path for people. */
    String where(byte[] path) {
        return shownRoot + "/" + Names.show(new String(path, java.nio.charset.StandardCharsets.UTF_8));
    }

    private int openDirectory(byte[] path) {
        int fd = root;
        int from = 0;
        while (from < path.length) {
            int to = openat2 ? hop(path, from) : endOfComponent(path, from);
            byte[] step = Arrays.copyOfRange(path, from, to);
            int next = openat2
                    ? posix.openBeneath(fd, step, DIRECTORY)
                    : posix.openat(fd, step, DIRECTORY | Posix.O_NOFOLLOW, 0);
            if (fd != root) {
                var _ = posix.close(fd);
            }
            if (next < 0) {
                return next;
            }
            fd = next;
            from = to + 1;
        }
        return fd;
    }

    private static int hop(byte[] path, int from) {
        if (path.length - from <= HOP_BYTES_MAX) {
            return path.length;
        }
        int to = from + HOP_BYTES_MAX;
        while (to > from && path[to] != '/') {
            to--;
        }
        return to > from ? to : endOfComponent(path, from);
    }

    private static int endOfComponent(byte[] path, int from) {
        int to = from;
        while (to < path.length && path[to] != '/') {
            to++;
        }
        return to;
    }

    /** Names the component that is in the way. */
    private VolumeException refused(byte[] parent, int error, byte[] path) {
        if (error != -Errno.ENOTDIR && error != -Errno.ELOOP) {
            return Errno.failure(posix, error, "enter", where(parent));
        }
        int end = 0;
        while (end < parent.length) {
            end = endOfComponent(parent, end == 0 ? 0 : end + 1);
            byte[] part = Arrays.copyOf(parent, end);
            try (At at = at(part)) {
                var stat = at.stat();
                if (!stat.failed() && !stat.value().isDirectory()) {
                    return new VolumeException(
                            VolumeException.Kind.IN_THE_WAY,
                            where(path) + " runs through " + stat.value().kind() + ": " + at.where());
                }
            }
        }
        return new VolumeException(
                VolumeException.Kind.IN_THE_WAY, where(path) + " ran through something that is no directory");
    }
}
