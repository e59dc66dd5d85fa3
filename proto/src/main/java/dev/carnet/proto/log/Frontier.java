package dev.carnet.proto.log;

import dev.carnet.proto.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * A tree that grows: the roots of its complete subtrees from left to right, one for each bit of its size. At most 63 hashes, whatever the size. Not for several threads.
 */
public final class Frontier {
    private final List<Hash32> roots = new ArrayList<>();
    private long size;

    /** An empty tree. */
    public Frontier() {}

    /** Of a tree of {@code size} entries, whose complete subtrees {@code hashes} knows. */
    public static Frontier of(long size, SubtreeHashes hashes) {
        Frontier frontier = new Frontier();
        long first = 0;
        for (int level = Long.SIZE - 2; level >= 0; level--) {
            if ((size & 1L << level) != 0) {
                frontier.roots.add(hashes.complete(level, first >>> level));
                first += 1L << level;
            }
        }
        frontier.size = size;
        return frontier;
    }

    /** The same tree, to grow in another way. */
    public Frontier copy() {
        Frontier copy = new Frontier();
        copy.roots.addAll(roots);
        copy.size = size;
        return copy;
    }

    /** Adds an entry by its hash. */
    public void add(Hash32 leaf) {
        Hash32 hash = leaf;
        for (long bits = size; (bits & 1) != 0; bits >>>= 1) {
            hash = Merkle.node(roots.removeLast(), hash);
        }
        roots.add(hash);
        size++;
    }

    /** How many entries it has. */
    public long size() {
        return size;
    }

    /** The root of a tree that goes on to the right of this one with a smaller subtree. */
    public Hash32 rootWith(Hash32 right) {
        Hash32 root = right;
        for (int i = roots.size() - 1; i >= 0; i--) {
            root = Merkle.node(roots.get(i), root);
        }
        return root;
    }

    /** The root of the tree as it is. */
    public Hash32 root() {
        if (roots.isEmpty()) {
            return Merkle.EMPTY_ROOT;
        }
        Hash32 root = roots.getLast();
        for (int i = roots.size() - 2; i >= 0; i--) {
            root = Merkle.node(roots.get(i), root);
        }
        return root;
    }
}
