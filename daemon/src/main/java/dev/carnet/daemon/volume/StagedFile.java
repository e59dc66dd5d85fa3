package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;

/**
 * A file being written in staging. Writes are positional and may come from several threads; the descriptor stays open from the first write to the force
 * that covers it.
 */
public interface StagedFile extends AutoCloseable {
    /** Sets the length (a hole): call it before the first write. Allocates nothing, since nobody knows what will be zeros; space is kept free by reservation. */
    void size(long bytes);

    /**
     * Writes all of {@code length} bytes of native memory, from the beginning of {@code source}, at {@code offset}. Zeros for a range that is a hole are left as a hole.
     *
     * @throws VolumeException NO_SPACE on ENOSPC and EDQUOT, else IO; the range may have been written in part
     */
    void write(MemorySegment source, long offset, int length);

    /**
     * fsync. A failure is final for this file: every later force of it throws too, and so do {@link Staging#reopen}, {@link Staging#assemble} and
     * {@link Staging#publish} until {@link Staging#discard}, since the kernel may have dropped the dirty pages.
     *
     * @throws VolumeException IO
     */
    void force();

    /**
     * Idempotent. Calls in progress end first; later ones throw IllegalStateException.
     *
     * @throws VolumeException where the file system lost something: as a failed force
     */
    @Override
    void close();
}
