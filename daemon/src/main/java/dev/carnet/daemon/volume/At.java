package dev.carnet.daemon.volume;

/** A name in an open directory: what every call of the {@code ...at} family takes. Closes the directory, unless it is the volume's root. */
final class At implements AutoCloseable {
    private final Posix posix;
    private final int directory;
    private final boolean owned;
    private final byte[] name;
    private final String where;

    At(Posix posix, int directory, boolean owned, byte[] name, String where) {
        this.posix = posix;
        this.directory = directory;
        this.owned = owned;
        this.name = name;
        this.where = where;
    }

    /** The descriptor of the directory; O_PATH. */
    int directory() {
        return directory;
    }

    byte[] name() {
        return name;
    }

    /** Absolute, for people. */
    String where() {
        return where;
    }

    Result<Stat> stat() {
        return posix.stat(directory, name);
    }

    /** Opens it without following a link. A pipe that stands there does not block. */
    int open(int flags, int mode) {
        return posix.openat(directory, name, flags | Posix.O_NOFOLLOW | Posix.O_NONBLOCK, mode);
    }

    @Override
    public void close() {
        if (owned) {
            var _ = posix.close(directory);
        }
    }
}
