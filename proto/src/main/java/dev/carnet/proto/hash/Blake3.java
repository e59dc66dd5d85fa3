package dev.carnet.proto.hash;

import java.lang.foreign.MemorySegment;

/**
 * Hashes one chunk of a file: an aligned piece of {@link #CHUNK_BYTES} bytes, of which a file's last may be shorter.
 *
 * <p>A chunk's <em>CV</em> is the non-root chaining value of its subtree, made with the leaf counter that it has in the
 * file. The digest of a file is plain BLAKE3: the root value of its only chunk, or {@link CvTree} over the CVs of all
 * its chunks.
 *
 * <p>Implementations are safe for use by any number of threads at once. They keep working memory of about 0.2 MiB for
 * each call in progress and use it again, and allocate nothing per block. Native segments that are no file mappings are
 * read in place; all others are copied through a small buffer on the way. The data must not change during a call.
 */
public interface Blake3 {

    /** The size of a whole chunk, in bytes. */
    int CHUNK_BYTES = 4 << 20;

    /** The size of a CV and of a digest, in bytes. */
    int HASH_BYTES = 32;

    /** The highest chunk number there is: the last chunk of a file of 2^63 bytes. */
    long CHUNK_NUMBER_MAX = (1L << 41) - 1;

    /**
     * Which code runs: {@code vector-512}, {@code vector-256}, {@code vector-128} or {@code scalar}. For people and
     * logs.
     */
    String kind();

    /**
     * Computes the CV of a chunk.
     *
     * @param data where the chunk lies
     * @param offset of its first byte in {@code data}; any alignment
     * @param length in bytes, 0 to {@link #CHUNK_BYTES}; 0 only with number 0
     * @param chunkNumber the chunk's position in its file, 0 to {@link #CHUNK_NUMBER_MAX}
     * @param cvOut32 receives the CV in its first 32 bytes
     * @throws IndexOutOfBoundsException if {@code data} does not hold the chunk, or {@code cvOut32} not 32 bytes
     * @throws IllegalArgumentException if length or chunk number is out of range
     */
    void chunkCv(MemorySegment data, long offset, int length, long chunkNumber, byte[] cvOut32);

    /**
     * Computes the digest of a file that consists of this one chunk.
     *
     * @param out32 receives the digest in its first 32 bytes
     * @throws IndexOutOfBoundsException if {@code data} does not hold the chunk, or {@code out32} not 32 bytes
     * @throws IllegalArgumentException if the length is out of range
     */
    void rootOfSingleChunk(MemorySegment data, long offset, int length, byte[] out32);

    /**
     * Computes both for chunk 0 in one pass over the data, for a caller that does not know yet whether more chunks
     * follow.
     *
     * @throws IndexOutOfBoundsException if {@code data} does not hold the chunk
     * @throws IllegalArgumentException if the length is out of range
     */
    ChunkHash chunkZero(MemorySegment data, long offset, int length);

    /**
     * The quickest implementation that this machine runs correctly. The first call checks it, which takes half a second
     * (the compiler has to see the code first); later calls return the same object at once. See {@link Blake3Choice}
     * for the reason.
     */
    static Blake3 best() {
        return Blake3Choice.made().blake3();
    }

    /** The plain Java implementation: needs no module, no warm-up and no particular processor. */
    static Blake3 scalar() {
        return TreeBlake3.SCALAR;
    }
}
