package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.CV_WORDS;

/**
 * The chaining values of one level of a chunk's subtree, word by word, so that neighbours lie side by side for the
 * lanes:
 *
 * <pre>
 *   words[0 * STRIDE ...]  word 0 of CV 0, word 0 of CV 1, ...
 *   words[1 * STRIDE ...]  word 1 of CV 0, word 1 of CV 1, ...
 *   ...                    8 rows
 * </pre>
 */
final class CvTable {

    /** Leaves of a whole chunk. */
    static final int LEAVES_MAX = Blake3.CHUNK_BYTES / Compression.LEAF_BYTES;

    /**
     * Words from one row to the next: room for what unused lanes write behind the last CV, and no power of two, since
     * rows 16 KiB apart would compete for the same few lines of the first-level cache.
     */
    static final int STRIDE = LEAVES_MAX + 48;

    final int[] words = new int[CV_WORDS * STRIDE];

    void put(int index, int[] cv) {
        for (int w = 0; w < CV_WORDS; w++) {
            words[w * STRIDE + index] = cv[w];
        }
    }

    void get(int index, int[] target, int at) {
        for (int w = 0; w < CV_WORDS; w++) {
            target[at + w] = words[w * STRIDE + index];
        }
    }
}
