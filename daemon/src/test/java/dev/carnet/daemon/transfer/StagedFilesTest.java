package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.state.InMemoryStore;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.StagedFile;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No written file loses its descriptor before a force has covered it: a kill cannot show this, only the order of calls can. */
class StagedFilesTest {
    private static final MemorySegment BYTES = MemorySegment.ofArray(new byte[5]);

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger forced = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile boolean fails;
    private StagedFiles files;

    @BeforeEach
    void begin() {
        InMemoryStore store = new InMemoryStore();
        Members members = new Members(store, new Key("00".repeat(16), Role.DESTINATION));
        store.update(tx -> {
            for (int i = 0; i < 100; i++) {
                members.put(
                        tx,
                        i,
                        MemberRow.newBuilder().setPath("f" + i).setSize(5).build());
            }
        });
        Staging staging = (Staging) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Staging.class}, (proxy, method, args) -> {
                    opened.incrementAndGet();
                    return file();
                });
        files = new StagedFiles(staging, members);
    }

    private StagedFile file() {
        return new StagedFile() {
            @Override
            public void size(long bytes) {}

            @Override
            public void write(MemorySegment source, long offset, int length) {}

            @Override
            public void force() {
                forced.incrementAndGet();
                if (fails) {
                    throw new VolumeException(VolumeException.Kind.IO, "the disk says no");
                }
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private void write(int member) {
        StagedFiles.Entry entry = files.pin(member, 100);
        files.write(entry, BYTES, 0, 5);
        files.unpin(entry);
    }

    @Test
    void a_pinned_file_survives_the_end_of_another_flush() {
        StagedFiles.Entry entry = files.pin(0, 100); // a worker, before it decodes and hashes
        files.closeIdle(Set.of()); // the end of another batch's flush
        files.write(entry, BYTES, 0, 5);
        files.unpin(entry);
        assertThat(files.force(Set.of(0), Runnable::run).failure()).isEmpty();
        assertThat(forced).hasValue(1);
        files.close();
        assertThat(closed).hasValue(opened.get());
    }

    @Test
    void what_the_next_batch_holds_is_not_closed() {
        for (int i = 0; i < 60; i++) {
            write(i);
        }
        assertThat(files.force(Set.of(0, 1, 2), Runnable::run).failure()).isEmpty();
        files.closeIdle(Set.of(2)); // 2 was written again in between, and its force comes with the next batch
        assertThat(files.force(Set.of(2), Runnable::run).failure()).isEmpty();
        assertThat(forced).hasValue(4);
    }

    @Test
    void few_descriptors_stay_open_after_a_force() {
        for (int i = 0; i < 60; i++) {
            write(i);
        }
        Set<Integer> all = java.util.stream.IntStream.range(0, 60).boxed().collect(java.util.stream.Collectors.toSet());
        assertThat(files.force(all, Runnable::run).failure()).isEmpty();
        files.closeIdle(Set.of());
        assertThat(opened.get() - closed.get()).isBetween(1, 16);
        files.close();
        assertThat(closed).hasValue(opened.get());
    }

    @Test
    void a_force_that_fails_names_its_files() {
        write(3);
        fails = true;
        StagedFiles.Forced result = files.force(Set.of(3), Runnable::run);
        assertThat(result.failed()).containsExactly(3);
        assertThat(result.failure()).isPresent();
    }
}
