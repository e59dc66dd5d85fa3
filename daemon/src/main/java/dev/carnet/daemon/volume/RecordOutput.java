package dev.carnet.daemon.volume;

import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A buffered stream to an open file; used by one thread. Closing it frees the buffer, not the descriptor, and flushes nothing. */
final class RecordOutput extends OutputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Posix posix;
    private final int fd;
    private final String where;
    private final Arena arena;
    private final MemorySegment buffer;
    private int filled;
    private long written;

    @SuppressWarnings("MustBeClosedChecker") // closed in close()
    RecordOutput(Posix posix, int fd, String where) {
        this(posix, fd, where, Arena.ofConfined());
    }

    /** @param arena of the buffer; closed with the stream */
    RecordOutput(Posix posix, int fd, String where, Arena arena) {
        this.arena = arena;
        this.buffer = arena.allocate(BUFFER_BYTES);
        this.posix = posix;
        this.fd = fd;
        this.where = where;
    }

    @Override
    public void write(int b) {
        if (filled == BUFFER_BYTES) {
            flush();
        }
        buffer.set(ValueLayout.JAVA_BYTE, filled++, (byte) b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        int done = 0;
        while (done < length) {
            if (filled == BUFFER_BYTES) {
                flush();
            }
            int n = Math.min(length - done, BUFFER_BYTES - filled);
            MemorySegment.copy(bytes, from + done, buffer, ValueLayout.JAVA_BYTE, filled, n);
            filled += n;
            done += n;
        }
    }

    @Override
    public void flush() {
        int done = 0;
        while (done < filled) {
            long n = posix.pwrite(fd, buffer.asSlice(done), filled - done, written);
            if (n <= 0) {
                throw Errno.failure(posix, n == 0 ? -Errno.EIO : n, "write", where);
            }
            done += (int) n;
            written += n;
        }
        filled = 0;
    }

    @Override
    public void close() {
        arena.close();
    }
}
