package dev.carnet.proto.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** BLAKE3 as the paper defines it: recursive, slow, and without a line in common with the code under test. */
final class ReferenceBlake3 {

    private static final int[] IV = {
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
    };
    private static final int[] PERMUTATION = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

    private ReferenceBlake3() {}

    static Hash32 root(byte[] data) {
        return hash(subtree(data, 0, 8));
    }

    static Hash32 cv(byte[] chunk, long chunkNumber) {
        return hash(subtree(chunk, chunkNumber * 4096, 0));
    }

    /** The root over at least two CVs of equal subtrees. */
    static Hash32 rootOfCvs(Hash32... cvs) {
        return hash(parents(cvs, 8));
    }

    private static int[] parents(Hash32[] cvs, int flags) {
        if (cvs.length == 1) {
            return words(cvs[0].toBytes(), 8);
        }
        int left = Integer.highestOneBit(cvs.length - 1);
        int[] a = parents(Arrays.copyOf(cvs, left), 0);
        int[] b = parents(Arrays.copyOfRange(cvs, left, cvs.length), 0);
        return parent(a, b, flags);
    }

    private static int[] subtree(byte[] data, long counter, int flags) {
        if (data.length <= 1024) {
            return leaf(data, counter, flags);
        }
        int leaves = (data.length + 1023) / 1024;
        int left = Integer.highestOneBit(leaves - 1);
        int[] a = subtree(Arrays.copyOf(data, left * 1024), counter, 0);
        int[] b = subtree(Arrays.copyOfRange(data, left * 1024, data.length), counter + left, 0);
        return parent(a, b, flags);
    }

    private static int[] parent(int[] left, int[] right, int flags) {
        int[] block = Arrays.copyOf(left, 16);
        System.arraycopy(right, 0, block, 8, 8);
        return compress(IV, block, 0, 64, 4 | flags);
    }

    private static int[] leaf(byte[] data, long counter, int rootFlag) {
        int[] cv = IV;
        int at = 0;
        do {
            int end = Math.min(at + 64, data.length);
            boolean last = end == data.length;
            int flags = (at == 0 ? 1 : 0) | (last ? 2 | rootFlag : 0);
            cv = compress(cv, words(Arrays.copyOfRange(data, at, end), 16), counter, end - at, flags);
            at = end;
        } while (at < data.length);
        return cv;
    }

    private static int[] compress(int[] cv, int[] block, long counter, int length, int flags) {
        int[] v = Arrays.copyOf(cv, 16);
        System.arraycopy(IV, 0, v, 8, 4);
        v[12] = (int) counter;
        v[13] = (int) (counter >> 32);
        v[14] = length;
        v[15] = flags;
        int[] m = block;
        for (int round = 0; round < 7; round++) {
            for (int i = 0; i < 4; i++) {
                g(v, i, 4 + i, 8 + i, 12 + i, m[2 * i], m[2 * i + 1]);
            }
            for (int i = 0; i < 4; i++) {
                g(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[8 + 2 * i], m[9 + 2 * i]);
            }
            int[] before = m;
            m = Arrays.stream(PERMUTATION).map(i -> before[i]).toArray();
        }
        int[] out = new int[8];
        Arrays.setAll(out, i -> v[i] ^ v[i + 8]);
        return out;
    }

    private static void g(int[] v, int a, int b, int c, int d, int x, int y) {
        v[a] += v[b] + x;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
    }

    private static int[] words(byte[] bytes, int count) {
        int[] words = new int[count];
        ByteBuffer.wrap(Arrays.copyOf(bytes, 4 * count))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(words);
        return words;
    }

    private static Hash32 hash(int[] words) {
        ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words, 0, 8);
        return Hash32.of(bytes.array());
    }
}
