package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.CV_WORDS;

import java.lang.foreign.MemorySegment;

/** One lane, in plain Java. */
final class ScalarLanes implements Lanes {

    private final Leaf leaf = new Leaf();
    private final Node node = new Node();
    private final int[] cv = new int[CV_WORDS];

    @Override
    public int width() {
        return 1;
    }

    @Override
    public int leavesMin() {
        return 1;
    }

    @Override
    public void leaves(MemorySegment data, long offset, int count, long counter, CvTable table, int at) {
        leaf.absorb(data, offset, Compression.LEAF_BYTES, counter, node);
        node.chainingValue(cv);
        table.put(at, cv);
    }

    @Override
    public void parents(CvTable table, int at) {
        table.get(2 * at, node.block, 0);
        table.get(2 * at + 1, node.block, CV_WORDS);
        node.parent();
        node.chainingValue(cv);
        table.put(at, cv);
    }
}
