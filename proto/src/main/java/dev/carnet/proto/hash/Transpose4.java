package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.LEAF_BYTES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns one block of 4 neighbouring leaves, a row each, into 16 rows of one word of all leaves, with 128-bit vectors.
 */
final class Transpose4 {

    private static final VectorSpecies<Integer> S = IntVector.SPECIES_128;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private static final IntVector LOW_2 = index(2, 0);
    private static final IntVector HIGH_2 = index(2, 2);
    private static final IntVector LOW_1 = index(1, 0);
    private static final IntVector HIGH_1 = index(1, 1);

    private Transpose4() {}

    /**
     * Reads from leaves that start at {@code offset}, {@code offset + 1024}, ...; word w of leaf i goes to {@code
     * words[w * 4 + i]}.
     */
    static void leaves(MemorySegment data, long offset, int[] words) {
        for (int word = 0; word < 16; word += 4) {
            square(data, offset + (long) word * Integer.BYTES, words, word * 4);
        }
    }

    private static void square(MemorySegment data, long offset, int[] words, int at) {
        IntVector a0 = IntVector.fromMemorySegment(S, data, offset, LE);
        IntVector a1 = IntVector.fromMemorySegment(S, data, offset + LEAF_BYTES, LE);
        IntVector a2 = IntVector.fromMemorySegment(S, data, offset + 2 * LEAF_BYTES, LE);
        IntVector a3 = IntVector.fromMemorySegment(S, data, offset + 3 * LEAF_BYTES, LE);

        IntVector b0 = LOW_2.selectFrom(a0, a2);
        IntVector b2 = HIGH_2.selectFrom(a0, a2);
        IntVector b1 = LOW_2.selectFrom(a1, a3);
        IntVector b3 = HIGH_2.selectFrom(a1, a3);

        IntVector c0 = LOW_1.selectFrom(b0, b1);
        IntVector c1 = HIGH_1.selectFrom(b0, b1);
        IntVector c2 = LOW_1.selectFrom(b2, b3);
        IntVector c3 = HIGH_1.selectFrom(b2, b3);

        c0.intoArray(words, at);
        c1.intoArray(words, at + 4);
        c2.intoArray(words, at + 2 * 4);
        c3.intoArray(words, at + 3 * 4);
    }

    /**
     * Exchanges the squares of side {@code distance} that lie across the diagonal: lane by lane, from which of two rows
     * to take.
     */
    private static IntVector index(int distance, int shift) {
        int[] index = new int[4];
        for (int lane = 0; lane < 4; lane++) {
            index[lane] = (lane & distance) == 0 ? lane + shift : 4 + lane - distance + shift;
        }
        return IntVector.fromArray(S, index, 0);
    }
}
