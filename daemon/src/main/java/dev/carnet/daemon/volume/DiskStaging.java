package dev.carnet.daemon.volume;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Staging below {@code .carnet/staging/<id>}. Holds no descriptor; what must be remembered between its instances is {@code failed}. */
final class DiskStaging implements Staging {
    private static final int FILE_MODE = 0600;

    private final Disk disk;
    private final OwnFolder own;
    private final SyncPool pool;
    private final String staging;
    private final String tree;
    private final Set<String> failed;
    private final Runnable gone;

    /**
     * @param staging its directory, relative to the volume
     * @param failed paths whose fsync failed; shared by all instances of this staging
     */
    DiskStaging(Disk disk, OwnFolder own, SyncPool pool, String staging, Set<String> failed, Runnable gone) {
        this.disk = disk;
        this.own = own;
        this.pool = pool;
        this.staging = staging;
        this.tree = staging + "/tree";
        this.failed = failed;
        this.gone = gone;
    }

    @Override
    public void makeDirectory(String path) {
        try (At at = at(path)) {
            int result = disk.posix().mkdirat(at.directory(), at.name(), Disk.OWNER_ALL);
            if (result == -Errno.EEXIST) {
                keep(at);
            } else {
                disk.check(result, "make", at.where());
            }
        }
    }

    private void keep(At at) {
        Stat stat = disk.check(at.stat(), "look at", at.where());
        VolumeException taken = taken(at, stat);
        if (!stat.isDirectory() || taken.kind() != VolumeException.Kind.EXISTS) {
            throw taken;
        }
    }

    @Override
    public StagedFile create(String path) {
        try (At at = at(path)) {
            int fd = at.open(Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL, FILE_MODE);
            if (fd == -Errno.EEXIST) {
                throw taken(at, disk.check(at.stat(), "look at", at.where()));
            }
            disk.check(fd, "create", at.where());
            return new DiskStagedFile(disk.posix(), fd, path, at.where(), 0, failed);
        }
    }

    /**
     * EXISTS where this very name stands there; NAME_CONFLICT where the file system only took it for another one. The directory itself says which names it has.
     */
    private VolumeException taken(At at, Stat stat) {
        byte[] dot = {'.'};
        int fd = disk.check(
                disk.posix().openat(at.directory(), dot, Posix.O_RDONLY | Posix.O_DIRECTORY, 0),
                "list the directory of",
                at.where());
        boolean[] exact = new boolean[1];
        String[] other = {"another name"};
        try {
            int listed = Listing.each(disk.posix(), fd, (name, inode) -> {
                exact[0] = Arrays.equals(name, at.name());
                if (!exact[0] && inode == stat.inode()) {
                    other[0] = "'" + Names.show(name) + "'";
                }
                return !exact[0];
            });
            disk.check(listed, "list the directory of", at.where());
        } finally {
            disk.closeQuietly(fd);
        }
        if (exact[0]) {
            return new VolumeException(
                    VolumeException.Kind.EXISTS, at.where() + " exists already in staging, as " + stat.kind());
        }
        return new VolumeException(
                VolumeException.Kind.NAME_CONFLICT,
                "the file system of volume " + disk.spec().name() + " cannot keep " + at.where() + " apart from "
                        + other[0] + ": rename one of them at the source, or choose a volume that tells them apart");
    }

    @Override
    public StagedFile reopen(String path) {
        try (At at = at(path)) {
            if (failed.contains(path)) {
                throw DiskStagedFile.untrusted(at.where());
            }
            int fd = disk.openOwn(at, Posix.O_WRONLY);
            var stat = disk.posix().fstat(fd);
            if (stat.failed() || !stat.value().isFile()) {
                disk.closeQuietly(fd);
                throw disk.failure(stat.failed() ? stat.error() : -Errno.EISDIR, "reopen", at.where());
            }
            return new DiskStagedFile(
                    disk.posix(), fd, path, at.where(), stat.value().size(), failed);
        }
    }

    @Override
    public void discard(String path) {
        try (At at = at(path)) {
            int result = disk.posix().unlinkat(at.directory(), at.name(), 0);
            if (result != -Errno.ENOENT) {
                disk.check(result, "remove", at.where());
            }
            failed.remove(path);
        }
    }

    @Override
    public ScratchFile scratch(String name) {
        if (!name.matches("[a-z]{1,32}") || name.equals("tree")) {
            throw new IllegalArgumentException("no name of a scratch file: " + name);
        }
        try (At at = disk.beneath().at(staging + '/' + "scratch-" + name)) {
            int removed = disk.posix().unlinkat(at.directory(), at.name(), 0);
            if (removed != -Errno.ENOENT) {
                disk.check(removed, "remove", at.where());
            }
            int fd = at.open(Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL, FILE_MODE);
            return new ScratchFile(
                    disk.posix(),
                    disk.check(fd, "create", at.where()),
                    at.where(),
                    () -> disk.syncDirectory(Names.bytes(staging)));
        }
    }

    @Override
    public Optional<RecordFile> openScratch(String name) {
        try (At at = disk.beneath().at(staging + '/' + "scratch-" + name)) {
            int fd = at.open(Posix.O_RDONLY, 0);
            if (fd == -Errno.ENOENT) {
                return Optional.empty();
            }
            return Optional.of(RecordFile.of(disk.posix(), disk.check(fd, "open", at.where()), at.where()));
        }
    }

    @Override
    public void assemble(Iterable<Member> members) {
        new Assembly(disk, pool.batch(), tree, failed).run(members);
    }

    @Override
    public Optional<NodeId> root() {
        return DiskVolume.nodeAt(disk, tree);
    }

    @Override
    public void publish(CheckpointName name) {
        if (!failed.isEmpty()) {
            throw DiskStagedFile.untrusted(failed.iterator().next());
        }
        try (At from = disk.beneath().at(tree);
                At to = disk.beneath().at(name.value())) {
            new Target(disk).rename(from, to);
        }
    }

    @Override
    public void seal(CheckpointName name, Member top) {
        try (At at = disk.beneath().at(name.value())) {
            boolean directory = top.type() == Member.Type.DIRECTORY;
            int fd = disk.openOwn(at, Posix.O_RDONLY | (directory ? Posix.O_DIRECTORY : 0));
            try {
                Posix posix = disk.posix();
                disk.check(posix.fchmod(fd, disk.masked(top.mode())), "set the mode of", at.where());
                disk.check(posix.setMtime(fd, top.mtimeSeconds(), top.mtimeNanos()), "set the time of", at.where());
                disk.check(posix.fsync(fd), "fsync", at.where());
            } finally {
                disk.closeQuietly(fd);
            }
        }
        disk.syncParent(Names.bytes(name.value()));
        if (DiskVolume.nodeAt(disk, staging).isPresent()) {
            disk.syncDirectory(Names.bytes(staging));
        }
        DiskRecords records = new DiskRecords(disk, own, name);
        int fd = records.descriptor(Prints.FILE);
        if (fd < 0) {
            return; // somebody removed them: then it never counts as unchanged
        }
        try (var staged = new RecordInput(disk.posix(), fd, records.directory() + "/" + Prints.FILE)) {
            records.write(Prints.FILE, out -> new Prints(disk).renewTop(Names.bytes(name.value()), staged, out));
        }
    }

    @Override
    public void recordPrints(CheckpointName name) {
        new DiskRecords(disk, own, name).write(Prints.FILE, out -> new Prints(disk).write(Names.bytes(tree), out));
    }

    @Override
    public void destroy() {
        if (DiskVolume.nodeAt(disk, staging).isPresent()) {
            new Removal(disk).remove(staging);
        }
        if (DiskVolume.nodeAt(disk, OwnFolder.STAGING).isPresent()) {
            disk.syncDirectory(Names.bytes(OwnFolder.STAGING)); // also where an earlier run removed it
        }
        own.forget(staging);
        failed.clear();
        gone.run();
    }

    private At at(String path) {
        Names.checkMember(path);
        return disk.beneath().at(Names.join(tree, path));
    }
}
