package dev.carnet.daemon.volume;

import java.util.Optional;

/**
 * The files beside a published checkpoint that say what it is (SPEC "Records"): name, tree, cvs, seal.dsse, receipt.dsse, prints. Written with temporary
 * file, fsync, rename, fsync of the directory.
 */
public interface Records {
    /** Writes or replaces one record durably. {@code file} is one of the names of SPEC. */
    void write(String file, Writer content);

    /** The bytes of a record of at most {@code limit} bytes; empty where there is none. */
    Optional<byte[]> read(String file, int limit);

    /** Opens a record of any size for reading; empty where there is none. */
    Optional<RecordFile> open(String file);

    /** Opens a record where {@link #write} puts it now, though the others may lie elsewhere; empty where there is none. */
    Optional<RecordFile> openWritten(String file);

    /** Removes all records of this name, durably. Idempotent. */
    void remove();

    /** Where the records lie. */
    java.nio.file.Path directory();

    /** Produces content into a buffered stream. */
    @FunctionalInterface
    interface Writer {
        void writeTo(java.io.OutputStream out) throws java.io.IOException;
    }
}
