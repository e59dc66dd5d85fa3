package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.CV_WORDS;
import static dev.carnet.proto.hash.Compression.LEAF_BYTES;

import java.lang.foreign.MemorySegment;

/**
 * Working memory and procedure for the subtree of one chunk: all leaves first, then level by level the parents of
 * neighbours, where an odd one out rises as it is. That gives BLAKE3's left-full tree. For one thread at a time.
 */
final class Subtree {

    private final Lanes lanes;
    private final CvTable table = new CvTable();
    private final Leaf leaf = new Leaf();
    private final Node node = new Node();
    private final int[] cv = new int[CV_WORDS];

    Subtree(Lanes lanes) {
        this.lanes = lanes;
    }

    /**
     * Hashes a chunk, up to the last compression.
     *
     * @param counter the number of the first leaf in its file
     * @return the subtree's top; working memory, valid until the next call
     */
    Node absorb(MemorySegment data, long offset, int length, long counter) {
        if (length <= LEAF_BYTES) {
            leaf.absorb(data, offset, length, counter, node);
            return node;
        }
        int count = leaves(data, offset, length, counter);
        while (count > 2) {
            count = level(count);
        }
        table.get(0, node.block, 0);
        table.get(1, node.block, CV_WORDS);
        node.parent();
        return node;
    }

    private int leaves(MemorySegment data, long offset, int length, long counter) {
        int whole = length / LEAF_BYTES;
        int done = 0;
        while (whole - done >= lanes.leavesMin()) {
            int count = Math.min(lanes.width(), whole - done);
            lanes.leaves(data, offset + (long) done * LEAF_BYTES, count, counter + done, table, done);
            done += count;
        }
        for (int at = done * LEAF_BYTES; at < length; at += LEAF_BYTES) {
            leaf.absorb(data, offset + at, Math.min(LEAF_BYTES, length - at), counter + done, node);
            node.chainingValue(cv);
            table.put(done++, cv);
        }
        return done;
    }

    private int level(int count) {
        int pairs = count / 2;
        boolean odd = (count & 1) != 0;
        if (odd) {
            table.get(count - 1, cv, 0); // before idle lanes write over it
        }
        for (int at = 0; at < pairs; at += lanes.width()) {
            lanes.parents(table, at);
        }
        if (odd) {
            table.put(pairs, cv);
        }
        return odd ? pairs + 1 : pairs;
    }
}
