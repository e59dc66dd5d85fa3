package dev.carnet.daemon.volume;

import dev.carnet.proto.wire.Limits;
import java.util.Map;

/** Refuses what never travels, by device and inode number: whatever the path that led there. Holds nothing open; any number of threads. */
final class Guard {
    /** As deep as a path that {@link Links} comes to, with room for what lies above the volume. */
    private static final int LEVELS_MAX = 4 * Limits.PATH_BYTES_MAX;

    private static final byte[] UP = {'.', '.'};

    private final Posix posix;
    private final Map<NodeId, String> nodes;
    private final NodeId root;

    /**
     * @param nodes with what they are, for people
     * @param root of the volume
     */
    Guard(Posix posix, Map<NodeId, String> nodes, NodeId root) {
        this.posix = posix;
        this.nodes = Map.copyOf(nodes);
        this.root = root;
    }

    /** For walks that read no content. */
    static Guard none(Posix posix) {
        return new Guard(posix, Map.of(), new NodeId(0, 0));
    }

    /** @throws VolumeException BAD_TYPE where this is one of them */
    void check(Stat stat, String where) {
        String what = nodes.get(stat.node());
        if (what != null) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_TYPE,
                    where + " is, or lies in, " + what
                            + " (perhaps by another name: a link, a hard link or a mount), and that never travels:"
                            + " push something that neither holds it nor lies in it");
        }
    }

    /**
     * Checks a directory and those above it, up to the volume's root. From the open directory and not by names: what counts is where it lies now.
     *
     * @param directory a descriptor
     * @throws VolumeException BAD_TYPE where one of them never travels
     */
    void checkUp(int directory, String where) {
        climb(directory, where, false);
    }

    /** The same for the volume's root, up to the root of the file system. */
    void checkRoot(int directory, String where) {
        climb(directory, where, true);
    }

    private void climb(int directory, String where, boolean toTheTop) {
        if (nodes.isEmpty()) {
            return;
        }
        int fd = directory;
        try {
            NodeId below = null;
            for (int level = 0; level < LEVELS_MAX; level++) {
                Stat stat = look(fd, where);
                NodeId node = stat.node();
                if (node.equals(below)) {
                    return; // the parent of "/" is itself
                }
                check(stat, where);
                if (!toTheTop && node.equals(root)) {
                    return;
                }
                below = node;
                int up = posix.openat(fd, UP, Posix.O_PATH | Posix.O_DIRECTORY, 0);
                if (up < 0) {
                    throw Errno.failure(posix, up, "look above", where);
                }
                if (fd != directory) {
                    var _ = posix.close(fd);
                }
                fd = up;
            }
        } finally {
            if (fd != directory) {
                var _ = posix.close(fd);
            }
        }
        throw new VolumeException(
                VolumeException.Kind.LIMIT, where + " lies more than " + LEVELS_MAX + " directories deep");
    }

    private Stat look(int fd, String where) {
        var stat = posix.fstat(fd);
        if (stat.failed()) {
            throw Errno.failure(posix, stat.error(), "look above", where);
        }
        return stat.value();
    }
}
