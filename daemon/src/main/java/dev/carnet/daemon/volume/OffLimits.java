package dev.carnet.daemon.volume;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What never travels, held open: so it is known after somebody has moved it, and no other file can get its inode number. Each {@link #now} looks at the paths
 * again besides: what lies there may have been made anew since.
 */
final class OffLimits implements AutoCloseable {
    /** Entries that one such directory may have; a daemon's own have some ten. */
    private static final int ENTRIES_MAX = 10_000;

    private static final byte[] SELF = {'.'};

    /** @param fd O_PATH; negative where nothing stood there */
    private record Held(Forbidden forbidden, int fd) {}

    private final Posix posix;
    private final List<Held> all = new ArrayList<>();

    /** @throws VolumeException where one of them cannot be found for another reason than that it is not there */
    OffLimits(Posix posix, Forbidden... forbidden) {
        this.posix = posix;
        try {
            for (Forbidden one : forbidden) {
                all.add(new Held(one, find(one)));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * What may not be met from now on: each of them, and what lies directly in those that are directories. The latter is for other names of the same files (hard
     * links) and for mounts of the directories in it.
     *
     * @throws VolumeException BAD_TYPE where the volume itself is, or lies in, one of them; and where one of them cannot be looked at: then nothing travels
     */
    Guard now(Disk disk) {
        Map<NodeId, String> nodes = new HashMap<>();
        for (Held held : all) {
            if (held.fd >= 0) {
                collect(held.fd, held.forbidden, nodes);
            }
            int fd = find(held.forbidden);
            if (fd >= 0) {
                try {
                    collect(fd, held.forbidden, nodes);
                } finally {
                    var _ = posix.close(fd);
                }
            }
        }
        Guard guard =
                new Guard(posix, nodes, node(disk.root(), disk.spec().root().toString()));
        guard.checkRoot(disk.root(), disk.spec().root().toString());
        return guard;
    }

    private int find(Forbidden one) {
        int fd = posix.open(one.path().toString().getBytes(StandardCharsets.UTF_8), Posix.O_PATH);
        if (fd < 0 && fd != -Errno.ENOENT) {
            throw Errno.failure(
                    posix, fd, "find " + one.what() + ",", one.path().toString());
        }
        return fd;
    }

    private void collect(int fd, Forbidden one, Map<NodeId, String> nodes) {
        String where = one.path().toString();
        Stat stat = look(fd, where);
        nodes.putIfAbsent(stat.node(), one.what());
        if (!stat.isDirectory()) {
            return;
        }
        for (byte[] name : entries(fd, where)) {
            int entry = posix.openat(fd, name, Posix.O_PATH, 0); // follows a link: a key may lie behind one
            if (leadsNowhere(entry)) {
                continue;
            }
            if (entry < 0) {
                throw Errno.failure(posix, entry, "look into", where);
            }
            try {
                nodes.putIfAbsent(node(entry, where), one.what());
            } finally {
                var _ = posix.close(entry);
            }
        }
    }

    /** Gone, or a link to nothing that this daemon could read. */
    private static boolean leadsNowhere(int result) {
        return switch (-result) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EACCES -> true;
            default -> false;
        };
    }

    /** By a descriptor of its own: a listing has a position, and several sources may be opened at once. */
    private List<byte[]> entries(int directory, String where) {
        int fd = posix.openat(directory, SELF, Posix.O_RDONLY | Posix.O_DIRECTORY, 0);
        if (fd < 0) {
            throw Errno.failure(posix, fd, "list", where);
        }
        try {
            List<byte[]> names = new ArrayList<>();
            int result = Listing.each(posix, fd, (name, inode) -> names.add(name) && names.size() <= ENTRIES_MAX);
            if (result < 0) {
                throw Errno.failure(posix, result, "list", where);
            }
            if (names.size() > ENTRIES_MAX) {
                throw new VolumeException(
                        VolumeException.Kind.LIMIT,
                        where + " has more than " + ENTRIES_MAX
                                + " entries: it is the daemon's own; move away what others have put there");
            }
            return names;
        } finally {
            var _ = posix.close(fd);
        }
    }

    private NodeId node(int fd, String where) {
        return look(fd, where).node();
    }

    private Stat look(int fd, String where) {
        var stat = posix.fstat(fd);
        if (stat.failed()) {
            throw Errno.failure(posix, stat.error(), "look at", where);
        }
        return stat.value();
    }

    @Override
    public void close() {
        for (Held held : all) {
            if (held.fd >= 0) {
                var _ = posix.close(held.fd);
            }
        }
    }
}
