package dev.carnet.daemon.volume;

import java.util.ArrayList;
import java.util.List;

/** Removes a tree that belongs to the daemon. No link is followed; memory is bounded, whatever the number of entries. */
final class Removal {
    private static final int NAMES_AT_ONCE = 1_024;
    /** Above the depth of any staged tree: limits the stack and the open descriptors. */
    private static final int DEPTH_MAX = 100;

    private final Disk disk;

    Removal(Disk disk) {
        this.disk = disk;
    }

    /** Idempotent. Not yet durable: the parent is to be fsynced. */
    void remove(String path) {
        try (At at = disk.beneath().at(path)) {
            remove(at.directory(), at.name(), at.where(), 0);
        } catch (VolumeException e) {
            if (e.kind() != VolumeException.Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    private void remove(int parent, byte[] name, String where, int depth) {
        int result = disk.posix().unlinkat(parent, name, 0);
        if (result == -Errno.EISDIR) {
            empty(parent, name, where, depth);
            result = disk.posix().unlinkat(parent, name, Posix.AT_REMOVEDIR);
        }
        if (result != -Errno.ENOENT) {
            disk.check(result, "remove", where);
        }
    }

    private void empty(int parent, byte[] name, String where, int depth) {
        if (depth > DEPTH_MAX) {
            throw new VolumeException(
                    VolumeException.Kind.LIMIT, where + " lies too deep to be removed: remove it by hand");
        }
        int fd;
        try (At at = new At(disk.posix(), parent, false, name, where)) {
            fd = disk.openOwn(at, Posix.O_RDONLY | Posix.O_DIRECTORY);
        }
        try {
            disk.check(disk.posix().fchmod(fd, Disk.OWNER_ALL), "set the mode of", where);
            List<byte[]> names = some(fd, where);
            while (!names.isEmpty()) {
                for (byte[] child : names) {
                    remove(fd, child, where + "/" + Names.show(child), depth + 1);
                }
                names = some(fd, where);
            }
        } finally {
            disk.closeQuietly(fd);
        }
    }

    private List<byte[]> some(int fd, String where) {
        List<byte[]> names = new ArrayList<>();
        int result = Listing.each(disk.posix(), fd, (name, inode) -> {
            names.add(name);
            return names.size() < NAMES_AT_ONCE;
        });
        disk.check(result, "list", where);
        return names;
    }
}
