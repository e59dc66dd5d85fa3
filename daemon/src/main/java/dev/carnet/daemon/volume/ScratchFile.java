package dev.carnet.daemon.volume;

import java.io.InputStream;

/** A file that is written from its beginning and then read: what a peer sends before it can be believed. For one thread at a time. */
public final class ScratchFile implements AutoCloseable {
    private final RecordOutput out;
    private final Posix posix;
    private final int fd;
    private final String where;
    private final Runnable directory;
    private boolean closed;

    /** @param directory forces the directory that it lies in */
    @SuppressWarnings("MustBeClosedChecker") // closed in close()
    ScratchFile(Posix posix, int fd, String where, Runnable directory) {
        this.directory = directory;
        this.posix = posix;
        this.fd = fd;
        this.where = where;
        this.out = new RecordOutput(posix, fd, where, java.lang.foreign.Arena.ofShared());
    }

    /** @throws VolumeException NO_SPACE, IO */
    public void append(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
    }

    /**
     * Forces it to the disk: it is there after a crash, once its directory is, too.
     *
     * @throws VolumeException NO_SPACE, IO
     */
    public void sync() {
        out.flush();
        int forced = posix.fsync(fd);
        if (forced < 0) {
            throw Errno.failure(posix, forced, "force", where);
        }
        directory.run();
    }

    /** What was appended, from the beginning. Closing it closes nothing. */
    public InputStream stream() {
        out.flush();
        RecordFile whole = RecordFile.of(posix, fd, where);
        return whole.stream();
    }

    /** Idempotent; the file itself goes with its staging. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            out.close();
            var _ = posix.close(fd);
        }
    }
}
