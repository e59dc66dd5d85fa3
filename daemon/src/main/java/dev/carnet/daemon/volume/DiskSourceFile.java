package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;

/** A source's file, read with pread. */
final class DiskSourceFile implements SourceFile {
    private final Posix posix;
    private final Fd fd;
    private final String where;

    DiskSourceFile(Posix posix, int fd, String where) {
        this.posix = posix;
        this.fd = new Fd(posix, fd, where);
        this.where = where;
    }

    @Override
    public void read(MemorySegment target, long offset, int length) {
        int number = fd.acquire();
        try {
            int done = 0;
            while (done < length) {
                var rest = done == 0 ? target : target.asSlice(done);
                long n = posix.pread(number, rest, length - done, offset + done);
                if (n < 0) {
                    throw Errno.failure(posix, n, "read", where);
                }
                if (n == 0) {
                    throw new VolumeException(
                            VolumeException.Kind.CHANGED,
                            where + " changed while it was being read: it ends at byte " + (offset + done)
                                    + " now; push it again when nobody writes to it");
                }
                done += (int) n;
            }
        } finally {
            fd.release();
        }
    }

    @Override
    public Fingerprint fingerprint() {
        int number = fd.acquire();
        try {
            var stat = posix.fstat(number);
            if (stat.failed()) {
                throw Errno.failure(posix, stat.error(), "look at", where);
            }
            return stat.value().fingerprint();
        } finally {
            fd.release();
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
