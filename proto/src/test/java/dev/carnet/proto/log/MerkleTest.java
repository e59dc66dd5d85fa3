package dev.carnet.proto.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.hash.Hash32;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTest {
    private static final int SIZES = 300;

    /** MTH as RFC 6962, section 2.1, writes it. */
    private static Hash32 naive(List<Hash32> leaves) {
        if (leaves.isEmpty()) {
            return Merkle.EMPTY_ROOT;
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = 1;
        while (k * 2 < leaves.size()) {
            k *= 2;
        }
        return Merkle.node(naive(leaves.subList(0, k)), naive(leaves.subList(k, leaves.size())));
    }

    private static List<Hash32> leaves(int count) {
        List<Hash32> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(Merkle.leaf(("entry " + i).getBytes(UTF_8)));
        }
        return leaves;
    }

    private static SubtreeHashes of(List<Hash32> leaves) {
        return (level, index) -> naive(leaves.subList((int) (index << level), (int) ((index + 1) << level)));
    }

    /** Tiles of a tree, as a log would have written them in steps. */
    static Map<String, byte[]> tiles(List<Hash32> leaves, int... steps) {
        Map<String, byte[]> tiles = new HashMap<>();
        long old = 0;
        for (int size : steps) {
            for (Tile tile : Tile.added(old, size)) {
                if (tile.level() == Tile.ENTRIES) {
                    continue;
                }
                byte[] bytes = new byte[tile.width() * Hash32.BYTES];
                for (int i = 0; i < tile.width(); i++) {
                    int span = 1 << (Tile.HEIGHT * tile.level());
                    int first = (int) (tile.index() * Tile.WIDTH + i) * span;
                    naive(leaves.subList(first, first + span)).copyTo(bytes, i * Hash32.BYTES);
                }
                tiles.put(tile.path(), bytes);
            }
            old = size;
        }
        return tiles;
    }

    @Test
    void the_hashes_are_those_of_rfc_6962() {
        assertThat(Merkle.EMPTY_ROOT.hex())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(Merkle.leaf(new byte[0]).hex())
                .isEqualTo("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    @Test
    void a_frontier_has_the_root_of_every_size() {
        List<Hash32> leaves = leaves(SIZES);
        Frontier frontier = new Frontier();
        for (int size = 0; size <= SIZES; size++) {
            assertThat(frontier.size()).isEqualTo(size);
            assertThat(frontier.root()).as("size %d", size).isEqualTo(naive(leaves.subList(0, size)));
            assertThat(Proofs.root(size, of(leaves))).isEqualTo(frontier.root());
            assertThat(Frontier.of(size, of(leaves)).root()).isEqualTo(frontier.root());
            if (size < SIZES) {
                frontier.add(leaves.get(size));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 33, 64, 65})
    void every_inclusion_is_proved_and_no_other(int size) {
        List<Hash32> leaves = leaves(size);
        Hash32 root = naive(leaves);
        for (int index = 0; index < size; index++) {
            List<Hash32> proof = Proofs.inclusion(index, size, of(leaves));
            Hash32 leaf = leaves.get(index);
            Proofs.checkInclusion(index, size, leaf, proof, root);
            int at = index;
            assertThatThrownBy(() -> Proofs.checkInclusion(at, size, Merkle.leaf(new byte[9]), proof, root))
                    .isInstanceOf(LogException.class);
            for (int other = 0; other < size; other++) {
                int wrong = other;
                if (wrong != index) {
                    assertThatThrownBy(() -> Proofs.checkInclusion(wrong, size, leaf, proof, root))
                            .as("index %d for %d of %d", wrong, index, size)
                            .isInstanceOf(LogException.class);
                }
            }
        }
    }

    @Test
    void every_consistency_is_proved_and_no_other() {
        List<Hash32> leaves = leaves(70);
        for (int size = 0; size <= 70; size++) {
            Hash32 root = naive(leaves.subList(0, size));
            for (int old = 0; old <= size; old++) {
                Hash32 oldRoot = naive(leaves.subList(0, old));
                List<Hash32> proof = Proofs.consistency(old, size, of(leaves));
                Proofs.checkConsistency(old, size, oldRoot, root, proof);
                int from = old;
                int to = size;
                assertThatThrownBy(() -> Proofs.checkConsistency(from, to, Merkle.leaf(new byte[1]), root, proof))
                        .isInstanceOf(LogException.class);
                List<Hash32> longer = new ArrayList<>(proof);
                longer.add(root);
                assertThatThrownBy(() -> Proofs.checkConsistency(from, to, oldRoot, root, longer))
                        .isInstanceOf(LogException.class);
                if (old > 0 && old < size) {
                    assertThatThrownBy(() -> Proofs.checkConsistency(from, to, oldRoot, Merkle.EMPTY_ROOT, proof))
                            .isInstanceOf(LogException.class);
                    assertThatThrownBy(() -> Proofs.checkConsistency(
                                    from, to, oldRoot, root, proof.subList(0, proof.size() - 1)))
                            .isInstanceOf(LogException.class);
                }
            }
        }
    }

    @Test
    void a_proof_tells_the_earlier_root_and_no_other() {
        List<Hash32> leaves = leaves(70);
        for (int size = 2; size <= 70; size++) {
            Hash32 root = naive(leaves.subList(0, size));
            for (int old = 1; old < size; old++) {
                Hash32 oldRoot = naive(leaves.subList(0, old));
                List<Hash32> proof = new ArrayList<>(Proofs.consistency(old, size, of(leaves)));
                if (Integer.bitCount(old) == 1) {
                    proof.addFirst(oldRoot);
                }
                assertThat(Proofs.earlierRoot(old, size, root, proof)).isEqualTo(oldRoot);
                int from = old;
                int to = size;
                for (int i = 0; i < proof.size(); i++) {
                    List<Hash32> wrong = new ArrayList<>(proof);
                    wrong.set(i, Merkle.leaf(new byte[1]));
                    assertThatThrownBy(() -> Proofs.earlierRoot(from, to, root, wrong))
                            .isInstanceOf(LogException.class);
                }
                List<Hash32> shorter = proof.subList(0, proof.size() - 1);
                assertThatThrownBy(() -> Proofs.earlierRoot(from, to, root, shorter))
                        .isInstanceOf(LogException.class);
            }
        }
    }

    @Test
    void tiles_written_in_steps_prove_what_the_tree_proves() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Hash32> leaves = leaves(1000);
        for (int round = 0; round < 20; round++) {
            int first = 1 + random.nextInt(999);
            int size = first + random.nextInt(1000 - first) + 1;
            Map<String, byte[]> tiles = tiles(leaves, first, size);
            SubtreeHashes hashes = new TileHashes(size, tile -> tiles.get(tile.path()));
            Hash32 root = naive(leaves.subList(0, size));
            int index = random.nextInt(size);
            String where = "seed " + seed + ": " + first + " to " + size + ", entry " + index;
            assertThat(Proofs.root(size, hashes)).as(where).isEqualTo(root);
            assertThat(Proofs.inclusion(index, size, hashes))
                    .as(where)
                    .isEqualTo(Proofs.inclusion(index, size, of(leaves)));
            assertThat(Proofs.consistency(first, size, hashes))
                    .as(where)
                    .isEqualTo(Proofs.consistency(first, size, of(leaves)));
        }
    }
}
