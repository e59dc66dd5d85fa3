package dev.carnet.daemon.transfer;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.ChunkHash;
import dev.carnet.proto.hash.Hash32;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a chunk's bytes.
 *
 * @param cv non-root chaining value
 * @param root the file's digest where this chunk is all of it, else null: it does not follow from the CV
 */
record ChunkSum(Hash32 cv, @Nullable Hash32 root) {
    /** Hashes a chunk of a file of {@code size} bytes. */
    static ChunkSum of(Blake3 blake3, MemorySegment bytes, int length, int chunk, long size) {
        if (chunk == 0 && length == size) {
            ChunkHash hash = blake3.chunkZero(bytes, 0, length);
            return new ChunkSum(hash.cv(), hash.root());
        }
        byte[] cv = new byte[Blake3.HASH_BYTES];
        blake3.chunkCv(bytes, 0, length, chunk, cv);
        return new ChunkSum(Hash32.of(cv), null);
    }
}
