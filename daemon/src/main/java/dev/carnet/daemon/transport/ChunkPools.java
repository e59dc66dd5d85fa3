package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;

/** Makes {@link ChunkPool}s. */
public final class ChunkPools {
    private ChunkPools() {}

    /**
     * A pool of native memory. It is made chunk by chunk when first needed, counts against {@code -XX:MaxDirectMemorySize}, and goes when the pool is unreachable.
     *
     * @param capacityBytes the budget; rounded down to whole chunks of 4 MiB, one at least
     */
    public static ChunkPool create(long capacityBytes) {
        long chunks = capacityBytes / ChunkHeader.CHUNK_BYTES;
        if (chunks < 1) {
            throw new IllegalArgumentException(
                    "a chunk pool of " + capacityBytes + " bytes cannot hold one chunk: give it 4194304 bytes or more");
        }
        return new NativeChunkPool((int) Math.min(chunks, Integer.MAX_VALUE));
    }
}
