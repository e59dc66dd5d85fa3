package dev.carnet.daemon.volume;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** What is to be destroyed: first renamed out of its name, at once and whole, into {@code .carnet/destroying/<id>}; then removed there, entry by entry. */
final class Aside {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Disk disk;
    private final OwnFolder own;
    private final String path;

    /** @param id 32 lower-case hex digits */
    Aside(Disk disk, OwnFolder own, String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("an id is 32 lower-case hex digits, not " + Names.show(id));
        }
        this.disk = disk;
        this.own = own;
        this.path = OwnFolder.DESTROYING + '/' + id;
    }

    /** {@link Volume#setAside}. */
    void put(CheckpointName name, NodeId node) {
        disk.requireWritable("destroy " + name.value());
        own.ensureDestroying();
        Optional<NodeId> there = DiskVolume.nodeAt(disk, path);
        if (there.isEmpty()) {
            mustBe(DiskVolume.nodeAt(disk, name.value()), node, name);
            move(name.value(), path);
            Optional<NodeId> moved = DiskVolume.nodeAt(disk, path);
            if (!same(moved, node)) { // somebody was quicker than we looked
                move(path, name.value());
                mustBe(moved, node, name);
            }
        }
        disk.syncParent(Names.bytes(name.value()));
        disk.syncDirectory(Names.bytes(OwnFolder.DESTROYING));
    }

    /** Device numbers change with a boot; nothing of the tree has been removed yet, so its inode is still its own. */
    private static boolean same(Optional<NodeId> found, NodeId node) {
        return found.filter(other -> other.inode() == node.inode()).isPresent();
    }

    private void mustBe(Optional<NodeId> found, NodeId node, CheckpointName name) {
        if (!same(found, node)) {
            throw new VolumeException(
                    found.isEmpty() ? VolumeException.Kind.NOT_FOUND : VolumeException.Kind.CHANGED,
                    (found.isEmpty() ? "nothing" : "something else")
                            + " stands at "
                            + disk.beneath().where(Names.bytes(name.value()))
                            + " where the checkpoint stood: nothing was removed");
        }
    }

    private void move(String from, String to) {
        try (At source = disk.beneath().at(from);
                At target = disk.beneath().at(to)) {
            Target rename = new Target(disk);
            try {
                rename.rename(source, target);
            } catch (VolumeException e) {
                if (e.kind() != VolumeException.Kind.PERMISSION) {
                    throw e;
                }
                disk.grantOwner(source); // a directory that changes its parent has to be writable itself
                rename.rename(source, target);
            }
        }
    }

    /** {@link Volume#isAside}. */
    boolean there() {
        return DiskVolume.nodeAt(disk, path).isPresent();
    }

    /** {@link Volume#removeAside}. */
    boolean remove(BooleanSupplier stopped) {
        disk.requireWritable("destroy a checkpoint");
        if (there() && !Removal.ofAnybodys(disk, stopped).removed(path)) {
            return false;
        }
        if (DiskVolume.nodeAt(disk, OwnFolder.DESTROYING).isPresent()) {
            disk.syncDirectory(Names.bytes(OwnFolder.DESTROYING)); // also where an earlier run removed it
        }
        return true;
    }
}
