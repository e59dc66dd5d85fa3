package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;

/** An open file of a source; reads are positional and may come from several threads. */
public interface SourceFile extends AutoCloseable {
    /**
     * Reads exactly {@code length} bytes at {@code offset} into native memory.
     *
     * @param target at least {@code length} bytes; filled from its beginning
     * @throws VolumeException CHANGED where the file is shorter than that now, IO with the errno otherwise
     */
    void read(MemorySegment target, long offset, int length);

    /** fstat of this very descriptor. */
    Fingerprint fingerprint();

    /** Idempotent. Reads in progress end first; later ones throw IllegalStateException. */
    @Override
    void close();
}
