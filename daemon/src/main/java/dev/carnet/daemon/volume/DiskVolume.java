package dev.carnet.daemon.volume;

import dev.carnet.proto.tree.MemberPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A volume on a disk of this machine. */
final class DiskVolume implements Volume {
    private static final Pattern STAGING_ID = Pattern.compile("[0-9a-f]{32}");

    private final Disk disk;
    private final OffLimits offLimits;
    private final OwnFolder own;
    private final @Nullable Disk beside;
    private final @Nullable OwnFolder ownBeside;
    private final long device;
    private final SyncPool pool;
    /** By staging id: the paths whose fsync failed in this daemon's life. */
    private final Map<String, Set<String>> failed = new ConcurrentHashMap<>();

    /** @param beside where records lie that cannot lie in the volume; it is closed with this */
    DiskVolume(Disk disk, OffLimits offLimits, @Nullable Disk beside) {
        this.beside = beside;
        this.ownBeside = beside == null ? null : new OwnFolder(beside, true);
        this.disk = disk;
        this.offLimits = offLimits;
        this.device = disk.check(
                        disk.posix().fstat(disk.root()),
                        "look at",
                        disk.spec().root().toString())
                .device();
        this.own = new OwnFolder(disk);
        this.pool = new SyncPool(disk.spec().name());
    }

    @Override
    public String name() {
        return disk.spec().name();
    }

    @Override
    public Path root() {
        return disk.spec().root();
    }

    @Override
    public boolean readOnly() {
        return disk.spec().readOnly();
    }

    @Override
    public long usableBytes() {
        long bytes = disk.posix().usableBytes(disk.root());
        if (bytes < 0) {
            throw disk.failure(bytes, "ask for the free space of", root().toString());
        }
        return bytes;
    }

    @Override
    public long device() {
        return device;
    }

    @Override
    public SourceTree source(String relative, boolean dereference, Reader reader) {
        Names.checkMember(relative);
        if (relative.equals(MemberPath.ROOT)
                || relative.equals(NameRules.OWN)
                || relative.startsWith(NameRules.OWN + "/")) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_NAME,
                    "a source lies below the root of volume " + name() + " (" + root() + ") and not in "
                            + NameRules.OWN);
        }
        Guard guard = offLimits.now(disk);
        Access access = new Access(disk, reader);
        byte[] path = Names.bytes(relative);
        if (dereference) {
            access.reach(
                    disk.root(), root().toString()); // the links on the way are followed, and asked about, one by one
        } else {
            access.way(disk.beneath(), path);
        }
        try (At at = disk.beneath().at(dereference ? new Links(disk, guard, access).resolve(path) : path)) {
            access.reach(at.directory(), at.where());
            Stat stat = disk.check(at.stat(), "read the source", at.where());
            guard.check(stat, at.where());
            guard.checkUp(at.directory(), at.where());
            if (stat.isLink()) {
                throw TreeWalk.link(at.where());
            }
        }
        return new DiskSource(disk, guard, access, relative, dereference);
    }

    @Override
    public Optional<NodeId> lookup(CheckpointName name) {
        return nodeAt(disk, name.value());
    }

    /**
     * What stands at a path; a link is not followed.
     *
     * @throws VolumeException IN_THE_WAY where the path runs through a file or a link
     */
    static Optional<NodeId> nodeAt(Disk disk, String path) {
        try (At at = disk.beneath().at(path)) {
            var stat = at.stat();
            return stat.failedWith(Errno.ENOENT)
                    ? Optional.empty()
                    : Optional.of(disk.check(stat, "look at", at.where()).node());
        } catch (VolumeException e) {
            if (e.kind() == VolumeException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Staging staging(String stagingId) {
        disk.requireWritable("stage a checkpoint");
        String path = stagingPath(stagingId);
        own.ensureStaging(path);
        var set = failed.computeIfAbsent(stagingId, id -> ConcurrentHashMap.newKeySet());
        return new DiskStaging(disk, own, pool, path, set, () -> failed.remove(stagingId));
    }

    @Override
    public List<String> prepareTarget(CheckpointName name, String stagingId) {
        disk.requireWritable("publish " + name.value());
        String path = stagingPath(stagingId);
        own.ensureStaging(path);
        return new Target(disk).prepare(name, path);
    }

    private static String stagingPath(String id) {
        if (!STAGING_ID.matcher(id).matches()) {
            throw new IllegalArgumentException("a staging id is 32 lower-case hex digits, not " + Names.show(id));
        }
        return OwnFolder.STAGING + '/' + id;
    }

    @Override
    public void removeEmptyParents(List<String> made) {
        disk.requireWritable("remove directories");
        new Target(disk).removeEmpty(made);
    }

    @Override
    public void setAside(CheckpointName name, String id, NodeId node) {
        new Aside(disk, own, id).put(name, node);
    }

    @Override
    public boolean isAside(String id) {
        return new Aside(disk, own, id).there();
    }

    @Override
    public boolean removeAside(String id, java.util.function.BooleanSupplier stopped) {
        return new Aside(disk, own, id).remove(stopped);
    }

    @Override
    public Records records(CheckpointName name) {
        var here = new DiskRecords(disk, own, name);
        if (beside == null || ownBeside == null) {
            return here;
        }
        var there = new DiskRecords(beside, ownBeside, name);
        return readOnly() ? new PlacedRecords(there, here) : new PlacedRecords(here, there);
    }

    @Override
    public void recordPrints(CheckpointName name) {
        records(name).write(Prints.FILE, out -> new Prints(disk).write(name, out));
    }

    @Override
    public boolean standsAsRecorded(CheckpointName name) {
        var placed = records(name);
        var records = placed instanceof PlacedRecords two ? two.readable() : (DiskRecords) placed;
        int fd = records.descriptor(Prints.FILE);
        if (fd < 0) {
            return false;
        }
        try (var recorded = new RecordInput(disk.posix(), fd, records.directory() + "/" + Prints.FILE)) {
            return new Prints(disk).match(name, recorded);
        }
    }

    /** No call may be in progress, and none may come. */
    @Override
    public void close() {
        offLimits.close();
        disk.closeQuietly(disk.root());
        if (beside != null) {
            beside.closeQuietly(beside.root());
        }
    }
}
