package dev.carnet.daemon.volume;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Records of a checkpoint that may lie in one of two places, since a volume can be declared read-only one day and writable the next: new ones are written to the first, and what is read is the
 * first where a tree lies there, else the second.
 */
final class PlacedRecords implements Records {
    private static final String TREE = "tree";

    private final DiskRecords first;
    private final DiskRecords second;

    PlacedRecords(DiskRecords first, DiskRecords second) {
        this.first = first;
        this.second = second;
    }

    /** Where reading finds them. */
    DiskRecords readable() {
        return !first.has(TREE) && second.has(TREE) ? second : first;
    }

    @Override
    public void write(String file, Writer content) {
        first.write(file, content);
    }

    @Override
    public Optional<byte[]> read(String file, int limit) {
        return readable().read(file, limit);
    }

    @Override
    public Optional<RecordFile> open(String file) {
        return readable().open(file);
    }

    @Override
    public Optional<RecordFile> openWritten(String file) {
        return first.open(file);
    }

    @Override
    public void remove() {
        first.remove();
        if (!second.readOnly()) {
            second.remove();
        }
    }

    @Override
    public Path directory() {
        return readable().directory();
    }
}
