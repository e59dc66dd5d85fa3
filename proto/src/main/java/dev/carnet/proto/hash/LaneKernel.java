package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.BLOCK_BYTES;
import static dev.carnet.proto.hash.Compression.BLOCK_WORDS;
import static dev.carnet.proto.hash.Compression.CHUNK_END;
import static dev.carnet.proto.hash.Compression.CHUNK_START;
import static dev.carnet.proto.hash.Compression.CV_WORDS;
import static dev.carnet.proto.hash.Compression.LEAF_BYTES;
import static dev.carnet.proto.hash.Compression.PARENT;
import static dev.carnet.proto.hash.Compression.ROUNDS;
import static jdk.incubator.vector.VectorOperators.ROR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.constant.ConstantDescs;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * BLAKE3's compression function in as many lanes as a vector has 32-bit words: lane <em>i</em> holds leaf, or pair,
 * <em>i</em>.
 *
 * <p>A template: {@link VectorLanes} defines this class once for each width as a hidden class with the species as its
 * class data, so that the species is a constant and the profile is its own. C2 makes vector instructions only where
 * both hold. For the same reason no vector crosses a method: methods hand over arrays, each is small, and the rounds
 * are a rolled loop. Unrolled they outgrow what C2 compiles, and run fifty times slower.
 */
final class LaneKernel implements Lanes {

    private static final VectorSpecies<Integer> S = species();
    private static final int WIDTH = S.length();

    /** For each round, where in {@code words} the 16 message vectors begin in the order of their use. */
    private static final int[] ORDER = order();

    private static final int[] IV = new int[CV_WORDS];

    static {
        Compression.initialise(IV);
    }

    private final int[] words = new int[BLOCK_WORDS * WIDTH];
    private final int[] cvs = new int[CV_WORDS * WIDTH];
    private final int[] counters = new int[2 * WIDTH];

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int leavesMin() {
        return WIDTH;
    }

    @Override
    public void leaves(MemorySegment data, long offset, int count, long counter, CvTable table, int at) {
        for (int lane = 0; lane < WIDTH; lane++) {
            counters[lane] = (int) (counter + lane);
            counters[WIDTH + lane] = (int) ((counter + lane) >>> 32);
        }
        initialise();
        for (int block = 0; block < LEAF_BYTES; block += BLOCK_BYTES) {
            transpose(data, offset + block, words);
            int start = block == 0 ? CHUNK_START : 0;
            int end = block == LEAF_BYTES - BLOCK_BYTES ? CHUNK_END : 0;
            compress(words, cvs, counters, start | end);
        }
        store(table, at);
    }

    @Override
    public void parents(CvTable table, int at) {
        Arrays.fill(counters, 0);
        initialise();
        for (int w = 0; w < CV_WORDS; w++) {
            int row = w * CvTable.STRIDE + 2 * at;
            for (int lane = 0; lane < WIDTH; lane++) {
                words[w * WIDTH + lane] = table.words[row + 2 * lane];
                words[(CV_WORDS + w) * WIDTH + lane] = table.words[row + 2 * lane + 1];
            }
        }
        compress(words, cvs, counters, PARENT);
        store(table, at);
    }

    private void initialise() {
        for (int w = 0; w < CV_WORDS; w++) {
            Arrays.fill(cvs, w * WIDTH, (w + 1) * WIDTH, IV[w]);
        }
    }

    private void store(CvTable table, int at) {
        for (int w = 0; w < CV_WORDS; w++) {
            System.arraycopy(cvs, w * WIDTH, table.words, w * CvTable.STRIDE + at, WIDTH);
        }
    }

    private static void transpose(MemorySegment data, long offset, int[] words) {
        if (WIDTH == 16) {
            Transpose16.leaves(data, offset, words);
        } else if (WIDTH == 8) {
            Transpose8.leaves(data, offset, words);
        } else {
            Transpose4.leaves(data, offset, words);
        }
    }

    private static void compress(int[] words, int[] cvs, int[] counters, int flags) {
        IntVector v0 = IntVector.fromArray(S, cvs, 0);
        IntVector v1 = IntVector.fromArray(S, cvs, WIDTH);
        IntVector v2 = IntVector.fromArray(S, cvs, 2 * WIDTH);
        IntVector v3 = IntVector.fromArray(S, cvs, 3 * WIDTH);
        IntVector v4 = IntVector.fromArray(S, cvs, 4 * WIDTH);
        IntVector v5 = IntVector.fromArray(S, cvs, 5 * WIDTH);
        IntVector v6 = IntVector.fromArray(S, cvs, 6 * WIDTH);
        IntVector v7 = IntVector.fromArray(S, cvs, 7 * WIDTH);
        IntVector v8 = IntVector.broadcast(S, Compression.IV0);
        IntVector v9 = IntVector.broadcast(S, Compression.IV1);
        IntVector v10 = IntVector.broadcast(S, Compression.IV2);
        IntVector v11 = IntVector.broadcast(S, Compression.IV3);
        IntVector v12 = IntVector.fromArray(S, counters, 0);
        IntVector v13 = IntVector.fromArray(S, counters, WIDTH);
        IntVector v14 = IntVector.broadcast(S, BLOCK_BYTES);
        IntVector v15 = IntVector.broadcast(S, flags);
        for (int at = 0; at < ROUNDS * BLOCK_WORDS; at += BLOCK_WORDS) {
            v0 = v0.add(v4).add(IntVector.fromArray(S, words, ORDER[at]));
            v12 = v12.lanewise(XOR, v0).lanewise(ROR, 16);
            v8 = v8.add(v12);
            v4 = v4.lanewise(XOR, v8).lanewise(ROR, 12);
            v0 = v0.add(v4).add(IntVector.fromArray(S, words, ORDER[at + 1]));
            v12 = v12.lanewise(XOR, v0).lanewise(ROR, 8);
            v8 = v8.add(v12);
            v4 = v4.lanewise(XOR, v8).lanewise(ROR, 7);
            v1 = v1.add(v5).add(IntVector.fromArray(S, words, ORDER[at + 2]));
            v13 = v13.lanewise(XOR, v1).lanewise(ROR, 16);
            v9 = v9.add(v13);
            v5 = v5.lanewise(XOR, v9).lanewise(ROR, 12);
            v1 = v1.add(v5).add(IntVector.fromArray(S, words, ORDER[at + 3]));
            v13 = v13.lanewise(XOR, v1).lanewise(ROR, 8);
            v9 = v9.add(v13);
            v5 = v5.lanewise(XOR, v9).lanewise(ROR, 7);
            v2 = v2.add(v6).add(IntVector.fromArray(S, words, ORDER[at + 4]));
            v14 = v14.lanewise(XOR, v2).lanewise(ROR, 16);
            v10 = v10.add(v14);
            v6 = v6.lanewise(XOR, v10).lanewise(ROR, 12);
            v2 = v2.add(v6).add(IntVector.fromArray(S, words, ORDER[at + 5]));
            v14 = v14.lanewise(XOR, v2).lanewise(ROR, 8);
            v10 = v10.add(v14);
            v6 = v6.lanewise(XOR, v10).lanewise(ROR, 7);
            v3 = v3.add(v7).add(IntVector.fromArray(S, words, ORDER[at + 6]));
            v15 = v15.lanewise(XOR, v3).lanewise(ROR, 16);
            v11 = v11.add(v15);
            v7 = v7.lanewise(XOR, v11).lanewise(ROR, 12);
            v3 = v3.add(v7).add(IntVector.fromArray(S, words, ORDER[at + 7]));
            v15 = v15.lanewise(XOR, v3).lanewise(ROR, 8);
            v11 = v11.add(v15);
            v7 = v7.lanewise(XOR, v11).lanewise(ROR, 7);
            v0 = v0.add(v5).add(IntVector.fromArray(S, words, ORDER[at + 8]));
            v15 = v15.lanewise(XOR, v0).lanewise(ROR, 16);
            v10 = v10.add(v15);
            v5 = v5.lanewise(XOR, v10).lanewise(ROR, 12);
            v0 = v0.add(v5).add(IntVector.fromArray(S, words, ORDER[at + 9]));
            v15 = v15.lanewise(XOR, v0).lanewise(ROR, 8);
            v10 = v10.add(v15);
            v5 = v5.lanewise(XOR, v10).lanewise(ROR, 7);
            v1 = v1.add(v6).add(IntVector.fromArray(S, words, ORDER[at + 10]));
            v12 = v12.lanewise(XOR, v1).lanewise(ROR, 16);
            v11 = v11.add(v12);
            v6 = v6.lanewise(XOR, v11).lanewise(ROR, 12);
            v1 = v1.add(v6).add(IntVector.fromArray(S, words, ORDER[at + 11]));
            v12 = v12.lanewise(XOR, v1).lanewise(ROR, 8);
            v11 = v11.add(v12);
            v6 = v6.lanewise(XOR, v11).lanewise(ROR, 7);
            v2 = v2.add(v7).add(IntVector.fromArray(S, words, ORDER[at + 12]));
            v13 = v13.lanewise(XOR, v2).lanewise(ROR, 16);
            v8 = v8.add(v13);
            v7 = v7.lanewise(XOR, v8).lanewise(ROR, 12);
            v2 = v2.add(v7).add(IntVector.fromArray(S, words, ORDER[at + 13]));
            v13 = v13.lanewise(XOR, v2).lanewise(ROR, 8);
            v8 = v8.add(v13);
            v7 = v7.lanewise(XOR, v8).lanewise(ROR, 7);
            v3 = v3.add(v4).add(IntVector.fromArray(S, words, ORDER[at + 14]));
            v14 = v14.lanewise(XOR, v3).lanewise(ROR, 16);
            v9 = v9.add(v14);
            v4 = v4.lanewise(XOR, v9).lanewise(ROR, 12);
            v3 = v3.add(v4).add(IntVector.fromArray(S, words, ORDER[at + 15]));
            v14 = v14.lanewise(XOR, v3).lanewise(ROR, 8);
            v9 = v9.add(v14);
            v4 = v4.lanewise(XOR, v9).lanewise(ROR, 7);
        }
        v0.lanewise(XOR, v8).intoArray(cvs, 0);
        v1.lanewise(XOR, v9).intoArray(cvs, WIDTH);
        v2.lanewise(XOR, v10).intoArray(cvs, 2 * WIDTH);
        v3.lanewise(XOR, v11).intoArray(cvs, 3 * WIDTH);
        v4.lanewise(XOR, v12).intoArray(cvs, 4 * WIDTH);
        v5.lanewise(XOR, v13).intoArray(cvs, 5 * WIDTH);
        v6.lanewise(XOR, v14).intoArray(cvs, 6 * WIDTH);
        v7.lanewise(XOR, v15).intoArray(cvs, 7 * WIDTH);
    }

    private static int[] order() {
        int[] permutation = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
        int[] order = new int[ROUNDS * BLOCK_WORDS];
        for (int i = 0; i < order.length; i++) {
            order[i] = i < BLOCK_WORDS
                    ? i * WIDTH
                    : order[i - BLOCK_WORDS - i % BLOCK_WORDS + permutation[i % BLOCK_WORDS]];
        }
        return order;
    }

    @SuppressWarnings("unchecked") // VectorLanes puts nothing else there
    private static VectorSpecies<Integer> species() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, VectorSpecies.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
