package dev.carnet.daemon.volume;

import dev.carnet.proto.tree.MemberPath;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last touches to a staged tree: first every file, on many threads, while all directories can still be entered; then the directories from the bottom up, on one
 * thread but for their fsyncs. Bounded memory: one directory per level.
 */
final class Assembly {
    private static final int NAMED_MAX = 10_000;

    private final Disk disk;
    private final SyncPool.Batch batch;
    private final String base;
    private final Set<String> failed;

    /** @param base of the staged tree, relative to the volume */
    Assembly(Disk disk, SyncPool.Batch batch, String base, Set<String> failed) {
        this.disk = disk;
        this.batch = batch;
        this.base = base;
        this.failed = failed;
    }

    /** A directory that members may still be in. */
    private static final class Level {
        final Member member;
        int children;

        Level(Member member) {
            this.member = member;
        }
    }

    void run(Iterable<Member> members) {
        for (String path : failed) {
            throw DiskStagedFile.untrusted(base + '/' + path);
        }
        try {
            files(members);
            batch.finish();
            directories(members);
            batch.finish();
        } finally {
            batch.settle();
        }
        disk.syncParent(Names.bytes(base));
    }

    private void files(Iterable<Member> members) {
        String last = null;
        for (Member member : members) {
            Names.checkMember(member.path());
            if (last == null
                    ? !member.path().equals(MemberPath.ROOT)
                    : MemberPath.ORDER.compare(last, member.path()) >= 0) {
                throw new IllegalArgumentException("members out of order: " + last + ", " + member.path());
            }
            last = member.path();
            if (member.type() == Member.Type.FILE) {
                batch.add(() -> finishFile(member));
            } else {
                makeEnterable(member);
            }
        }
        if (last == null) {
            throw new IllegalArgumentException("a tree has at least its root");
        }
    }

    /** An earlier run that a crash ended may have set final modes already. */
    private void makeEnterable(Member member) {
        try (At at = at(member)) {
            Stat stat = disk.check(at.stat(), "look at", at.where());
            if (!stat.isDirectory()) {
                throw wrong(at, "is " + stat.kind() + ", and should be a directory");
            }
            if ((stat.mode() & Disk.OWNER_ALL) != Disk.OWNER_ALL) {
                disk.grantOwner(at);
            }
        }
    }

    private void finishFile(Member member) {
        try (At at = at(member)) {
            int fd = disk.openOwn(at, Posix.O_RDONLY);
            try {
                Stat stat = disk.check(disk.posix().fstat(fd), "look at", at.where());
                if (!stat.isFile() || stat.size() != member.size()) {
                    throw wrong(
                            at,
                            "is " + stat.kind() + " of " + stat.size() + " bytes, and should be a file of "
                                    + member.size());
                }
                touch(fd, at, member, disk.masked(member.mode()));
                sync(fd, at.where(), member);
            } catch (RuntimeException e) {
                disk.closeQuietly(fd);
                throw e;
            }
            disk.check(disk.posix().close(fd), "close", at.where());
        }
    }

    private void directories(Iterable<Member> members) {
        var open = new ArrayDeque<Level>();
        for (Member member : members) {
            while (!open.isEmpty() && isPast(open.peek().member.path(), member.path())) {
                finishDirectory(open.pop(), members);
            }
            Level parent = parent(open, member.path());
            if (parent != null) {
                parent.children++;
            }
            if (member.type() == Member.Type.DIRECTORY) {
                open.push(new Level(member));
            }
        }
        while (!open.isEmpty()) {
            finishDirectory(open.pop(), members);
        }
    }

    /** Whether {@code path} sorts after everything that can be in {@code directory}. */
    private static boolean isPast(String directory, String path) {
        if (directory.equals(MemberPath.ROOT)) {
            return false;
        }
        String content = directory + '/';
        return !path.startsWith(content) && MemberPath.ORDER.compare(path, content) > 0;
    }

    /** Not always the topmost: {@code a-b} comes while {@code a} is still open. */
    private static @Nullable Level parent(ArrayDeque<Level> open, String path) {
        if (path.equals(MemberPath.ROOT)) {
            return null;
        }
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? MemberPath.ROOT : path.substring(0, slash);
        for (Level level : open) {
            if (level.member.path().equals(parent)) {
                return level;
            }
        }
        throw new IllegalArgumentException("the parent of member " + path + " is no directory of the tree");
    }

    private void finishDirectory(Level level, Iterable<Member> members) {
        Member member = level.member;
        try (At at = at(member)) {
            int fd = disk.openOwn(at, Posix.O_RDONLY | Posix.O_DIRECTORY);
            try {
                checkContent(fd, at, level, members);
                boolean top = member.path().equals(MemberPath.ROOT);
                touch(fd, at, member, disk.masked(member.mode()) | (top ? Disk.OWNER_ALL : 0));
            } catch (RuntimeException e) {
                disk.closeQuietly(fd);
                throw e;
            }
            syncLater(fd, at, member);
        }
    }

    /** The task owns the descriptor; the directory may have become unreadable for the daemon itself. */
    private void syncLater(int fd, At at, Member member) {
        boolean added = false;
        try {
            String where = at.where();
            batch.add(() -> {
                try {
                    sync(fd, where, member);
                } finally {
                    disk.closeQuietly(fd);
                }
            });
            added = true;
        } finally {
            if (!added) {
                disk.closeQuietly(fd);
            }
        }
    }

    private void checkContent(int fd, At at, Level level, Iterable<Member> members) {
        int[] entries = new int[1];
        int listed = Listing.each(disk.posix(), fd, (name, inode) -> {
            entries[0]++;
            return true;
        });
        disk.check(listed, "list", at.where());
        if (entries[0] != level.children) {
            throw wrong(
                    at,
                    "holds " + entries[0] + " entries, and should hold " + level.children
                            + stranger(fd, level.member.path(), members));
        }
    }

    /** The way to say what is too many: rare, and worth a second look at the members. */
    private String stranger(int fd, String directory, Iterable<Member> members) {
        Set<String> names = new HashSet<>();
        int listed = Listing.each(disk.posix(), fd, (name, inode) -> {
            names.add(Names.show(name));
            return names.size() < NAMED_MAX;
        });
        String prefix = directory.equals(MemberPath.ROOT) ? "" : directory + '/';
        for (Member member : members) {
            if (member.path().startsWith(prefix)) {
                names.remove(Names.show(Names.bytes(member.path().substring(prefix.length()))));
            }
        }
        return listed < 0 || names.isEmpty()
                ? ""
                : "; not a member: " + names.iterator().next();
    }

    private void touch(int fd, At at, Member member, int mode) {
        disk.setGroup(fd, at.where());
        disk.check(disk.posix().fchmod(fd, mode), "set the mode of", at.where());
        disk.check(
                disk.posix().setMtime(fd, member.mtimeSeconds(), member.mtimeNanos()), "set the time of", at.where());
    }

    /** A directory whose fsync failed can only be destroyed with the rest. */
    private void sync(int fd, String where, Member member) {
        int result = disk.posix().fsync(fd);
        if (result < 0) {
            failed.add(member.path());
            throw disk.failure(result, "fsync", where);
        }
    }

    private At at(Member member) {
        return disk.beneath().at(Names.join(base, member.path()));
    }

    private static VolumeException wrong(At at, String what) {
        return new VolumeException(
                VolumeException.Kind.IO,
                at.where() + " " + what + ": somebody else wrote to staging; cancel the transfer and push again");
    }
}
