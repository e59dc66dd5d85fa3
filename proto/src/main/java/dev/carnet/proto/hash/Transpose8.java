package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.LEAF_BYTES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns one block of 8 neighbouring leaves, a row each, into 16 rows of one word of all leaves, with 256-bit vectors.
 */
final class Transpose8 {

    private static final VectorSpecies<Integer> S = IntVector.SPECIES_256;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private static final IntVector LOW_4 = index(4, 0);
    private static final IntVector HIGH_4 = index(4, 4);
    private static final IntVector LOW_2 = index(2, 0);
    private static final IntVector HIGH_2 = index(2, 2);
    private static final IntVector LOW_1 = index(1, 0);
    private static final IntVector HIGH_1 = index(1, 1);

    private Transpose8() {}

    /**
     * Reads from leaves that start at {@code offset}, {@code offset + 1024}, ...; word w of leaf i goes to {@code
     * words[w * 8 + i]}.
     */
    static void leaves(MemorySegment data, long offset, int[] words) {
        for (int word = 0; word < 16; word += 8) {
            square(data, offset + (long) word * Integer.BYTES, words, word * 8);
        }
    }

    private static void square(MemorySegment data, long offset, int[] words, int at) {
        IntVector a0 = IntVector.fromMemorySegment(S, data, offset, LE);
        IntVector a1 = IntVector.fromMemorySegment(S, data, offset + LEAF_BYTES, LE);
        IntVector a2 = IntVector.fromMemorySegment(S, data, offset + 2 * LEAF_BYTES, LE);
        IntVector a3 = IntVector.fromMemorySegment(S, data, offset + 3 * LEAF_BYTES, LE);
        IntVector a4 = IntVector.fromMemorySegment(S, data, offset + 4 * LEAF_BYTES, LE);
        IntVector a5 = IntVector.fromMemorySegment(S, data, offset + 5 * LEAF_BYTES, LE);
        IntVector a6 = IntVector.fromMemorySegment(S, data, offset + 6 * LEAF_BYTES, LE);
        IntVector a7 = IntVector.fromMemorySegment(S, data, offset + 7 * LEAF_BYTES, LE);

        IntVector b0 = LOW_4.selectFrom(a0, a4);
        IntVector b4 = HIGH_4.selectFrom(a0, a4);
        IntVector b1 = LOW_4.selectFrom(a1, a5);
        IntVector b5 = HIGH_4.selectFrom(a1, a5);
        IntVector b2 = LOW_4.selectFrom(a2, a6);
        IntVector b6 = HIGH_4.selectFrom(a2, a6);
        IntVector b3 = LOW_4.selectFrom(a3, a7);
        IntVector b7 = HIGH_4.selectFrom(a3, a7);

        IntVector c0 = LOW_2.selectFrom(b0, b2);
        IntVector c2 = HIGH_2.selectFrom(b0, b2);
        IntVector c1 = LOW_2.selectFrom(b1, b3);
        IntVector c3 = HIGH_2.selectFrom(b1, b3);
        IntVector c4 = LOW_2.selectFrom(b4, b6);
        IntVector c6 = HIGH_2.selectFrom(b4, b6);
        IntVector c5 = LOW_2.selectFrom(b5, b7);
        IntVector c7 = HIGH_2.selectFrom(b5, b7);

        IntVector d0 = LOW_1.selectFrom(c0, c1);
        IntVector d1 = HIGH_1.selectFrom(c0, c1);
        IntVector d2 = LOW_1.selectFrom(c2, c3);
        IntVector d3 = HIGH_1.selectFrom(c2, c3);
        IntVector d4 = LOW_1.selectFrom(c4, c5);
        IntVector d5 = HIGH_1.selectFrom(c4, c5);
        IntVector d6 = LOW_1.selectFrom(c6, c7);
        IntVector d7 = HIGH_1.selectFrom(c6, c7);

        d0.intoArray(words, at);
        d1.intoArray(words, at + 8);
        d2.intoArray(words, at + 2 * 8);
        d3.intoArray(words, at + 3 * 8);
        d4.intoArray(words, at + 4 * 8);
        d5.intoArray(words, at + 5 * 8);
        d6.intoArray(words, at + 6 * 8);
        d7.intoArray(words, at + 7 * 8);
    }

    /**
     * Exchanges the squares of side {@code distance} that lie across the diagonal: lane by lane, from which of two rows
     * to take.
     */
    private static IntVector index(int distance, int shift) {
        int[] index = new int[8];
        for (int lane = 0; lane < 8; lane++) {
            index[lane] = (lane & distance) == 0 ? lane + shift : 8 + lane - distance + shift;
        }
        return IntVector.fromArray(S, index, 0);
    }
}
