package dev.carnet.proto.hash;

/**
 * The compression function of BLAKE3 (section 2.2 of the paper), one block at a time: the scalar implementation, and
 * what is left over where lanes cannot be filled.
 */
final class Compression {

    /** Bytes of a block. */
    static final int BLOCK_BYTES = 64;

    /** 32-bit words of a block. */
    static final int BLOCK_WORDS = 16;

    /** Bytes of a leaf, which the paper calls a chunk. */
    static final int LEAF_BYTES = 1024;

    /** 32-bit words of a chaining value. */
    static final int CV_WORDS = 8;

    static final int ROUNDS = 7;

    static final int CHUNK_START = 1;
    static final int CHUNK_END = 2;
    static final int PARENT = 4;
    static final int ROOT = 8;

    static final int IV0 = 0x6A09E667;
    static final int IV1 = 0xBB67AE85;
    static final int IV2 = 0x3C6EF372;
    static final int IV3 = 0xA54FF53A;
    static final int IV4 = 0x510E527F;
    static final int IV5 = 0x9B05688C;
    static final int IV6 = 0x1F83D9AB;
    static final int IV7 = 0x5BE0CD19;

    private Compression() {}

    /** Sets a chaining value to the initial one. */
    static void initialise(int[] cv) {
        cv[0] = IV0;
        cv[1] = IV1;
        cv[2] = IV2;
        cv[3] = IV3;
        cv[4] = IV4;
        cv[5] = IV5;
        cv[6] = IV6;
        cv[7] = IV7;
    }

    /**
     * Compresses one block into a chaining value.
     *
     * @param cv 8 words, replaced by the first 8 words of the result
     * @param words holds the block's 16 words
     * @param at where they start
     * @param counter the leaf's number in the file; 0 for parents
     * @param blockBytes how many of the block's bytes are data, 0 to 64
     * @param flags the sum of the flags above
     */
    static void compress(int[] cv, int[] words, int at, long counter, int blockBytes, int flags) {
        int m0 = words[at];
        int m1 = words[at + 1];
        int m2 = words[at + 2];
        int m3 = words[at + 3];
        int m4 = words[at + 4];
        int m5 = words[at + 5];
        int m6 = words[at + 6];
        int m7 = words[at + 7];
        int m8 = words[at + 8];
        int m9 = words[at + 9];
        int m10 = words[at + 10];
        int m11 = words[at + 11];
        int m12 = words[at + 12];
        int m13 = words[at + 13];
        int m14 = words[at + 14];
        int m15 = words[at + 15];
        int v0 = cv[0];
        int v1 = cv[1];
        int v2 = cv[2];
        int v3 = cv[3];
        int v4 = cv[4];
        int v5 = cv[5];
        int v6 = cv[6];
        int v7 = cv[7];
        int v8 = IV0;
        int v9 = IV1;
        int v10 = IV2;
        int v11 = IV3;
        int v12 = (int) counter;
        int v13 = (int) (counter >>> 32);
        int v14 = blockBytes;
        int v15 = flags;
        // One round per turn, over message words that are permuted after each: small enough for C2 to compile well.
        for (int round = 0; round < ROUNDS; round++) {
            v0 += v4 + m0;
            v12 = Integer.rotateRight(v12 ^ v0, 16);
            v8 += v12;
            v4 = Integer.rotateRight(v4 ^ v8, 12);
            v0 += v4 + m1;
            v12 = Integer.rotateRight(v12 ^ v0, 8);
            v8 += v12;
            v4 = Integer.rotateRight(v4 ^ v8, 7);
            v1 += v5 + m2;
            v13 = Integer.rotateRight(v13 ^ v1, 16);
            v9 += v13;
            v5 = Integer.rotateRight(v5 ^ v9, 12);
            v1 += v5 + m3;
            v13 = Integer.rotateRight(v13 ^ v1, 8);
            v9 += v13;
            v5 = Integer.rotateRight(v5 ^ v9, 7);
            v2 += v6 + m4;
            v14 = Integer.rotateRight(v14 ^ v2, 16);
            v10 += v14;
            v6 = Integer.rotateRight(v6 ^ v10, 12);
            v2 += v6 + m5;
            v14 = Integer.rotateRight(v14 ^ v2, 8);
            v10 += v14;
            v6 = Integer.rotateRight(v6 ^ v10, 7);
            v3 += v7 + m6;
            v15 = Integer.rotateRight(v15 ^ v3, 16);
            v11 += v15;
            v7 = Integer.rotateRight(v7 ^ v11, 12);
            v3 += v7 + m7;
            v15 = Integer.rotateRight(v15 ^ v3, 8);
            v11 += v15;
            v7 = Integer.rotateRight(v7 ^ v11, 7);
            v0 += v5 + m8;
            v15 = Integer.rotateRight(v15 ^ v0, 16);
            v10 += v15;
            v5 = Integer.rotateRight(v5 ^ v10, 12);
            v0 += v5 + m9;
            v15 = Integer.rotateRight(v15 ^ v0, 8);
            v10 += v15;
            v5 = Integer.rotateRight(v5 ^ v10, 7);
            v1 += v6 + m10;
            v12 = Integer.rotateRight(v12 ^ v1, 16);
            v11 += v12;
            v6 = Integer.rotateRight(v6 ^ v11, 12);
            v1 += v6 + m11;
            v12 = Integer.rotateRight(v12 ^ v1, 8);
            v11 += v12;
            v6 = Integer.rotateRight(v6 ^ v11, 7);
            v2 += v7 + m12;
            v13 = Integer.rotateRight(v13 ^ v2, 16);
            v8 += v13;
            v7 = Integer.rotateRight(v7 ^ v8, 12);
            v2 += v7 + m13;
            v13 = Integer.rotateRight(v13 ^ v2, 8);
            v8 += v13;
            v7 = Integer.rotateRight(v7 ^ v8, 7);
            v3 += v4 + m14;
            v14 = Integer.rotateRight(v14 ^ v3, 16);
            v9 += v14;
            v4 = Integer.rotateRight(v4 ^ v9, 12);
            v3 += v4 + m15;
            v14 = Integer.rotateRight(v14 ^ v3, 8);
            v9 += v14;
            v4 = Integer.rotateRight(v4 ^ v9, 7);
            int n0 = m2;
            int n1 = m6;
            int n2 = m3;
            int n3 = m10;
            int n4 = m7;
            int n5 = m0;
            int n6 = m4;
            int n7 = m13;
            int n8 = m1;
            int n9 = m11;
            int n10 = m12;
            int n11 = m5;
            int n12 = m9;
            int n13 = m14;
            int n14 = m15;
            int n15 = m8;
            m0 = n0;
            m1 = n1;
            m2 = n2;
            m3 = n3;
            m4 = n4;
            m5 = n5;
            m6 = n6;
            m7 = n7;
            m8 = n8;
            m9 = n9;
            m10 = n10;
            m11 = n11;
            m12 = n12;
            m13 = n13;
            m14 = n14;
            m15 = n15;
        }
        cv[0] = v0 ^ v8;
        cv[1] = v1 ^ v9;
        cv[2] = v2 ^ v10;
        cv[3] = v3 ^ v11;
        cv[4] = v4 ^ v12;
        cv[5] = v5 ^ v13;
        cv[6] = v6 ^ v14;
        cv[7] = v7 ^ v15;
    }
}
