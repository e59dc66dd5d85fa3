package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import dev.carnet.proto.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/** Inclusion and consistency proofs: made as RFC 6962, section 2.1 says, verified as RFC 9162, section 2.1 says. */
public final class Proofs {
    /** More hashes no proof of a tree below 2^63 entries has. */
    public static final int HASHES_MAX = 63;

    private Proofs() {}

    /**
     * That entry {@code index} is in the tree of {@code size} entries: the hashes beside its path, from the leaf up.
     *
     * @throws IllegalArgumentException unless {@code index} is below {@code size}
     */
    public static List<Hash32> inclusion(long index, long size, SubtreeHashes hashes) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("entry " + index + " of " + size);
        }
        List<Hash32> proof = new ArrayList<>();
        inclusion(index, 0, size, hashes, proof);
        return proof;
    }

    private static void inclusion(long index, long from, long to, SubtreeHashes hashes, List<Hash32> proof) {
        if (to - from == 1) {
            return;
        }
        long middle = from + Merkle.split(to - from);
        if (index < middle) {
            inclusion(index, from, middle, hashes, proof);
            proof.add(range(middle, to, hashes));
        } else {
            inclusion(index, middle, to, hashes, proof);
            proof.add(range(from, middle, hashes));
        }
    }

    /**
     * That the tree of {@code size} entries begins with the tree of {@code old} entries.
     *
     * @throws IllegalArgumentException unless 0 ≤ {@code old} ≤ {@code size}
     */
    public static List<Hash32> consistency(long old, long size, SubtreeHashes hashes) {
        if (old < 0 || old > size) {
            throw new IllegalArgumentException("from " + old + " to " + size + " entries");
        }
        List<Hash32> proof = new ArrayList<>();
        if (old > 0 && old < size) {
            consistency(old, 0, size, true, hashes, proof);
        }
        return proof;
    }

    private static void consistency(
            long old, long from, long to, boolean whole, SubtreeHashes hashes, List<Hash32> proof) {
        if (old == to) {
            if (!whole) {
                proof.add(range(from, to, hashes));
            }
            return;
        }
        long middle = from + Merkle.split(to - from);
        if (old <= middle) {
            consistency(old, from, middle, whole, hashes, proof);
            proof.add(range(middle, to, hashes));
        } else {
            consistency(old, middle, to, false, hashes, proof);
            proof.add(range(from, middle, hashes));
        }
    }

    /** The root of the tree of {@code size} entries. */
    public static Hash32 root(long size, SubtreeHashes hashes) {
        return size == 0 ? Merkle.EMPTY_ROOT : range(0, size, hashes);
    }

    /** MTH of the entries from {@code from} to before {@code to}, where {@code from} is a multiple of a power of two that is not below their number. */
    private static Hash32 range(long from, long to, SubtreeHashes hashes) {
        long count = to - from;
        if (Long.bitCount(count) == 1) {
            int level = Long.numberOfTrailingZeros(count);
            return hashes.complete(level, from >>> level);
        }
        long middle = from + Merkle.split(count);
        return Merkle.node(range(from, middle, hashes), range(middle, to, hashes));
    }

    /**
     * Checks a proof of inclusion.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static void checkInclusion(long index, long size, Hash32 leaf, List<Hash32> proof, Hash32 root) {
        require(index >= 0 && index < size, "a proof for entry " + index + " of a log of " + size);
        require(
                climb(index, size - 1, leaf, proof, size).whole().equals(root),
                "the proof does not lead from entry " + index + " to the root of the log of " + size);
    }

    /**
     * Where a proof leads to.
     *
     * @param old of what lies left of the path, and the path's beginning
     * @param whole of the whole tree
     */
    private record Roots(Hash32 old, Hash32 whole) {}

    /** The way up from a node, the loop of RFC 9162, sections 2.1.3.2 and 2.1.4.2: an inclusion asks for the whole alone. */
    private static Roots climb(long from, long lastNode, Hash32 first, List<Hash32> proof, long size) {
        long node = from;
        long last = lastNode;
        Hash32 old = first;
        Hash32 whole = first;
        for (Hash32 beside : proof) {
            require(last != 0, "the proof is longer than the tree of " + size + " entries is high");
            if ((node & 1) != 0 || node == last) {
                old = Merkle.node(beside, old);
                whole = Merkle.node(beside, whole);
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                whole = Merkle.node(whole, beside);
            }
            node >>>= 1;
            last >>>= 1;
        }
        require(last == 0, "the proof is shorter than the tree of " + size + " entries is high");
        return new Roots(old, whole);
    }

    /**
     * Checks a proof of consistency, RFC 9162, section 2.1.4.2. From an empty tree, and from a tree to itself, the proof is empty.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static void checkConsistency(long old, long size, Hash32 oldRoot, Hash32 root, List<Hash32> proof) {
        require(old >= 0 && old <= size, "a proof from " + old + " to " + size + " entries");
        require(old != 0 || oldRoot.equals(Merkle.EMPTY_ROOT), "an empty tree with another root than that of none");
        if (old == 0 || old == size) {
            require(proof.isEmpty(), "a proof from " + old + " to " + size + " entries is empty");
            require(old == 0 || oldRoot.equals(root), "two roots of one size, " + size);
            require(size != 0 || root.equals(Merkle.EMPTY_ROOT), "an empty tree with another root than that of none");
            return;
        }
        require(!proof.isEmpty(), "a proof from " + old + " to " + size + " entries is not empty");
        boolean power = Long.bitCount(old) == 1;
        Hash32 first = power ? oldRoot : proof.getFirst();
        Roots roots = between(old, size, first, power ? proof : proof.subList(1, proof.size()));
        require(roots.old().equals(oldRoot), "the proof does not lead to the root of the log of " + old);
        require(roots.whole().equals(root), "the proof does not lead to the root of the log of " + size);
    }

    /**
     * The root that a log had when it was shorter, out of a proof of consistency. Since the proof says it where the shorter tree is a full one, that is its first
     * hash here: a proof from {@code old} has its root before it where {@code old} is a power of two (as RFC 9162, section 2.1.4.2, step 2, puts it there).
     *
     * @param old size of the tree then, from 1
     * @param size of the tree, above {@code old}
     * @param root of the tree of {@code size} entries
     * @throws LogException where the proof does not lead to {@code root}
     */
    public static Hash32 earlierRoot(long old, long size, Hash32 root, List<Hash32> proof) {
        require(old > 0 && old < size, "a proof from " + old + " to " + size + " entries");
        require(!proof.isEmpty(), "a proof from " + old + " to " + size + " entries is not empty");
        Roots roots = between(old, size, proof.getFirst(), proof.subList(1, proof.size()));
        require(roots.whole().equals(root), "the proof does not lead to the root of the log of " + size);
        return roots.old();
    }

    private static Roots between(long old, long size, Hash32 first, List<Hash32> rest) {
        long node = old - 1;
        long last = size - 1;
        while ((node & 1) != 0) {
            node >>>= 1;
            last >>>= 1;
        }
        return climb(node, last, first, rest, size);
    }
}
