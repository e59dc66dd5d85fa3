package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.wire.v1.Held;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeldSetTest {
    @Test
    void a_file_is_complete_with_its_last_chunk() {
        HeldSet held = new HeldSet();
        assertThat(held.add(7, 0, 3)).isFalse();
        assertThat(held.add(7, 2, 3)).isFalse();
        assertThat(held.complete(7)).isFalse();
        assertThat(held.count(7, 3)).isEqualTo(2);
        assertThat(held.add(7, 1, 3)).isTrue();
        assertThat(held.complete(7)).isTrue();
        assertThat(held.has(7, 2)).isTrue();
        assertThat(held.add(7, 1, 3)).as("once only").isFalse();
    }

    @Test
    void pages_carry_everything_and_keep_their_limit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        HeldSet held = new HeldSet();
        Set<Long> expected = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            int member = random.nextInt(200);
            int chunk = random.nextInt(40);
            held.add(member, chunk, 40);
            expected.add((long) member << 32 | chunk);
        }
        int limit = 1 + random.nextInt(50);
        List<Held.Builder> pages = held.pages(limit);
        HeldSet read = new HeldSet();
        for (Held.Builder page : pages) {
            assertThat(page.getCompleteCount() + page.getChunksCount())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(limit);
            page.getCompleteList().forEach(range -> read.addFiles(range.getFirst(), range.getLast()));
            page.getChunksList().forEach(range -> read.addChunks(range.getFile(), range.getFirst(), range.getLast()));
        }
        for (int member = 0; member < 200; member++) {
            for (int chunk = 0; chunk < 40; chunk++) {
                assertThat(read.has(member, chunk))
                        .as("seed %d, member %d, chunk %d", seed, member, chunk)
                        .isEqualTo(expected.contains((long) member << 32 | chunk));
            }
        }
    }

    @Test
    void nothing_held_is_one_empty_page() {
        assertThat(new HeldSet().pages(5)).hasSize(1);
    }
}
