package dev.carnet.daemon.transfer;

import dev.carnet.proto.wire.ChunkHeader;

/** How a file falls into chunks (SPEC section 1). */
final class Geometry {
    /** Of one file: 2^31 - 1 chunks, so that a count of chunks is an int. SPEC allows a chunk more. */
    static final long FILE_BYTES_MAX = (long) Integer.MAX_VALUE * ChunkHeader.CHUNK_BYTES;

    private Geometry() {}

    /** Chunks of a file of so many bytes; an empty file has none. */
    static int chunks(long size) {
        return Math.toIntExact((size + ChunkHeader.CHUNK_BYTES - 1) / ChunkHeader.CHUNK_BYTES);
    }

    /** Bytes of a chunk that exists. */
    static int length(long size, int chunk) {
        return (int) Math.min(ChunkHeader.CHUNK_BYTES, size - offset(chunk));
    }

    static long offset(int chunk) {
        return (long) chunk * ChunkHeader.CHUNK_BYTES;
    }
}
