package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.CV_WORDS;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/** {@link Blake3} over some kind of lanes. Working memory that a call has finished with is kept for the next one. */
final class TreeBlake3 implements Blake3 {

    static final Blake3 SCALAR = new TreeBlake3("scalar", ScalarLanes::new);

    private static final long LEAVES_PER_CHUNK = CvTable.LEAVES_MAX;

    private final String kind;
    private final Supplier<Lanes> lanes;
    private final ConcurrentLinkedDeque<Subtree> idle = new ConcurrentLinkedDeque<>();

    TreeBlake3(String kind, Supplier<Lanes> lanes) {
        this.kind = kind;
        this.lanes = lanes;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public void chunkCv(MemorySegment data, long offset, int length, long chunkNumber, byte[] cvOut32) {
        check(data, offset, length);
        if (chunkNumber < 0 || chunkNumber > CHUNK_NUMBER_MAX || (length == 0 && chunkNumber != 0)) {
            throw new IllegalArgumentException("no chunk of " + length + " bytes has number " + chunkNumber);
        }
        Objects.checkFromIndexSize(0, HASH_BYTES, cvOut32.length);
        int[] cv = new int[CV_WORDS];
        Subtree subtree = take();
        subtree.absorb(data, offset, length, chunkNumber * LEAVES_PER_CHUNK).chainingValue(cv);
        idle.push(subtree);
        Node.write(cv, cvOut32);
    }

    @Override
    public void rootOfSingleChunk(MemorySegment data, long offset, int length, byte[] out32) {
        check(data, offset, length);
        Objects.checkFromIndexSize(0, HASH_BYTES, out32.length);
        int[] root = new int[CV_WORDS];
        Subtree subtree = take();
        subtree.absorb(data, offset, length, 0).root(root);
        idle.push(subtree);
        Node.write(root, out32);
    }

    @Override
    public ChunkHash chunkZero(MemorySegment data, long offset, int length) {
        check(data, offset, length);
        int[] cv = new int[CV_WORDS];
        int[] root = new int[CV_WORDS];
        Subtree subtree = take();
        Node top = subtree.absorb(data, offset, length, 0);
        top.chainingValue(cv);
        top.root(root);
        idle.push(subtree);
        return new ChunkHash(hash(cv), hash(root));
    }

    // A subtree whose call threw is dropped, not given back: that is why there is no finally.
    private Subtree take() {
        Subtree kept = idle.poll();
        return kept != null ? kept : new Subtree(lanes.get());
    }

    private static Hash32 hash(int[] cv) {
        byte[] bytes = new byte[HASH_BYTES];
        Node.write(cv, bytes);
        return Hash32.of(bytes);
    }

    private static void check(MemorySegment data, long offset, int length) {
        if (length < 0 || length > CHUNK_BYTES) {
            throw new IllegalArgumentException("a chunk has 0 to " + CHUNK_BYTES + " bytes, not " + length);
        }
        Objects.checkFromIndexSize(offset, length, data.byteSize());
    }
}
