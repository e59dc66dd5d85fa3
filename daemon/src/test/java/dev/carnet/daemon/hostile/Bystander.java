package dev.carnet.daemon.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.Transfer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An honest peer beside the hostile ones: it pushes one checkpoint after the other, and none of them may be disturbed. */
final class Bystander {
    private static final long BYTES_PER_SECOND = 4 << 20;

    private final Besieged site;
    private final CompletableFuture<Integer> pushes;
    private volatile boolean enough;

    Bystander(Besieged site) {
        this.site = site;
        this.pushes = CompletableFuture.supplyAsync(this::push);
    }

    private int push() {
        int count = 0;
        while (!enough) {
            Transfer ended = site.honestPush("h" + count++, BYTES_PER_SECOND);
            assertThat(ended.state()).as(ended.toString()).isEqualTo("CLOSED");
            assertThat(ended.attempt()).as(ended.toString()).isEqualTo(1);
            assertThat(ended.json().number("resentBytes")).as(ended.toString()).isZero();
        }
        return count;
    }

    /** Fails where one was disturbed; gives how many were pushed. */
    int end() throws InterruptedException, ExecutionException {
        enough = true;
        return pushes.get();
    }
}
