package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Blake3.CHUNK_BYTES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a whole file (or any other bytes) that come in order, in pieces of any size. It keeps one chunk, 4 MiB
 * outside of the heap, unless whole chunks are handed in. For one thread at a time.
 */
public final class Blake3Hasher {

    private final Blake3 blake3;
    private final byte[] cv = new byte[Blake3.HASH_BYTES];
    private final CvTree tree = new CvTree();
    private @Nullable MemorySegment chunk;
    private int held;
    private long total;

    /** A hasher that uses {@link Blake3#best()}. */
    public Blake3Hasher() {
        this(Blake3.best());
    }

    public Blake3Hasher(Blake3 blake3) {
        this.blake3 = blake3;
    }

    /** Takes in all bytes of an array. */
    public Blake3Hasher update(byte[] data) {
        return update(data, 0, data.length);
    }

    /**
     * Takes in some bytes of an array.
     *
     * @throws IndexOutOfBoundsException if the array does not hold them
     */
    public Blake3Hasher update(byte[] data, int offset, int length) {
        return update(MemorySegment.ofArray(data), offset, length);
    }

    /**
     * Takes in some bytes of a segment.
     *
     * @throws IndexOutOfBoundsException if the segment does not hold them
     */
    public Blake3Hasher update(MemorySegment data, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, data.byteSize());
        long at = offset;
        long end = offset + length;
        while (at < end) {
            at += held == 0 && end - at > CHUNK_BYTES ? inPlace(data, at) : collect(data, at, end - at);
        }
        total += length;
        return this;
    }

    /** How many bytes were taken in. */
    public long total() {
        return total;
    }

    /** The digest of all bytes taken in so far. More may follow. */
    public Hash32 digest() {
        if (tree.count() == 0) {
            blake3.rootOfSingleChunk(chunk != null ? chunk : MemorySegment.NULL, 0, held, cv);
            return Hash32.of(cv);
        }
        // There is always a last chunk in hand: one is passed on only when a byte follows it.
        CvTree whole = new CvTree(tree);
        blake3.chunkCv(buffer(), 0, held, tree.count(), cv);
        whole.add(cv);
        return whole.root();
    }

    private long inPlace(MemorySegment data, long at) {
        pass(data, at);
        return CHUNK_BYTES;
    }

    private long collect(MemorySegment data, long at, long available) {
        MemorySegment buffer = buffer();
        if (held == CHUNK_BYTES) {
            pass(buffer, 0);
            held = 0;
            return 0;
        }
        long taken = Math.min(CHUNK_BYTES - held, available);
        MemorySegment.copy(data, at, buffer, held, taken);
        held += (int) taken;
        return taken;
    }

    private void pass(MemorySegment data, long at) {
        blake3.chunkCv(data, at, CHUNK_BYTES, tree.count(), cv);
        tree.add(cv);
    }

    private MemorySegment buffer() {
        MemorySegment buffer = chunk;
        if (buffer == null) {
            buffer = Arena.ofAuto().allocate(CHUNK_BYTES, 64);
            chunk = buffer;
        }
        return buffer;
    }
}
