package dev.carnet.daemon.volume;

import dev.carnet.proto.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Asks of everything that is read for somebody whether that user could read it without the daemon: search on every directory from "/" down, read and search on what is listed, read on each file; by
 * owner, groups, mode bits and POSIX ACL. Every question is asked of an open descriptor, the one that is read or one above it, so that nothing can be exchanged between question and use.
 *
 * <p>Nothing is asked for {@link Reader#DAEMON}, for root, and for the daemon's own user where the daemon has no capabilities: that user could take the daemon's descriptors anyhow. Where a file
 * system has rules that mode bits need not tell ({@link AccessRules}), the answer is no, unless the volume says that its modes decide.
 */
final class Access {
    private static final int READ = 4;
    private static final int SEARCH = 1;
    private static final int ROOT = 0;
    private static final int GROUP_BITS = 070;

    /** As in {@link Guard}. */
    private static final int LEVELS_MAX = 4 * Limits.PATH_BYTES_MAX;

    private static final byte[] UP = {'.', '.'};
    private static final byte[] POSIX_ACL = "system.posix_acl_access".getBytes(StandardCharsets.US_ASCII);

    private final Posix posix;
    private final Reader reader;
    private final AccessRules rules;
    private final boolean free;
    private final boolean modesDecide;

    Access(Disk disk, Reader reader) {
        this.posix = disk.posix();
        this.reader = reader;
        this.rules = new AccessRules(posix);
        this.modesDecide = disk.spec().modesDecide();
        this.free =
                reader.everything() || reader.uid() == ROOT || (reader.uid() == posix.geteuid() && Capabilities.none());
    }

    /** For walks that read no content. */
    static Access none(Disk disk) {
        return new Access(disk, Reader.DAEMON);
    }

    /**
     * A directory and all above it, up to the root of the file system, can be searched.
     *
     * @param directory a descriptor; it is not closed
     * @param where what is looked for
     * @throws VolumeException NOT_ALLOWED
     */
    void reach(int directory, String where) {
        if (free) {
            return;
        }
        int fd = directory;
        try {
            NodeId below = null;
            for (int level = 0; level < LEVELS_MAX; level++) {
                Stat stat = look(fd, where);
                if (stat.node().equals(below)) {
                    return; // the parent of "/" is itself
                }
                if (!may(fd, stat, SEARCH, where)) {
                    throw refused(where, "a directory on the way to it (" + shown(stat) + ") cannot be searched");
                }
                below = stat.node();
                int up = posix.openat(fd, UP, Posix.O_PATH | Posix.O_DIRECTORY, 0);
                if (up < 0) {
                    throw Errno.failure(posix, up, "look above", where);
                }
                close(fd, directory);
                fd = up;
            }
        } finally {
            close(fd, directory);
        }
        throw new VolumeException(
                VolumeException.Kind.LIMIT, where + " lies more than " + LEVELS_MAX + " directories deep");
    }

    private void close(int fd, int given) {
        if (fd != given) {
            var _ = posix.close(fd);
        }
    }

    /**
     * Every directory on the way to a path can be searched, asked one after the other from above: so that nobody learns what lies, or does not, where it may not look.
     *
     * @param path relative to the volume; may lead to nothing
     */
    void way(Beneath beneath, byte[] path) {
        if (free) {
            return;
        }
        boolean first = true;
        for (int end = 0; end <= path.length; end++) {
            if (end == path.length || path[end] == '/') {
                try (At at = beneath.at(Arrays.copyOf(path, end))) {
                    if (first) {
                        reach(at.directory(), beneath.where(path));
                    } else {
                        search(at.directory(), beneath.where(path));
                    }
                }
                first = false;
            }
        }
    }

    /** One directory can be searched; what lies above it has been asked already. */
    void search(int directory, String where) {
        if (!free) {
            Stat stat = look(directory, where);
            if (!may(directory, stat, SEARCH, where)) {
                throw refused(where, "the directory of it (" + shown(stat) + ") cannot be searched");
            }
        }
    }

    /** A directory can be listed and searched. */
    void list(int directory, Stat stat, String where) {
        if (!free && !(may(directory, stat, READ, where) && may(directory, stat, SEARCH, where))) {
            throw refused(where, "the directory (" + shown(stat) + ") cannot be listed and searched");
        }
    }

    /** A file can be read. */
    void read(int fd, Stat stat, String where) {
        if (!free && !may(fd, stat, READ, where)) {
            throw refused(where, "the file (" + shown(stat) + ") cannot be read");
        }
    }

    /** The same of a name that is not opened for reading yet: for an early answer, the one that counts comes with the reading. */
    void readLater(int directory, byte[] name, String where) {
        if (free) {
            return;
        }
        int fd = posix.openat(directory, name, Posix.O_PATH | Posix.O_NOFOLLOW, 0);
        if (fd < 0) {
            throw Errno.failure(posix, fd, "look at", where);
        }
        try {
            Stat stat = look(fd, where);
            if (stat.isFile()) {
                read(fd, stat, where);
            }
        } finally {
            var _ = posix.close(fd);
        }
    }

    private boolean may(int fd, Stat stat, int wanted, String where) {
        if (!modesDecide && rules.hidden(fd, stat)) {
            throw refused(
                    where,
                    "its file system has access rules that this daemon cannot read (NFSv4 or Windows ACLs, or a program's own); where the mode"
                            + " bits of this volume say the same, its configuration may say so: modes-decide = true");
        }
        if (reader.uid() == stat.uid()) {
            return (stat.mode() >> 6 & wanted) == wanted; // the entry of the owner is in the mode, ACL or not
        }
        // where the mode has nothing for the group (an ACL shows its mask there), the kernel looks at no ACL, and who
        // is named in it is one of the others
        Result<byte[]> attribute =
                (stat.mode() & GROUP_BITS) == 0 ? Result.failed(-Errno.ENODATA) : posix.attribute(fd, POSIX_ACL);
        if (attribute.failedWith(Errno.ENODATA) || attribute.failedWith(Errno.EOPNOTSUPP)) {
            int shift = reader.groups().contains(stat.gid()) ? 3 : 0;
            return (stat.mode() >> shift & wanted) == wanted;
        }
        if (attribute.failed()) {
            throw Errno.failure(posix, attribute.error(), "read the ACL of", where);
        }
        Optional<Acl> acl = Acl.parse(attribute.value());
        return acl.isPresent()
                && acl.get().grants(stat.uid(), stat.gid(), reader.uid(), reader.groups()::contains, wanted);
    }

    private Stat look(int fd, String where) {
        var stat = posix.fstat(fd);
        if (stat.failed()) {
            throw Errno.failure(posix, stat.error(), "look at", where);
        }
        return stat.value();
    }

    private static String shown(Stat stat) {
        return "mode 0" + Integer.toOctalString(stat.mode() & 07777) + ", owner " + Integer.toUnsignedString(stat.uid())
                + ", group " + Integer.toUnsignedString(stat.gid());
    }

    private VolumeException refused(String where, String why) {
        return new VolumeException(
                VolumeException.Kind.NOT_ALLOWED,
                reader.who() + " may not read " + where + " by its own rights, and the daemon lends nobody its own: "
                        + why + "; ask the owner for access");
    }
}
