package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.CV_WORDS;

import java.util.List;

/**
 * Makes the digest of a file out of the CVs of all its chunks, taken in order. A whole chunk is a complete subtree, so
 * this is the upper part of BLAKE3's tree and the digest is the one that {@code b3sum} prints.
 *
 * <p>Memory does not grow with the file: one CV per level. For one thread at a time.
 */
public final class CvTree {

    /** Levels above the chunks of the longest file there is (2^41 chunks), and the one CV that waits. */
    private static final int LEVELS_MAX = 42;

    private final int[] stack = new int[LEVELS_MAX * CV_WORDS];
    private final int[] last = new int[CV_WORDS]; // waits for its right neighbour, or for root()
    private final Node node = new Node();
    private int depth;
    private long count;

    public CvTree() {}

    /** A copy of its own, for a root in passing. */
    CvTree(CvTree other) {
        System.arraycopy(other.stack, 0, stack, 0, stack.length);
        System.arraycopy(other.last, 0, last, 0, CV_WORDS);
        depth = other.depth;
        count = other.count;
    }

    /**
     * Adds the CV of the next chunk.
     *
     * @param cv 32 bytes, from {@link Blake3#chunkCv} with this chunk's number
     * @throws IllegalArgumentException if the array has another length
     * @throws IllegalStateException if no file has so many chunks
     */
    public void add(byte[] cv) {
        if (cv.length != Blake3.HASH_BYTES) {
            throw new IllegalArgumentException("a CV has 32 bytes, not " + cv.length);
        }
        if (count > Blake3.CHUNK_NUMBER_MAX) {
            throw new IllegalStateException("a file has at most " + count + " chunks");
        }
        // The newest CV is merged only when another follows: the file's last merge is its root, and that is another
        // function.
        if (count > 0) {
            settle();
        }
        Node.read(cv, last, 0);
        count++;
    }

    /** Adds the CV of the next chunk. */
    public void add(Hash32 cv) {
        add(cv.toBytes());
    }

    /** How many CVs were added. */
    public long count() {
        return count;
    }

    /**
     * The digest of a file whose chunks are exactly those added. More may be added afterwards.
     *
     * @throws IllegalStateException if fewer than two were added: the digest of a file of one chunk does not follow
     *     from its CV, see {@link Blake3#rootOfSingleChunk}
     */
    public Hash32 root() {
        if (count < 2) {
            throw new IllegalStateException("a root needs the CVs of at least two chunks, not " + count);
        }
        int[] right = last.clone();
        for (int level = depth - 1; level > 0; level--) {
            pair(level, right);
            node.chainingValue(right);
        }
        pair(0, right);
        node.root(right);
        byte[] digest = new byte[Blake3.HASH_BYTES];
        Node.write(right, digest);
        return Hash32.of(digest);
    }

    /**
     * The digest of a file of at least two chunks.
     *
     * @param cvs of all its chunks, in order
     * @throws IllegalStateException if there are fewer than two
     */
    public static Hash32 root(List<Hash32> cvs) {
        CvTree tree = new CvTree();
        cvs.forEach(tree::add);
        return tree.root();
    }

    /** Moves the waiting CV onto the stack, merged with every complete subtree of its own size to its left. */
    private void settle() {
        for (long complete = count; (complete & 1) == 0; complete >>>= 1) {
            depth--;
            pair(depth, last);
            node.chainingValue(last);
        }
        System.arraycopy(last, 0, stack, depth * CV_WORDS, CV_WORDS);
        depth++;
    }

    private void pair(int level, int[] right) {
        System.arraycopy(stack, level * CV_WORDS, node.block, 0, CV_WORDS);
        System.arraycopy(right, 0, node.block, CV_WORDS, CV_WORDS);
        node.parent();
    }
}
