package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.LEAF_BYTES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns one block of 16 neighbouring leaves, a row each, into 16 rows of one word of all leaves, with 512-bit vectors.
 */
final class Transpose16 {

    private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private static final IntVector LOW_8 = index(8, 0);
    private static final IntVector HIGH_8 = index(8, 8);
    private static final IntVector LOW_4 = index(4, 0);
    private static final IntVector HIGH_4 = index(4, 4);
    private static final IntVector LOW_2 = index(2, 0);
    private static final IntVector HIGH_2 = index(2, 2);
    private static final IntVector LOW_1 = index(1, 0);
    private static final IntVector HIGH_1 = index(1, 1);

    private Transpose16() {}

    /**
     * Reads from leaves that start at {@code offset}, {@code offset + 1024}, ...; word w of leaf i goes to {@code
     * words[w * 16 + i]}.
     */
    static void leaves(MemorySegment data, long offset, int[] words) {
        IntVector a0 = IntVector.fromMemorySegment(S, data, offset, LE);
        IntVector a1 = IntVector.fromMemorySegment(S, data, offset + LEAF_BYTES, LE);
        IntVector a2 = IntVector.fromMemorySegment(S, data, offset + 2 * LEAF_BYTES, LE);
        IntVector a3 = IntVector.fromMemorySegment(S, data, offset + 3 * LEAF_BYTES, LE);
        IntVector a4 = IntVector.fromMemorySegment(S, data, offset + 4 * LEAF_BYTES, LE);
        IntVector a5 = IntVector.fromMemorySegment(S, data, offset + 5 * LEAF_BYTES, LE);
        IntVector a6 = IntVector.fromMemorySegment(S, data, offset + 6 * LEAF_BYTES, LE);
        IntVector a7 = IntVector.fromMemorySegment(S, data, offset + 7 * LEAF_BYTES, LE);
        IntVector a8 = IntVector.fromMemorySegment(S, data, offset + 8 * LEAF_BYTES, LE);
        IntVector a9 = IntVector.fromMemorySegment(S, data, offset + 9 * LEAF_BYTES, LE);
        IntVector a10 = IntVector.fromMemorySegment(S, data, offset + 10 * LEAF_BYTES, LE);
        IntVector a11 = IntVector.fromMemorySegment(S, data, offset + 11 * LEAF_BYTES, LE);
        IntVector a12 = IntVector.fromMemorySegment(S, data, offset + 12 * LEAF_BYTES, LE);
        IntVector a13 = IntVector.fromMemorySegment(S, data, offset + 13 * LEAF_BYTES, LE);
        IntVector a14 = IntVector.fromMemorySegment(S, data, offset + 14 * LEAF_BYTES, LE);
        IntVector a15 = IntVector.fromMemorySegment(S, data, offset + 15 * LEAF_BYTES, LE);

        IntVector b0 = LOW_8.selectFrom(a0, a8);
        IntVector b8 = HIGH_8.selectFrom(a0, a8);
        IntVector b1 = LOW_8.selectFrom(a1, a9);
        IntVector b9 = HIGH_8.selectFrom(a1, a9);
        IntVector b2 = LOW_8.selectFrom(a2, a10);
        IntVector b10 = HIGH_8.selectFrom(a2, a10);
        IntVector b3 = LOW_8.selectFrom(a3, a11);
        IntVector b11 = HIGH_8.selectFrom(a3, a11);
        IntVector b4 = LOW_8.selectFrom(a4, a12);
        IntVector b12 = HIGH_8.selectFrom(a4, a12);
        IntVector b5 = LOW_8.selectFrom(a5, a13);
        IntVector b13 = HIGH_8.selectFrom(a5, a13);
        IntVector b6 = LOW_8.selectFrom(a6, a14);
        IntVector b14 = HIGH_8.selectFrom(a6, a14);
        IntVector b7 = LOW_8.selectFrom(a7, a15);
        IntVector b15 = HIGH_8.selectFrom(a7, a15);

        IntVector c0 = LOW_4.selectFrom(b0, b4);
        IntVector c4 = HIGH_4.selectFrom(b0, b4);
        IntVector c1 = LOW_4.selectFrom(b1, b5);
        IntVector c5 = HIGH_4.selectFrom(b1, b5);
        IntVector c2 = LOW_4.selectFrom(b2, b6);
        IntVector c6 = HIGH_4.selectFrom(b2, b6);
        IntVector c3 = LOW_4.selectFrom(b3, b7);
        IntVector c7 = HIGH_4.selectFrom(b3, b7);
        IntVector c8 = LOW_4.selectFrom(b8, b12);
        IntVector c12 = HIGH_4.selectFrom(b8, b12);
        IntVector c9 = LOW_4.selectFrom(b9, b13);
        IntVector c13 = HIGH_4.selectFrom(b9, b13);
        IntVector c10 = LOW_4.selectFrom(b10, b14);
        IntVector c14 = HIGH_4.selectFrom(b10, b14);
        IntVector c11 = LOW_4.selectFrom(b11, b15);
        IntVector c15 = HIGH_4.selectFrom(b11, b15);

        IntVector d0 = LOW_2.selectFrom(c0, c2);
        IntVector d2 = HIGH_2.selectFrom(c0, c2);
        IntVector d1 = LOW_2.selectFrom(c1, c3);
        IntVector d3 = HIGH_2.selectFrom(c1, c3);
        IntVector d4 = LOW_2.selectFrom(c4, c6);
        IntVector d6 = HIGH_2.selectFrom(c4, c6);
        IntVector d5 = LOW_2.selectFrom(c5, c7);
        IntVector d7 = HIGH_2.selectFrom(c5, c7);
        IntVector d8 = LOW_2.selectFrom(c8, c10);
        IntVector d10 = HIGH_2.selectFrom(c8, c10);
        IntVector d9 = LOW_2.selectFrom(c9, c11);
        IntVector d11 = HIGH_2.selectFrom(c9, c11);
        IntVector d12 = LOW_2.selectFrom(c12, c14);
        IntVector d14 = HIGH_2.selectFrom(c12, c14);
        IntVector d13 = LOW_2.selectFrom(c13, c15);
        IntVector d15 = HIGH_2.selectFrom(c13, c15);

        IntVector e0 = LOW_1.selectFrom(d0, d1);
        IntVector e1 = HIGH_1.selectFrom(d0, d1);
        IntVector e2 = LOW_1.selectFrom(d2, d3);
        IntVector e3 = HIGH_1.selectFrom(d2, d3);
        IntVector e4 = LOW_1.selectFrom(d4, d5);
        IntVector e5 = HIGH_1.selectFrom(d4, d5);
        IntVector e6 = LOW_1.selectFrom(d6, d7);
        IntVector e7 = HIGH_1.selectFrom(d6, d7);
        IntVector e8 = LOW_1.selectFrom(d8, d9);
        IntVector e9 = HIGH_1.selectFrom(d8, d9);
        IntVector e10 = LOW_1.selectFrom(d10, d11);
        IntVector e11 = HIGH_1.selectFrom(d10, d11);
        IntVector e12 = LOW_1.selectFrom(d12, d13);
        IntVector e13 = HIGH_1.selectFrom(d12, d13);
        IntVector e14 = LOW_1.selectFrom(d14, d15);
        IntVector e15 = HIGH_1.selectFrom(d14, d15);

        e0.intoArray(words, 0);
        e1.intoArray(words, 16);
        e2.intoArray(words, 2 * 16);
        e3.intoArray(words, 3 * 16);
        e4.intoArray(words, 4 * 16);
        e5.intoArray(words, 5 * 16);
        e6.intoArray(words, 6 * 16);
        e7.intoArray(words, 7 * 16);
        e8.intoArray(words, 8 * 16);
        e9.intoArray(words, 9 * 16);
        e10.intoArray(words, 10 * 16);
        e11.intoArray(words, 11 * 16);
        e12.intoArray(words, 12 * 16);
        e13.intoArray(words, 13 * 16);
        e14.intoArray(words, 14 * 16);
        e15.intoArray(words, 15 * 16);
    }

    /**
     * Exchanges the squares of side {@code distance} that lie across the diagonal: lane by lane, from which of two rows
     * to take.
     */
    private static IntVector index(int distance, int shift) {
        int[] index = new int[16];
        for (int lane = 0; lane < 16; lane++) {
            index[lane] = (lane & distance) == 0 ? lane + shift : 16 + lane - distance + shift;
        }
        return IntVector.fromArray(S, index, 0);
    }
}
