package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Compression.BLOCK_BYTES;
import static dev.carnet.proto.hash.Compression.BLOCK_WORDS;
import static dev.carnet.proto.hash.Compression.CHUNK_END;
import static dev.carnet.proto.hash.Compression.CHUNK_START;
import static dev.carnet.proto.hash.Compression.LEAF_BYTES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Takes in one leaf of 0 to 1024 bytes, all but the compression of its last block. For one thread at a time. */
final class Leaf {

    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int[] words = new int[LEAF_BYTES / Integer.BYTES];

    /** Leaves {@code node} so that it yields the CV, or the root, of the leaf. */
    void absorb(MemorySegment data, long offset, int length, long counter, Node node) {
        load(data, offset, length);
        int lastBlock = length == 0 ? 0 : (length - 1) / BLOCK_BYTES;
        Compression.initialise(node.cv);
        for (int block = 0; block < lastBlock; block++) {
            int flags = block == 0 ? CHUNK_START : 0;
            Compression.compress(node.cv, words, block * BLOCK_WORDS, counter, BLOCK_BYTES, flags);
        }
        System.arraycopy(words, lastBlock * BLOCK_WORDS, node.block, 0, BLOCK_WORDS);
        node.counter = counter;
        node.blockBytes = length - lastBlock * BLOCK_BYTES;
        node.flags = CHUNK_END | (lastBlock == 0 ? CHUNK_START : 0);
    }

    private void load(MemorySegment data, long offset, int length) {
        int whole = length / Integer.BYTES;
        MemorySegment.copy(data, WORD, offset, words, 0, whole);
        int blocksEnd = Math.max(BLOCK_BYTES, -Math.floorDiv(-length, BLOCK_BYTES) * BLOCK_BYTES);
        for (int w = whole; w < blocksEnd / Integer.BYTES; w++) {
            words[w] = 0;
        }
        for (int b = whole * Integer.BYTES; b < length; b++) {
            words[whole] |= (data.get(ValueLayout.JAVA_BYTE, offset + b) & 0xff) << (8 * (b & 3));
        }
    }
}
