package dev.carnet.proto.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CvTreeTest {

    @Test
    void agreesWithTheDefinitionAtEveryCount() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CvTree tree = new CvTree();
        List<Hash32> cvs = new ArrayList<>();
        for (int count = 1; count <= 300; count++) {
            Hash32 cv = new Hash32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
            cvs.add(cv);
            tree.add(cv);
            assertThat(tree.count()).isEqualTo(count);
            if (count >= 2) {
                Hash32 expected = ReferenceBlake3.rootOfCvs(cvs.toArray(Hash32[]::new));
                // root() leaves the tree as it was: it is asked at each count of the same tree.
                assertThat(tree.root()).as("seed %s, %s CVs", seed, count).isEqualTo(expected);
                assertThat(CvTree.root(cvs)).isEqualTo(expected);
            }
        }
    }

    @Test
    void hasNoRootOfFewerThanTwo() {
        CvTree tree = new CvTree();
        assertThatThrownBy(tree::root).isInstanceOf(IllegalStateException.class).hasMessageContaining("not 0");
        tree.add(new byte[32]);
        assertThatThrownBy(tree::root).isInstanceOf(IllegalStateException.class).hasMessageContaining("not 1");
        assertThatThrownBy(() -> CvTree.root(List.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesACvOfAnotherLength() {
        CvTree tree = new CvTree();
        assertThatThrownBy(() -> tree.add(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tree.add(new byte[33])).isInstanceOf(IllegalArgumentException.class);
        assertThat(tree.count()).isZero();
    }
}
