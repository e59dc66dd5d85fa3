package dev.carnet.daemon.volume;

import java.util.function.BiConsumer;

/** A tree or file below a volume's root. Holds no descriptor: everything is found from the volume's root, each time. */
final class DiskSource implements SourceTree {
    private final Disk disk;
    private final String base;
    private final boolean dereference;
    private final Guard guard;
    private final Access access;

    DiskSource(Disk disk, Guard guard, Access access, String base, boolean dereference) {
        this.disk = disk;
        this.guard = guard;
        this.access = access;
        this.base = base;
        this.dereference = dereference;
    }

    @Override
    public void walk(BiConsumer<Member, Fingerprint> visitor) {
        new TreeWalk(disk, dereference, guard, access, visitor::accept).walk(Names.bytes(base));
    }

    @Override
    public SourceFile open(String path) {
        Names.checkMember(path);
        byte[] asked = Names.bytes(Names.join(base, path));
        byte[] real = dereference ? new Links(disk, guard, access).resolve(asked) : asked;
        try (At at = disk.beneath().at(real)) {
            access.reach(at.directory(), at.where());
            int fd = at.open(Posix.O_RDONLY, 0);
            if (fd == -Errno.ELOOP) {
                throw TreeWalk.link(at.where());
            }
            disk.check(fd, "open", at.where());
            try {
                Stat stat = disk.check(disk.posix().fstat(fd), "look at", at.where());
                guard.check(stat, at.where());
                guard.checkUp(at.directory(), at.where());
                if (!stat.isFile()) {
                    throw TreeWalk.badType(at.where(), stat);
                }
                access.read(fd, stat, at.where());
            } catch (RuntimeException e) {
                disk.closeQuietly(fd);
                throw e;
            }
            return new DiskSourceFile(disk.posix(), fd, at.where());
        }
    }

    @Override
    public void close() {
        // nothing is held
    }
}
