package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlushWindowTest {
    @Test
    void takes_up_to_its_size_and_waits_for_the_rest() throws Exception {
        FlushWindow window = new FlushWindow(100, 1_000);
        assertThat(window.batch()).isEqualTo(12);
        assertThat(window.take(60)).isTrue();
        assertThat(window.take(28)).isTrue();
        CompletableFuture<Boolean> third = CompletableFuture.supplyAsync(() -> window.take(1));
        assertThat(third.isDone()).isFalse();
        window.give(60);
        assertThat(third.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(window.used()).isEqualTo(29);
    }

    @Test
    void follows_the_rate_within_its_bounds() {
        FlushWindow window = new FlushWindow(100, 1_000);
        window.rate(1e12);
        assertThat(window.take(100)).isTrue();
        assertThat(window.take(775)).isTrue();
        window.give(875);
        window.rate(1);
        assertThat(window.take(100)).isTrue();
        CompletableFuture<Boolean> more = CompletableFuture.supplyAsync(() -> window.take(1));
        window.close();
        assertThat(more.join()).isFalse();
    }

    @Test
    void closing_refuses_everybody() {
        FlushWindow window = new FlushWindow(100, 1_000);
        window.close();
        assertThat(window.take(1)).isFalse();
    }
}
