package dev.carnet.daemon.transport;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A native buffer of {@code ChunkHeader.CHUNK_BYTES} bytes out of the daemon's byte budget. */
public interface PooledChunk {
    /** All of the buffer's memory. */
    MemorySegment segment();

    /** A view of the same memory with its own position and limit. */
    ByteBuffer buffer(int position, int limit);

    /** Gives it back, once; a second call is a bug and throws. */
    void release();
}
