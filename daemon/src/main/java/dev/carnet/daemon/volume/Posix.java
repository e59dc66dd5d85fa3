package dev.carnet.daemon.volume;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * The system calls of this room, through the foreign function API. Names are bytes, so that no locale can bend them. Every method returns what the kernel
 * returned, or the <em>negated error number</em> where it refused: the callers decide what that means. Interrupted calls are repeated.
 *
 * <p>An ordinary class, so that a test can put a failing disk in its place.
 */
class Posix {
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NONBLOCK = 04000;
    static final int O_PATH = 010000000;
    static final int O_DIRECTORY = Libc.O_DIRECTORY;
    static final int O_NOFOLLOW = Libc.O_NOFOLLOW;
    private static final int O_CLOEXEC = 02000000;

    static final int AT_REMOVEDIR = 0x200;
    static final int RENAME_NOREPLACE = 1;
    static final int SEEK_DATA = 3;
    private static final int SEEK_SET = 0;
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int UID_UNCHANGED = -1;
    private static final long UTIME_OMIT = 0x3ffffffe;

    private static final long NR_OPENAT2 = 437;
    private static final long RESOLVE_NO_XDEV = 0x01;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long OPEN_HOW_BYTES = 24;
    private static final byte[] EMPTY = {};

    /** Opens an absolute path, following links: only for what configuration names. */
    int open(byte[] path, int flags) {
        return openat(AT_FDCWD, path, flags, 0);
    }

    int openat(int directory, byte[] path, int flags, int mode) {
        var s = Scratch.ofThread();
        var name = s.path(path);
        try {
            int result;
            do {
                result = s.checked((int) Libc.OPENAT.invokeExact(s.capture, directory, name, flags | O_CLOEXEC, mode));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** openat2 with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS; -ENOSYS where the kernel is older than 5.6. */
    int openBeneath(int directory, byte[] path, int flags) {
        return openat2(directory, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    }

    /** {@link #openBeneath} that enters no mount, of the same file system neither: -EXDEV. */
    int openSameMount(int directory, byte[] path, int flags) {
        return openat2(
                directory,
                path,
                flags,
                RESOLVE_NO_XDEV | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    }

    private static int openat2(int directory, byte[] path, int flags, long resolve) {
        var s = Scratch.ofThread();
        var name = s.path(path);
        s.struct.set(JAVA_LONG, 0, flags | O_CLOEXEC);
        s.struct.set(JAVA_LONG, 8, 0);
        s.struct.set(JAVA_LONG, 16, resolve);
        try {
            long result;
            do {
                result = s.checked((long) Libc.SYSCALL4.invokeExact(
                        s.capture, NR_OPENAT2, (long) directory, name, s.struct, OPEN_HOW_BYTES));
            } while (result == -Errno.EINTR);
            return (int) result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Never repeated: the descriptor is gone whatever it returns. */
    int close(int fd) {
        var s = Scratch.ofThread();
        try {
            int result = s.checked((int) Libc.CLOSE.invokeExact(s.capture, fd));
            return result == -Errno.EINTR ? 0 : result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int mkdirat(int directory, byte[] name, int mode) {
        var s = Scratch.ofThread();
        var path = s.path(name);
        try {
            return s.checked((int) Libc.MKDIRAT.invokeExact(s.capture, directory, path, mode));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Removes a file, or an empty directory with {@link #AT_REMOVEDIR}. */
    int unlinkat(int directory, byte[] name, int flags) {
        var s = Scratch.ofThread();
        var path = s.path(name);
        try {
            return s.checked((int) Libc.UNLINKAT.invokeExact(s.capture, directory, path, flags));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int renameat2(int from, byte[] fromName, int to, byte[] toName, int flags) {
        var s = Scratch.ofThread();
        var path = s.path(fromName);
        var other = s.otherPath(toName);
        try {
            return s.checked((int) Libc.RENAMEAT2.invokeExact(s.capture, from, path, to, other, flags));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** The length of the link's text, which lies in {@code target} then. */
    int readlinkat(int directory, byte[] name, byte[] target) {
        var s = Scratch.ofThread();
        var path = s.path(name);
        try {
            long result = s.checked(
                    (long) Libc.READLINKAT.invokeExact(s.capture, directory, path, s.otherPath, (long) target.length));
            if (result > 0) {
                MemorySegment.copy(s.otherPath, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, target, 0, (int) result);
            }
            return (int) result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** What stands at a name; a link is not followed. */
    Result<Stat> stat(int directory, byte[] name) {
        return statx(directory, name, AT_SYMLINK_NOFOLLOW);
    }

    /** What an open descriptor stands for. */
    Result<Stat> fstat(int fd) {
        return statx(fd, EMPTY, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    }

    private static Result<Stat> statx(int directory, byte[] name, int flags) {
        var s = Scratch.ofThread();
        var path = s.path(name);
        try {
            int result = s.checked(
                    (int) Libc.STATX.invokeExact(s.capture, directory, path, flags, STATX_BASIC_STATS, s.struct));
            return result < 0 ? Result.failed(result) : Result.of(stat(s.struct));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** struct statx of linux/stat.h: the same layout on every machine. */
    private static Stat stat(MemorySegment m) {
        int mode = Short.toUnsignedInt(m.get(JAVA_SHORT, 28));
        long device = ((long) m.get(JAVA_INT, 136) << 32) | Integer.toUnsignedLong(m.get(JAVA_INT, 140));
        return new Stat(
                mode & Stat.S_IFMT,
                mode & ~Stat.S_IFMT,
                m.get(JAVA_INT, 20),
                m.get(JAVA_INT, 24),
                device,
                m.get(JAVA_LONG, 32),
                m.get(JAVA_LONG, 40),
                m.get(JAVA_LONG, 112),
                m.get(JAVA_INT, 120),
                m.get(JAVA_LONG, 96),
                m.get(JAVA_INT, 104));
    }

    /** An extended attribute of what a descriptor stands for, O_PATH or not; no name is looked up again. Linux stores at most 64 KiB. */
    Result<byte[]> attribute(int fd, byte[] name) {
        var s = Scratch.ofThread();
        var value = s.attribute();
        var key = s.otherPath(name);
        try {
            long result = s.checked((long) Libc.FGETXATTR.invokeExact(s.capture, fd, key, value, value.byteSize()));
            if (result == -Errno.EBADF) { // O_PATH
                var path = s.path(("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII));
                result = s.checked((long) Libc.GETXATTR.invokeExact(s.capture, path, key, value, value.byteSize()));
            }
            return result < 0
                    ? Result.failed((int) result)
                    : Result.of(value.asSlice(0, result).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Bytes that an unprivileged user can still allocate: f_bavail * f_frsize. */
    long usableBytes(int fd) {
        var s = Scratch.ofThread();
        try {
            int result = s.checked((int) Libc.FSTATVFS.invokeExact(s.capture, fd, s.struct));
            return result < 0 ? result : s.struct.get(JAVA_LONG, 32) * s.struct.get(JAVA_LONG, 8);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** The kind of file system: f_type of statfs, the first member of its struct. */
    long fileSystemType(int fd) {
        var s = Scratch.ofThread();
        try {
            int result = s.checked((int) Libc.FSTATFS.invokeExact(s.capture, fd, s.struct));
            return result < 0 ? result : s.struct.get(JAVA_LONG, 0) & 0xffff_ffffL;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Fills {@code buffer} with struct linux_dirent64; 0 at the end. */
    int getdents(int fd, MemorySegment buffer) {
        var s = Scratch.ofThread();
        try {
            return (int) s.checked((long) Libc.GETDENTS64.invokeExact(s.capture, fd, buffer, buffer.byteSize()));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int rewind(int fd) {
        return (int) lseek(fd, 0, SEEK_SET);
    }

    long lseek(int fd, long offset, int whence) {
        var s = Scratch.ofThread();
        try {
            return s.checked((long) Libc.LSEEK.invokeExact(s.capture, fd, offset, whence));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** May read less than asked for; 0 at the end of the file. */
    long pread(int fd, MemorySegment target, long length, long offset) {
        var s = Scratch.ofThread();
        try {
            long result;
            do {
                result = s.checked((long) Libc.PREAD.invokeExact(s.capture, fd, target, length, offset));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** May write less than asked for. */
    long pwrite(int fd, MemorySegment source, long length, long offset) {
        var s = Scratch.ofThread();
        try {
            long result;
            do {
                result = s.checked((long) Libc.PWRITE.invokeExact(s.capture, fd, source, length, offset));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int fsync(int fd) {
        var s = Scratch.ofThread();
        try {
            int result;
            do {
                result = s.checked((int) Libc.FSYNC.invokeExact(s.capture, fd));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int ftruncate(int fd, long length) {
        var s = Scratch.ofThread();
        try {
            int result;
            do {
                result = s.checked((int) Libc.FTRUNCATE.invokeExact(s.capture, fd, length));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int fchmod(int fd, int mode) {
        var s = Scratch.ofThread();
        try {
            return s.checked((int) Libc.FCHMOD.invokeExact(s.capture, fd, mode));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Sets the mode of what an O_PATH descriptor stands for, which need not be readable; no name is looked up again. */
    int chmodPath(int pathFd, int mode) {
        var s = Scratch.ofThread();
        var path = s.path(("/proc/self/fd/" + pathFd).getBytes(StandardCharsets.US_ASCII));
        try {
            return s.checked((int) Libc.FCHMODAT.invokeExact(s.capture, AT_FDCWD, path, mode, 0));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int fchgrp(int fd, int gid) {
        var s = Scratch.ofThread();
        try {
            return s.checked((int) Libc.FCHOWN.invokeExact(s.capture, fd, UID_UNCHANGED, gid));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** Sets the time of modification and leaves that of the last access. */
    int setMtime(int fd, long seconds, int nanos) {
        var s = Scratch.ofThread();
        s.struct.set(JAVA_LONG, 0, 0);
        s.struct.set(JAVA_LONG, 8, UTIME_OMIT);
        s.struct.set(JAVA_LONG, 16, seconds);
        s.struct.set(JAVA_LONG, 24, nanos);
        try {
            return s.checked((int) Libc.FUTIMENS.invokeExact(s.capture, fd, s.struct));
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    int geteuid() {
        try {
            return (int) Libc.GETEUID.invokeExact(Scratch.ofThread().capture);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** The number of a group; empty where the system knows none of that name. */
    OptionalInt groupNumber(String name) {
        var s = Scratch.ofThread();
        var path = s.path(name.getBytes(StandardCharsets.UTF_8));
        synchronized (Posix.class) { // getgrnam answers in static memory
            try {
                var group = (MemorySegment) Libc.GETGRNAM.invokeExact(s.capture, path);
                return group.address() == 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(group.reinterpret(24).get(JAVA_INT, 16));
            } catch (Throwable t) {
                throw impossible(t);
            }
        }
    }

    /** A foreign call throws nothing of its own: what comes here is an error of the machine (no memory, a closed arena). */
    private static RuntimeException impossible(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new IllegalStateException("a foreign call threw", t);
    }
}
