package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;

/**
 * Which tree and content, and how much.
 *
 * @param files {@value #NOT_SAID} where it is not said
 * @param bytes likewise
 */
record Bulk(Hash32 tree, Hash32 content, long files, long bytes) {
    static final long NOT_SAID = -1;

    static Bulk of(String tree, String content, long files, long bytes) {
        return new Bulk(Hash32.ofHex(tree), Hash32.ofHex(content), files, bytes);
    }

    /** Another one where that is equal: of most transfers there is one, and four or five entries. */
    Bulk orSame(Bulk other) {
        return equals(other) ? other : this;
    }
}
