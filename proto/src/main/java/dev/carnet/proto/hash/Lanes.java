package dev.carnet.proto.hash;

import java.lang.foreign.MemorySegment;

/**
 * Hashes several leaves, or several pairs of chaining values, side by side. For one thread at a time.
 *
 * <p>Lanes that have nothing to do may write rubbish behind the last CV asked for, up to {@link #width()} CVs from its
 * first.
 */
interface Lanes {

    /** How many leaves or pairs go side by side. */
    int width();

    /** The fewest leaves for which this is quicker than one after the other. */
    int leavesMin();

    /**
     * Computes the CVs of {@code count} whole leaves, 1 to {@link #width()}.
     *
     * @param data where they lie, one behind the other
     * @param offset of the first one
     * @param counter the number of the first one in its file
     * @param table receives the CVs
     * @param at from this index on
     */
    void leaves(MemorySegment data, long offset, int count, long counter, CvTable table, int at);

    /** Replaces CVs {@code at ... at + width - 1} by the parents of CVs {@code 2 at ... 2 at + 2 width - 1}. */
    void parents(CvTable table, int at);
}
