package dev.carnet.daemon.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Removes a tree. No link is followed, no other file system entered; memory is bounded, whatever the number of entries. */
final class Removal {
    private static final int NAMES_AT_ONCE = 1_024;
    /** Above the depth of any staged tree: limits the stack and the open descriptors. */
    private static final int DEPTH_MAX = 100;

    private final Disk disk;
    private final boolean daemons;
    private final BooleanSupplier stopped;

    /** Of what belongs to the daemon: whatever its modes are. */
    Removal(Disk disk) {
        this(disk, true, () -> false);
    }

    private Removal(Disk disk, boolean daemons, BooleanSupplier stopped) {
        this.disk = disk;
        this.daemons = daemons;
        this.stopped = stopped;
    }

    /**
     * Of what may belong to somebody else, and have mounts in it.
     *
     * @param stopped asked before each directory entry
     */
    static Removal ofAnybodys(Disk disk, BooleanSupplier stopped) {
        return new Removal(disk, false, stopped);
    }

    /** Idempotent. Not yet durable: the parent is to be fsynced. */
    void remove(String path) {
        var _ = removed(path);
    }

    /** The same; false where it was stopped before its end. */
    boolean removed(String path) {
        try (At at = disk.beneath().at(path)) {
            return remove(at.directory(), at.name(), at.where(), 0);
        } catch (VolumeException e) {
            if (e.kind() != VolumeException.Kind.NOT_FOUND) {
                throw e;
            }
            return true;
        }
    }

    private boolean remove(int parent, byte[] name, String where, int depth) {
        if (stopped.getAsBoolean()) {
            return false;
        }
        int result = disk.posix().unlinkat(parent, name, 0);
        if (result == -Errno.EISDIR) {
            if (!empty(parent, name, where, depth)) {
                return false;
            }
            result = disk.posix().unlinkat(parent, name, Posix.AT_REMOVEDIR);
        }
        if (result != -Errno.ENOENT) {
            disk.check(result, "remove", where);
        }
        return true;
    }

    private boolean empty(int parent, byte[] name, String where, int depth) {
        if (depth > DEPTH_MAX) {
            throw new VolumeException(
                    VolumeException.Kind.LIMIT, where + " lies too deep to be removed: remove it by hand");
        }
        mustBeOfThisMount(parent, name, where);
        int fd;
        try (At at = new At(disk.posix(), parent, false, name, where)) {
            fd = disk.openOwn(at, Posix.O_RDONLY | Posix.O_DIRECTORY);
        }
        try {
            int writable = disk.posix().fchmod(fd, Disk.OWNER_ALL);
            if (daemons) {
                disk.check(writable, "set the mode of", where); // of somebody else's, the first removal tells
            }
            List<byte[]> names = some(fd, where);
            while (!names.isEmpty()) {
                for (byte[] child : names) {
                    if (!remove(fd, child, where + "/" + Names.show(child), depth + 1)) {
                        return false;
                    }
                }
                names = some(fd, where);
            }
            return true;
        } finally {
            disk.closeQuietly(fd);
        }
    }

    /** What is mounted in a tree is not of it: a removal that went on there would leave the volume. */
    private void mustBeOfThisMount(int parent, byte[] name, String where) {
        int fd = disk.posix().openSameMount(parent, name, Posix.O_PATH | Posix.O_DIRECTORY);
        if (fd >= 0) {
            disk.closeQuietly(fd);
            return;
        }
        boolean old = fd == -Errno.ENOSYS;
        if (fd == -Errno.EXDEV || (old && otherDevice(parent, name, where))) {
            throw new VolumeException(
                    VolumeException.Kind.CROSS_DEVICE,
                    "something is mounted at " + where + ": unmount it, then do it again");
        }
        if (!old) {
            throw disk.failure(fd, "enter", where);
        }
    }

    /** Where the kernel is older than 5.6: a mount of the same file system is not seen, and the removal ends at it with EBUSY. */
    private boolean otherDevice(int parent, byte[] name, String where) {
        Stat stat = disk.check(disk.posix().stat(parent, name), "look at", where);
        Stat root = disk.check(
                disk.posix().fstat(disk.root()), "look at", disk.spec().root().toString());
        return stat.device() != root.device();
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
