package dev.carnet.proto.log;

import dev.carnet.proto.hash.Hash32;

/** Knows the hashes of complete subtrees. */
@FunctionalInterface
public interface SubtreeHashes {
    /**
     * The hash of 2^{@code level} entries, beginning with entry {@code index}·2^{@code level}.
     *
     * @throws LogException where it is not known, or not what was signed
     */
    Hash32 complete(int level, long index);
}
