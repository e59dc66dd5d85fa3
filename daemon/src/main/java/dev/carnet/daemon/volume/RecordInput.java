package dev.carnet.daemon.volume;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A buffered stream from an open file; used by one thread. Closing it frees the buffer and the descriptor. */
final class RecordInput extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Reading reading;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
    private int at;
    private int filled;
    private long read;

    RecordInput(Posix posix, int fd, String where) {
        reading = new Reading(posix, fd, where);
    }

    @Override
    public int read() {
        return fill() ? Byte.toUnsignedInt(buffer.get(ValueLayout.JAVA_BYTE, at++)) : -1;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, filled - at);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, at, bytes, from, n);
        at += n;
        return n;
    }

    private boolean fill() {
        if (at == filled) {
            at = 0;
            filled = (int) reading.some(buffer, BUFFER_BYTES, read);
            read += filled;
        }
        return at < filled;
    }

    @Override
    public void close() {
        arena.close();
        var _ = reading.posix().close(reading.fd());
    }
}
