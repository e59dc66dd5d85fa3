package dev.carnet.daemon.volume;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The daemon's own folder at the root of a volume: what lies in it, who may read it, and how its directories come to be. */
final class OwnFolder {
    static final String PATH = NameRules.OWN;
    static final String STAGING = PATH + "/staging";
    static final String RECORDS = PATH + "/records";
    static final String DESTROYING = PATH + "/destroying";

    /** Readable by the volume's group, whose members run {@code carnet verify}. */
    static final int RECORDS_MODE = 0750;

    static final int RECORD_FILE_MODE = 0640;
    static final int STAGING_MODE = 0700;
    private static final int WRITABLE_BY_OTHERS = 022;

    private final Disk disk;
    private final boolean bare;
    /** Known to be as it should, durably, since this daemon started. */
    private final Set<String> settled = ConcurrentHashMap.newKeySet();

    OwnFolder(Disk disk) {
        this(disk, false);
    }

    /** @param bare whether the records lie directly below the disk's root, which is the daemon's own */
    OwnFolder(Disk disk, boolean bare) {
        this.disk = disk;
        this.bare = bare;
    }

    /** Path of a directory of records. */
    String records(String name) {
        return bare ? name : RECORDS + '/' + name;
    }

    /** What has the directories of records in it; empty for the root. */
    String recordsParent() {
        return bare ? "" : RECORDS;
    }

    /** Makes the parents and the staging directory of a transfer, durably. Idempotent. */
    void ensureStaging(String path) {
        ensure(PATH, RECORDS_MODE, true);
        ensure(STAGING, STAGING_MODE, false);
        ensure(path, STAGING_MODE, false);
    }

    /** Makes the directory, and its parent, of what is to be destroyed, durably. Idempotent. */
    void ensureDestroying() {
        ensure(PATH, RECORDS_MODE, true);
        ensure(DESTROYING, STAGING_MODE, false);
    }

    /** Makes the parents and the directory of a checkpoint's records, durably. Idempotent. */
    void ensureRecords(String path) {
        if (!bare) {
            ensure(PATH, RECORDS_MODE, true);
            ensure(RECORDS, RECORDS_MODE, true);
        }
        ensure(path, RECORDS_MODE, true);
    }

    /** Is to be called when a directory has been removed. */
    void forget(String path) {
        settled.remove(path);
    }

    private void ensure(String path, int mode, boolean group) {
        try (At at = disk.beneath().at(path)) {
            int made = disk.posix().mkdirat(at.directory(), at.name(), STAGING_MODE);
            if (made < 0 && made != -Errno.EEXIST) {
                throw disk.failure(made, "make", at.where());
            }
            if (made == 0 || !settled.contains(path)) {
                settle(at, mode, group);
                disk.syncParent(Names.bytes(path));
                settled.add(path);
            }
        }
    }

    /** A crash may have left it half made, and somebody else may have made it before us. */
    private void settle(At at, int mode, boolean group) {
        int fd = disk.check(at.open(Posix.O_RDONLY | Posix.O_DIRECTORY, 0), "open", at.where());
        try {
            Stat stat = disk.check(disk.posix().fstat(fd), "look at", at.where());
            if (stat.uid() != disk.posix().geteuid() || (stat.mode() & WRITABLE_BY_OTHERS) != 0) {
                throw new VolumeException(
                        VolumeException.Kind.PERMISSION,
                        at.where() + " belongs to uid " + stat.uid() + " with mode "
                                + Integer.toOctalString(stat.mode()) + ": it must belong to the daemon's uid "
                                + disk.posix().geteuid()
                                + " and be writable by nobody else; look who made it, then move it away"
                                + " or give it to the daemon");
            }
            if (group) {
                disk.setGroup(fd, at.where());
            }
            disk.check(disk.posix().fchmod(fd, mode), "set the mode of", at.where());
            disk.check(disk.posix().fsync(fd), "fsync", at.where());
        } finally {
            disk.closeQuietly(fd);
        }
    }
}
