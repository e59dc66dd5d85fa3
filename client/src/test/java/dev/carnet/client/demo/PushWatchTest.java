package dev.carnet.client.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.verify.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PushWatchTest {

    private final Deque<Optional<TransferState>> states = new ArrayDeque<>();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void waitsUntilItIsSo() throws Exception {
        states.addAll(List.of(Optional.empty(), open(10), open(60), open(90)));
        assertThat(watch(() -> {}).until(state -> state.bytesHeld() >= 50).bytesHeld())
                .isEqualTo(60);
    }

    @Test
    void aTransferThatFailsIsAnError() {
        states.add(Optional.of(new TransferState(
                "ABORTED",
                true,
                false,
                1,
                0,
                Optional.empty(),
                Optional.of("POLICY: no"),
                Optional.empty(),
                Optional.empty())));
        assertThatThrownBy(() -> watch(() -> {}).until(state -> true))
                .isInstanceOf(DemoException.class)
                .hasMessage("the transfer ended in ABORTED: POLICY: no");
    }

    @Test
    void waitsNoLongerThanItGetsOn() {
        states.addAll(List.of(open(1), open(2)));
        assertThatThrownBy(() -> watch(() -> clock.addAndGet(TimeUnit.SECONDS.toNanos(60)))
                        .until(TransferState::finished))
                .hasMessageContaining("has not moved for 300 s: it is in OPEN, waits for: the peer");
        assertThat(clock.get())
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(360))
                .isLessThan(TimeUnit.SECONDS.toNanos(600));
    }

    @Test
    void aDaemonThatEndsIsAnError() {
        states.add(open(1));
        assertThatThrownBy(() -> watch(() -> {
                            throw new DemoException(DemoException.Kind.UNREACHABLE, "gone");
                        })
                        .until(TransferState::finished))
                .hasMessage("gone");
    }

    private PushWatch watch(PushWatch.Alive alive) {
        DaemonCalls daemon = new DaemonCalls() {
            @Override
            public boolean answers() {
                return true;
            }

            @Override
            public String push(String source, String peer, String volume, String name, long bytesPerSecondMax) {
                throw new AssertionError();
            }

            @Override
            public Optional<TransferState> transfer(String id) {
                return states.size() > 1 ? states.poll() : states.element();
            }
        };
        PrintWriter out = new PrintWriter(new StringWriter());
        Narrator narrator = new Narrator(out, new Screen(out, false, 80), clock::get);
        return new PushWatch(daemon, "id", 100, alive, narrator, clock::get);
    }

    private static Optional<TransferState> open(long held) {
        return Optional.of(new TransferState(
                "OPEN",
                false,
                false,
                1,
                held,
                Optional.of("the peer"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }
}
