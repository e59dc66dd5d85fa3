package dev.carnet.daemon.volume;

import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.Limits;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Visits a tree in the order of SPEC section 3: the root, then ascending by the path's bytes. That is not the order of a plain depth-first walk: {@code a-b} comes
 * before {@code a/c}. So a directory is a member at {@code X}, and is entered at {@code X/}, when no sibling is left that sorts before that.
 *
 * <p>Memory: some 128 Ki names in all, however large the directories are (a larger one is listed several times); a descriptor per level. One use.
 */
final class TreeWalk {
    private static final int NAMES_HELD_MAX = 64 << 10;
    private static final int LEVELS = Limits.DEPTH_MAX;

    /** Takes what the walk finds. */
    interface Visitor {
        void member(Member member, Fingerprint fingerprint);

        /** @return true to leave out what lies in a directory that the daemon may not enter; false to fail */
        default boolean leaveOut(String path) {
            return false;
        }
    }

    /**
     * A directory on the way down.
     *
     * @param path of the member; empty for the root
     * @param pathBytes its length in UTF-8
     * @param real path in the volume, without links
     */
    private record Directory(String path, int pathBytes, int depth, byte[] real, NodeId node) {}

    /** A directory that is a member already and is still to be entered. */
    private record Pending(byte[] name, Directory directory) {}

    private final Disk disk;
    private final Posix posix;
    private final @Nullable Links links;
    private final Guard guard;
    private final Access access;
    private final Visitor visitor;
    private final ArrayDeque<NodeId> ancestors = new ArrayDeque<>();
    private final int namesHeldMax;
    private int members;
    private int namesHeld;

    TreeWalk(Disk disk, boolean dereference, Guard guard, Access access, Visitor visitor) {
        this(disk, dereference, guard, access, visitor, NAMES_HELD_MAX);
    }

    /** @param namesHeldMax half of it goes to the first level, half of the rest to the next, and so on; a level has one name at least */
    TreeWalk(Disk disk, boolean dereference, Guard guard, Access access, Visitor visitor, int namesHeldMax) {
        this.namesHeldMax = namesHeldMax;
        this.disk = disk;
        this.posix = disk.posix();
        this.links = dereference ? new Links(disk, guard, access) : null;
        this.guard = guard;
        this.access = access;
        this.visitor = visitor;
    }

    /** @param base of the tree's root, relative to the volume */
    void walk(byte[] base) {
        byte[] real = links == null ? base : links.resolve(base);
        try (At at = disk.beneath().at(real)) {
            access.reach(at.directory(), at.where());
            Stat stat = disk.check(at.stat(), "look at", at.where());
            guard.checkUp(at.directory(), at.where());
            visit(MemberPath.ROOT, stat, at.where());
            if (stat.isFile()) {
                access.readLater(at.directory(), at.name(), at.where());
            }
            if (stat.isDirectory()) {
                enter(open(at), new Directory("", 0, 0, real, stat.node()));
            }
        }
    }

    private void enter(int fd, Directory directory) {
        if (fd < 0) {
            refusedToEnter(fd, directory);
            return;
        }
        try {
            Stat stat = disk.check(posix.fstat(fd), "look at", where(directory.real));
            if (!stat.node().equals(directory.node)) {
                throw changed(where(directory.real), "was replaced");
            }
            access.list(fd, stat, where(directory.real));
            ancestors.push(directory.node);
            list(fd, directory);
            ancestors.pop();
        } finally {
            disk.closeQuietly(fd);
        }
    }

    private void list(int fd, Directory directory) {
        var pending = new ArrayDeque<Pending>();
        byte[] after = null;
        boolean more = true;
        while (more) {
            int max = Math.max(1 + namesHeldMax / LEVELS, (namesHeldMax - namesHeld) / 2);
            var page = disk.check(Listing.page(posix, fd, after, max), "list", where(directory.real));
            int held = page.names().size();
            namesHeld += held;
            for (byte[] name : page.names()) {
                enterThoseBefore(name, pending, fd);
                entry(fd, directory, name, pending);
            }
            namesHeld -= held;
            more = page.more();
            after = page.names().isEmpty() ? after : page.names().getLast();
        }
        enterThoseBefore(null, pending, fd);
    }

    /** The pending directories lie on each other like X-b on X: the one on top always has the smallest key. */
    private void enterThoseBefore(byte @Nullable [] name, ArrayDeque<Pending> pending, int fd) {
        while (!pending.isEmpty() && (name == null || !sortsBeforeContent(name, pending.peek().name))) {
            var next = pending.pop();
            enter(open(fd, next), next.directory);
        }
    }

    /** Whether {@code name} sorts before {@code directory + "/"}, knowing that it sorts after {@code directory}. */
    private static boolean sortsBeforeContent(byte[] name, byte[] directory) {
        int length = directory.length;
        return name.length > length
                && java.util.Arrays.equals(name, 0, length, directory, 0, length)
                && Byte.toUnsignedInt(name[length]) < '/';
    }

    private void entry(int fd, Directory in, byte[] name, ArrayDeque<Pending> pending) {
        byte[] real = Names.join(in.real, name);
        String text = Names.text(name, where(in.real));
        String path = in.path.isEmpty() ? text : in.path + '/' + text;
        int pathBytes = in.path.isEmpty() ? name.length : in.pathBytes + 1 + name.length;
        limit(path, pathBytes, in.depth + 1);
        var found = posix.stat(fd, name);
        if (found.failedWith(Errno.EACCES) && visitor.leaveOut(path)) {
            return;
        }
        if (found.failedWith(Errno.ENOENT)) {
            throw changed(where(real), "vanished");
        }
        Stat stat = disk.check(found, "look at", where(real));
        if (stat.isLink() && links != null) {
            real = links.resolve(real);
            try (At at = disk.beneath().at(real)) {
                access.reach(at.directory(), at.where());
                stat = disk.check(at.stat(), "look at", at.where());
                guard.checkUp(at.directory(), at.where());
                if (stat.isFile()) {
                    access.readLater(at.directory(), at.name(), at.where());
                }
            }
        } else if (stat.isFile()) {
            access.readLater(fd, name, where(real));
        }
        visit(path, stat, where(real));
        if (stat.isDirectory()) {
            pending.push(new Pending(name, new Directory(path, pathBytes, in.depth + 1, real, stat.node())));
        }
    }

    private void visit(String path, Stat stat, String where) {
        if (++members > Limits.MEMBERS_MAX) {
            throw new VolumeException(
                    VolumeException.Kind.LIMIT,
                    "a checkpoint has at most " + Limits.MEMBERS_MAX + " members: " + where);
        }
        guard.check(stat, where);
        if (stat.isLink()) {
            throw link(where);
        }
        if (!stat.isFile() && !stat.isDirectory()) {
            throw badType(where, stat);
        }
        if (stat.isDirectory() && ancestors.contains(stat.node())) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_TYPE, "the links below " + where + " lead round in a circle");
        }
        if (stat.isFile() && stat.size() > Limits.FILE_BYTES_MAX) {
            throw new VolumeException(
                    VolumeException.Kind.LIMIT, where + " has more than " + Limits.FILE_BYTES_MAX + " bytes");
        }
        var type = stat.isDirectory() ? Member.Type.DIRECTORY : Member.Type.FILE;
        long size = stat.isDirectory() ? 0 : stat.size();
        int mode = stat.mode() & Stat.PERMISSIONS;
        visitor.member(new Member(path, type, mode, size, stat.mtimeSeconds(), stat.mtimeNanos()), stat.fingerprint());
    }

    private static void limit(String path, int bytes, int depth) {
        if (bytes > Limits.PATH_BYTES_MAX || depth > Limits.DEPTH_MAX) {
            throw new VolumeException(
                    VolumeException.Kind.LIMIT,
                    "the path of a member has at most " + Limits.PATH_BYTES_MAX + " bytes and " + Limits.DEPTH_MAX
                            + " components: " + Names.show(path));
        }
    }

    private int open(int parent, Pending next) {
        if (links == null) {
            return posix.openat(parent, next.name, Posix.O_RDONLY | Posix.O_DIRECTORY | Posix.O_NOFOLLOW, 0);
        }
        try (At at = disk.beneath().at(next.directory.real)) {
            return open(at);
        }
    }

    private static int open(At at) {
        return at.open(Posix.O_RDONLY | Posix.O_DIRECTORY, 0);
    }

    private void refusedToEnter(int error, Directory directory) {
        String where = where(directory.real);
        if (error == -Errno.EACCES && visitor.leaveOut(directory.path)) {
            return;
        }
        if (error == -Errno.ELOOP || error == -Errno.ENOTDIR) {
            throw new VolumeException(
                    VolumeException.Kind.BAD_TYPE,
                    where
                            + " was a directory and is none any more: a link, or a file, was put in its place while the tree"
                            + " was walked, and it is not followed");
        }
        if (error == -Errno.ENOENT) {
            throw changed(where, "was removed");
        }
        throw disk.failure(error, "enter", where);
    }

    private String where(byte[] real) {
        return disk.beneath().where(real);
    }

    private static VolumeException changed(String where, String how) {
        return new VolumeException(
                VolumeException.Kind.CHANGED,
                where + " " + how + " while the tree was walked: try again when nobody writes to it");
    }

    static VolumeException link(String where) {
        return new VolumeException(
                VolumeException.Kind.BAD_TYPE,
                where + " is a symbolic link, and links are not moved: give --dereference to send what it points to");
    }

    static VolumeException badType(String where, Stat stat) {
        return new VolumeException(
                VolumeException.Kind.BAD_TYPE,
                where + " is " + stat.kind() + ": only files and directories are moved; take it out of there");
    }
}
