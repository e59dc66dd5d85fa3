package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.wire.ChunkHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SendQueueTest {
    private static final long CHUNK = ChunkHeader.CHUNK_BYTES;
    private final long[] sizes = {3 * CHUNK + 5, 0, CHUNK, 40 * CHUNK};
    private final Set<String> recorded = new HashSet<>();
    private final List<Integer> batches = new ArrayList<>();

    private SendQueue queue(Set<String> done, Set<String> before) {
        return new SendQueue(
                new int[] {3, 0, 2},
                new SendQueue.Source() {
                    @Override
                    public long size(int member) {
                        return sizes[member];
                    }

                    @Override
                    public boolean wanted(int member, int chunk) {
                        return !done.contains(member + "/" + chunk);
                    }
                },
                () -> 16 * CHUNK,
                batch -> {
                    batches.add(batch.size());
                    List<Boolean> again = new ArrayList<>();
                    for (SendQueue.Task task : batch) {
                        String name = task.member() + "/" + task.chunk();
                        again.add(before.contains(name));
                        recorded.add(name);
                    }
                    return again;
                });
    }

    @Test
    void gives_every_wanted_chunk_once_in_the_order_given() {
        SendQueue queue = queue(Set.of("3/1", "0/0"), Set.of("3/2"));
        List<String> got = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        for (SendQueue.Task task = queue.next(); task != null; task = queue.next()) {
            String name = task.member() + "/" + task.chunk();
            assertThat(recorded).as("on record before it is given out").contains(name);
            assertThat(task.again()).isEqualTo(name.equals("3/2"));
            got.add(name);
            lengths.add(task.length());
        }
        assertThat(got).hasSize(39 + 3 + 1).doesNotHaveDuplicates().doesNotContain("3/1", "0/0");
        assertThat(got.getFirst()).isEqualTo("3/0");
        assertThat(got.getLast()).isEqualTo("2/0");
        assertThat(lengths.get(got.indexOf("0/3"))).isEqualTo(5);
        assertThat(queue.next()).isNull();
    }

    @Test
    void puts_no_more_on_record_than_a_batch() {
        SendQueue queue = queue(Set.of(), Set.of());
        assertThat(queue.next()).isNotNull();
        assertThat(recorded).hasSize(16); // 64 MiB
        assertThat(batches).containsExactly(16);
    }
}
