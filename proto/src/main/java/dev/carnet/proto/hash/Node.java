package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.BLOCK_BYTES;
import static dev.carnet.proto.hash.Compression.BLOCK_WORDS;
import static dev.carnet.proto.hash.Compression.CV_WORDS;
import static dev.carnet.proto.hash.Compression.PARENT;
import static dev.carnet.proto.hash.Compression.ROOT;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A node of the tree before its last compression, which is all that makes the difference between a chaining value and a
 * root. Mutable working memory for one thread.
 */
final class Node {

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    final int[] cv = new int[CV_WORDS];
    final int[] block = new int[BLOCK_WORDS];
    long counter;
    int blockBytes;
    int flags;

    /** Makes this the parent of the two CVs that the caller has put into {@link #block}. */
    void parent() {
        Compression.initialise(cv);
        counter = 0;
        blockBytes = BLOCK_BYTES;
        flags = PARENT;
    }

    /** Computes the chaining value into the first words of {@code target}, and leaves this node as it is. */
    void chainingValue(int[] target) {
        finish(target, flags);
    }

    /** Computes the first 32 bytes of the root's output. */
    void root(int[] target) {
        finish(target, flags | ROOT);
    }

    private void finish(int[] target, int finalFlags) {
        System.arraycopy(cv, 0, target, 0, CV_WORDS);
        Compression.compress(target, block, 0, counter, blockBytes, finalFlags);
    }

    static void write(int[] cv, byte[] target) {
        for (int w = 0; w < CV_WORDS; w++) {
            WORDS.set(target, w * Integer.BYTES, cv[w]);
        }
    }

    static void read(byte[] source, int[] target, int at) {
        for (int w = 0; w < CV_WORDS; w++) {
            target[at + w] = (int) WORDS.get(source, w * Integer.BYTES);
        }
    }
}
