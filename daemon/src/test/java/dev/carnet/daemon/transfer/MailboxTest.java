package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailboxTest {
    @Test
    void runs_tasks_in_order_and_one_at_a_time() throws Exception {
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            Mailbox mailbox = new Mailbox(pool, e -> {});
            List<Integer> seen = new ArrayList<>(); // not safe for threads: that is the point
            AtomicInteger inside = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(2_000);
            for (int i = 0; i < 2_000; i++) {
                int number = i;
                mailbox.post(() -> {
                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                    seen.add(number);
                    inside.decrementAndGet();
                    done.countDown();
                });
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(seen).isEqualTo(IntStream.range(0, 2_000).boxed().toList());
        }
    }

    @Test
    void goes_on_after_a_failure_and_reports_it() throws Exception {
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            Mailbox mailbox = new Mailbox(pool, failures::add);
            CountDownLatch done = new CountDownLatch(1);
            mailbox.post(() -> {
                throw new IllegalStateException("first");
            });
            mailbox.post(done::countDown);
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failures).singleElement().satisfies(e -> assertThat(e).hasMessage("first"));
        }
    }
}
