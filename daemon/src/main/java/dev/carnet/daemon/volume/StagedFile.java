package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;

/**
 * A file being written in staging. Writes are positional and may come from several threads; the descriptor stays open from the first write to the force
 * that covers it.
 */
public interface StagedFile extends AutoCloseable {
    /** Reserves or sets the final length, so that a full disk is found early where the file system can; leaves holes as holes. */
    void size(long bytes);

    /** Writes all of {@code length} bytes of native memory at {@code offset}. NO_SPACE on ENOSPC and EDQUOT. */
    void write(MemorySegment source, long offset, int length);

    /**
     * fsync. A failure is final for this file: every later force of it throws too, since the kernel may have dropped the dirty pages.
     *
     * @throws VolumeException IO
     */
    void force();

    @Override
    void close();
}
