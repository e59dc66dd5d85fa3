package dev.carnet.daemon.volume;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An open record: its bytes stay what they are, whatever is written under its name later. Reads may come from several threads; closed once, after them. */
public final class RecordFile implements AutoCloseable {
    private static final int PIECE_BYTES_MAX = 64 << 10;

    private final Posix posix;
    private final int fd;
    private final String where;
    private final long size;

    private RecordFile(Posix posix, int fd, String where, long size) {
        this.posix = posix;
        this.fd = fd;
        this.where = where;
        this.size = size;
    }

    /** Takes over the descriptor. */
    static RecordFile of(Posix posix, int fd, String where) {
        var stat = posix.fstat(fd);
        if (stat.failed() || !stat.value().isFile()) {
            var _ = posix.close(fd);
            throw Errno.failure(posix, stat.failed() ? stat.error() : -Errno.EISDIR, "look at", where);
        }
        return new RecordFile(posix, fd, where, stat.value().size());
    }

    public long size() {
        return size;
    }

    /**
     * Reads exactly {@code length} bytes at {@code offset}.
     *
     * @throws VolumeException IO where the record ends before
     */
    public byte[] read(long offset, int length) {
        byte[] bytes = new byte[length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(Math.max(1, Math.min(length, PIECE_BYTES_MAX)));
            int done = 0;
            while (done < length) {
                int wanted = Math.min(length - done, PIECE_BYTES_MAX);
                long n = posix.pread(fd, piece, wanted, offset + done);
                if (n <= 0) {
                    throw n < 0 ? Errno.failure(posix, n, "read", where) : ends(offset + done);
                }
                MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, bytes, done, (int) n);
                done += (int) n;
            }
        }
        return bytes;
    }

    private VolumeException ends(long at) {
        return new VolumeException(VolumeException.Kind.IO, where + " ends at byte " + at + ": it is damaged");
    }

    /** All of it from the beginning; to be used while this is open, and need not be closed. */
    public InputStream stream() {
        return new Stream();
    }

    private final class Stream extends InputStream {
        private long at;

        @Override
        public int read() {
            return at >= size ? -1 : Byte.toUnsignedInt(RecordFile.this.read(at++, 1)[0]);
        }

        @Override
        public int read(byte[] target, int from, int length) {
            int n = (int) Math.min(length, size - at);
            if (n <= 0) {
                return length == 0 ? 0 : -1;
            }
            System.arraycopy(RecordFile.this.read(at, n), 0, target, from, n);
            at += n;
            return n;
        }
    }

    @Override
    public void close() {
        var _ = posix.close(fd);
    }
}
