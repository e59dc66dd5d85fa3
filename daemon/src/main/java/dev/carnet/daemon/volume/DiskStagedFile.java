package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/** A staged file, written with pwrite. */
final class DiskStagedFile implements StagedFile {
    private static final long ZEROS_BYTES = 64 << 10;
    /** Never written to; a page of it may be one and the same page of the machine. */
    private static final MemorySegment ZEROS =
            java.lang.foreign.Arena.global().allocate(ZEROS_BYTES, Long.BYTES).asReadOnly();

    private final Posix posix;
    private final Fd fd;
    private final String path;
    private final String where;
    private final Set<String> failed;
    /** The file reaches at least this far. */
    private volatile long sized;

    /** @param failed paths of this staging whose bytes can no longer be trusted; shared by everyone who uses it */
    DiskStagedFile(Posix posix, int fd, String path, String where, long sized, Set<String> failed) {
        this.posix = posix;
        this.fd = new Fd(posix, fd, where);
        this.path = path;
        this.where = where;
        this.sized = sized;
        this.failed = failed;
    }

    @Override
    public void size(long bytes) {
        int number = fd.acquire();
        try {
            int result = posix.ftruncate(number, bytes);
            if (result < 0) {
                throw Errno.failure(posix, result, "set the size (" + bytes + " bytes) of", where);
            }
            sized = bytes;
        } finally {
            fd.release();
        }
    }

    @Override
    public void write(MemorySegment source, long offset, int length) {
        int number = fd.acquire();
        try {
            if (offset + length <= sized && zeros(source, length) && hole(number, offset, length)) {
                return;
            }
            int done = 0;
            while (done < length) {
                var rest = done == 0 ? source : source.asSlice(done);
                long n = posix.pwrite(number, rest, length - done, offset + done);
                if (n <= 0) {
                    throw Errno.failure(posix, n == 0 ? -Errno.EIO : n, "write", where);
                }
                done += (int) n;
            }
        } finally {
            fd.release();
        }
    }

    /** The first bytes decide for nearly every chunk of weights. */
    private static boolean zeros(MemorySegment source, int length) {
        if (length >= Long.BYTES && source.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) != 0) {
            return false;
        }
        for (long at = 0; at < length; at += ZEROS_BYTES) {
            long end = Math.min(length, at + ZEROS_BYTES);
            if (MemorySegment.mismatch(source, at, end, ZEROS, 0, end - at) != -1) {
                return false;
            }
        }
        return true;
    }

    /** The file system knows whether anything has ever been written there, also before a restart. One that does not know says "data". */
    private boolean hole(int number, long offset, int length) {
        long data = posix.lseek(number, offset, Posix.SEEK_DATA);
        return data == -Errno.ENXIO || data >= offset + length;
    }

    @Override
    public void force() {
        int number = fd.acquire();
        try {
            if (failed.contains(path)) {
                throw untrusted(where);
            }
            int result = posix.fsync(number);
            if (result < 0) {
                failed.add(path);
                throw Errno.failure(posix, result, "fsync", where);
            }
        } finally {
            fd.release();
        }
    }

    @Override
    public void close() {
        try {
            fd.close();
        } catch (VolumeException e) {
            failed.add(path);
            throw e;
        }
    }

    static VolumeException untrusted(String where) {
        return new VolumeException(
                VolumeException.Kind.IO,
                "an earlier fsync of " + where
                        + " failed: what it holds cannot be trusted, it must be discarded and written again");
    }
}
