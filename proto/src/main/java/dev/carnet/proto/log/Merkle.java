package dev.carnet.proto.log;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Hashes of the Merkle tree of RFC 6962, section 2.1, with SHA-256. */
public final class Merkle {
    /** The root of a tree without entries: SHA-256 of nothing. */
    public static final Hash32 EMPTY_ROOT = Hash32.of(Digests.sha256().digest());

    /** To look an algorithm up takes as long as to hash a node. */
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Digests::sha256);

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private Merkle() {}

    /** The hash of an entry. */
    public static Hash32 leaf(byte[] entry) {
        return leaf(DIGEST.get(), entry, 0, entry.length);
    }

    /** The hash of an entry that lies in a larger array, with a digest that is used again. */
    static Hash32 leaf(MessageDigest digest, byte[] bytes, int offset, int length) {
        digest.update(LEAF);
        digest.update(bytes, offset, length);
        return Hash32.of(digest.digest());
    }

    /** The hash of the node above two. */
    public static Hash32 node(Hash32 left, Hash32 right) {
        byte[] bytes = new byte[1 + 2 * Hash32.BYTES];
        bytes[0] = NODE;
        left.copyTo(bytes, 1);
        right.copyTo(bytes, 1 + Hash32.BYTES);
        return Hash32.of(DIGEST.get().digest(bytes));
    }

    /** The hash above a full tile, or above the hashes of any complete subtree, in their order. */
    public static Hash32 tile(byte[] hashes) {
        List<Hash32> level = new ArrayList<>(hashes.length / Hash32.BYTES);
        for (int at = 0; at < hashes.length; at += Hash32.BYTES) {
            level.add(Hash32.at(hashes, at));
        }
        return complete(level);
    }

    /** The hash above 1 or more hashes of one level that are a power of two. */
    static Hash32 complete(List<Hash32> hashes) {
        List<Hash32> level = hashes;
        while (level.size() > 1) {
            List<Hash32> above = new ArrayList<>(level.size() / 2);
            for (int i = 0; i < level.size(); i += 2) {
                above.add(node(level.get(i), level.get(i + 1)));
            }
            level = above;
        }
        return level.getFirst();
    }

    /** The largest power of two below {@code size}, which is above 1. */
    static long split(long size) {
        return Long.highestOneBit(size - 1);
    }
}
