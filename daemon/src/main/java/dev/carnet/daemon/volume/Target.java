package dev.carnet.daemon.volume;

import dev.carnet.proto.tree.MemberPath;
import java.util.ArrayList;
import java.util.List;

/** The place where a checkpoint is going to stand: its parents, and the one rename that puts it there. */
final class Target {
    private static final int PARENT_MODE = 0755;
    private static final String PROBE = "/probe";
    private static final String PROBE_BESIDE = ".carnet-probe-";

    private final Disk disk;

    Target(Disk disk) {
        this.disk = disk;
    }

    /**
     * {@link Volume#prepareTarget}.
     *
     * @param staging path of the staging directory, which is there
     */
    List<String> prepare(CheckpointName name, String staging) {
        List<String> made = new ArrayList<>();
        try {
            makeParents(name.value(), made);
            probe(name.value(), staging);
            return List.copyOf(made);
        } catch (RuntimeException e) {
            try {
                removeEmpty(made);
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private void makeParents(String name, List<String> made) {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            makeParent(name.substring(0, slash), made);
        }
    }

    private void makeParent(String path, List<String> made) {
        try (At at = disk.beneath().at(path)) {
            int result = disk.posix().mkdirat(at.directory(), at.name(), Disk.OWNER_ALL);
            if (result == -Errno.EEXIST) {
                Stat stat = disk.check(at.stat(), "look at", at.where());
                if (!stat.isDirectory()) {
                    throw new VolumeException(
                            VolumeException.Kind.BAD_NAME, "the name runs through " + stat.kind() + ": " + at.where());
                }
                if (stat.uid() == disk.posix().geteuid()) {
                    disk.syncParent(Names.bytes(path)); // perhaps made by a run that a crash ended
                }
                return;
            }
            disk.check(result, "make", at.where());
            made.add(path);
            int fd = disk.check(at.open(Posix.O_RDONLY | Posix.O_DIRECTORY, 0), "open", at.where());
            try {
                disk.setGroup(fd, at.where());
                int mode = disk.masked(PARENT_MODE) | Disk.OWNER_ALL;
                disk.check(disk.posix().fchmod(fd, mode), "set the mode of", at.where());
                disk.check(disk.posix().fsync(fd), "fsync", at.where());
            } finally {
                disk.closeQuietly(fd);
            }
            disk.syncParent(Names.bytes(path));
        }
    }

    /** The same device number is not enough: a bind mount refuses the rename all the same. */
    private void probe(String name, String staging) {
        String id = staging.substring(staging.lastIndexOf('/') + 1);
        String beside = name.substring(0, name.lastIndexOf('/') + 1) + PROBE_BESIDE + id;
        try (At from = disk.beneath().at(staging + PROBE);
                At to = disk.beneath().at(beside)) {
            removeDirectory(to); // of a run that a crash ended
            int made = disk.posix().mkdirat(from.directory(), from.name(), Disk.OWNER_ALL);
            if (made != -Errno.EEXIST) {
                disk.check(made, "make", from.where());
            }
            try {
                rename(from, to);
            } finally {
                removeDirectory(from);
                removeDirectory(to);
            }
        }
    }

    private void removeDirectory(At at) {
        int result = disk.posix().unlinkat(at.directory(), at.name(), Posix.AT_REMOVEDIR);
        if (result != -Errno.ENOENT) {
            disk.check(result, "remove", at.where());
        }
    }

    /** Exactly one rename that replaces nothing; see {@link VolumeSpec#renameWithoutNoReplace} for the exception. */
    void rename(At from, At to) {
        int result = move(from, to, Posix.RENAME_NOREPLACE);
        boolean unknown = result == -Errno.EINVAL || result == -Errno.ENOSYS || result == -Errno.EOPNOTSUPP;
        if (unknown && !disk.spec().renameWithoutNoReplace()) {
            throw new VolumeException(
                    VolumeException.Kind.IO,
                    "the file system of volume " + disk.spec().name() + " cannot rename " + from.where() + " to "
                            + to.where()
                            + " without the risk of replacing something (renameat2: " + Errno.text(-result)
                            + "); where nobody but this daemon writes to that volume, set " + VolumeSpec.RENAME_SETTING
                            + " = true for it");
        }
        if (unknown) {
            result = to.stat().failedWith(Errno.ENOENT) ? move(from, to, 0) : -Errno.EEXIST;
        }
        if (result == -Errno.EEXIST || result == -Errno.ENOTEMPTY) {
            throw new VolumeException(
                    VolumeException.Kind.EXISTS,
                    "something stands at " + to.where()
                            + " already: nothing is ever replaced; move it away or choose another name");
        }
        if (result == -Errno.EXDEV) {
            throw new VolumeException(
                    VolumeException.Kind.CROSS_DEVICE,
                    "cannot rename " + from.where() + " to " + to.where()
                            + ": the target lies on another mount than the"
                            + " volume's staging; declare a volume whose root lies on that mount");
        }
        disk.check(result, "rename " + from.where() + " to", to.where());
    }

    private int move(At from, At to, int flags) {
        return disk.posix().renameat2(from.directory(), from.name(), to.directory(), to.name(), flags);
    }

    /** {@link Volume#removeEmptyParents}. */
    void removeEmpty(List<String> made) {
        for (String path : made.reversed()) {
            if (path.equals(MemberPath.ROOT) || path.equals(NameRules.OWN)) {
                throw new VolumeException(VolumeException.Kind.BAD_NAME, "not a parent that was made: " + path);
            }
            Names.checkMember(path);
            if (!removed(path)) {
                return;
            }
        }
    }

    private boolean removed(String path) {
        try (At at = disk.beneath().at(path)) {
            int result = disk.posix().unlinkat(at.directory(), at.name(), Posix.AT_REMOVEDIR);
            if (result == -Errno.ENOTEMPTY || result == -Errno.EEXIST) {
                return false;
            }
            if (result != -Errno.ENOENT) {
                disk.check(result, "remove", at.where());
                disk.syncParent(Names.bytes(path));
            }
            return true;
        } catch (VolumeException e) {
            if (e.kind() == VolumeException.Kind.NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }
}
