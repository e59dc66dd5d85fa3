package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.wire.ChunkHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChunkPoolTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final ChunkPool pool = ChunkPools.create(2L * ChunkHeader.CHUNK_BYTES + 17);

    private PooledChunk take() {
        return pool.acquire(LONG).orElseThrow();
    }

    @Test
    void there_are_as_many_as_fit() {
        assertThat(pool.capacity()).isEqualTo(2);
        assertThat(pool.inUse()).isZero();
        PooledChunk one = take();
        take();
        assertThat(pool.inUse()).isEqualTo(2);
        assertThat(pool.acquire(SOON)).isEmpty();
        assertThat(pool.acquire(Duration.ZERO)).isEmpty();
        one.release();
        assertThat(pool.inUse()).isEqualTo(1);
        assertThatThrownBy(() -> ChunkPools.create(ChunkHeader.CHUNK_BYTES - 1L))
                .hasMessageContaining("cannot hold one chunk");
    }

    @Test
    void a_second_release_is_a_bug_that_shows() {
        PooledChunk one = take();
        one.release();
        PooledChunk again = take();
        assertThatThrownBy(one::release).isInstanceOf(IllegalStateException.class);
        assertThat(pool.inUse()).isEqualTo(1);
        again.release();
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void the_last_released_is_the_first_reused() {
        PooledChunk one = take();
        PooledChunk other = take();
        long last = one.segment().address();
        other.release();
        one.release();
        assertThat(take().segment().address()).isEqualTo(last);
    }

    @Test
    void a_chunk_is_four_mebibytes_and_views_share_it() {
        PooledChunk chunk = take();
        assertThat(chunk.segment().byteSize()).isEqualTo(ChunkHeader.CHUNK_BYTES);
        chunk.buffer(5, 10).put((byte) 42);
        assertThat(chunk.buffer(0, 6).get(5)).isEqualTo((byte) 42);
        assertThat(chunk.buffer(5, 10).remaining()).isEqualTo(5);
    }

    @Test
    void who_came_first_is_served_first() throws Exception {
        PooledChunk one = take();
        PooledChunk other = take();
        List<Integer> order = new ArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            CompletableFuture<Void> done = new CompletableFuture<>();
            waiting.add(done);
            Thread thread = Thread.ofPlatform().start(() -> {
                PooledChunk mine = take();
                synchronized (order) {
                    order.add(number);
                }
                mine.release();
                done.complete(null);
            });
            Site.until(
                    () -> thread.getState() == Thread.State.TIMED_WAITING,
                    () -> thread.getState().name());
        }
        one.release();
        CompletableFuture.allOf(waiting.toArray(new CompletableFuture<?>[0])).get(5, TimeUnit.SECONDS);
        assertThat(order).containsExactly(0, 1, 2, 3);
        other.release();
    }

    @Test
    void a_callback_runs_once_on_the_release() {
        PooledChunk one = take();
        PooledChunk other = take();
        AtomicInteger calls = new AtomicInteger();
        assertThat(pool.tryAcquire(calls::incrementAndGet)).isEmpty();
        assertThat(calls).hasValue(0);
        one.release();
        assertThat(calls).hasValue(1);
        other.release();
        assertThat(calls).hasValue(1);
        assertThat(pool.tryAcquire(calls::incrementAndGet)).isPresent();
    }

    @Test
    void nobody_is_forgotten_among_threads_and_callbacks() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AtomicInteger served = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            long own = random.nextLong();
            threads.add(Thread.ofPlatform().start(() -> {
                Random mine = new Random(own);
                for (int turn = 0; turn < 2_000; turn++) {
                    if (mine.nextBoolean()) {
                        pool.acquire(LONG).orElseThrow().release();
                    } else {
                        byCallback().join().release();
                    }
                    served.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        assertThat(served).as("seed " + seed).hasValue(12_000);
        assertThat(pool.inUse()).isZero();
    }

    private CompletableFuture<PooledChunk> byCallback() {
        CompletableFuture<PooledChunk> got = new CompletableFuture<>();
        retry(got);
        return got;
    }

    private void retry(CompletableFuture<PooledChunk> got) {
        pool.tryAcquire(() -> retry(got)).ifPresent(got::complete);
    }
}
