package dev.carnet.daemon.transport;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the patience with a frame that holds a buffer: no byte for a while, or too long in all. One timer per stream at most, however many frames come: it looks
 * when it fires, and goes on where there is time left. On the stream's event loop.
 */
final class FrameDeadline {
    private final EventLoop loop;
    private final Duration stall;
    private final Duration whole;
    private final Consumer<String> late;

    private @Nullable ScheduledFuture<?> timer;
    private boolean watching;
    private long begunNanos;
    private long heardNanos;

    /** @param late told what took too long */
    FrameDeadline(EventLoop loop, Timeouts timeouts, Consumer<String> late) {
        this.loop = loop;
        this.stall = timeouts.stall();
        this.whole = timeouts.frame();
        this.late = late;
    }

    void begin() {
        watching = true;
        begunNanos = System.nanoTime();
        heardNanos = begunNanos;
        if (timer == null) {
            arm(Math.min(stall.toNanos(), whole.toNanos()));
        }
    }

    void heard() {
        heardNanos = System.nanoTime();
    }

    /** The frame is whole. */
    void end() {
        watching = false;
    }

    void close() {
        watching = false;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void arm(long nanos) {
        timer = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        timer = null;
        if (!watching) {
            return;
        }
        long now = System.nanoTime();
        long stallLeft = stall.toNanos() - (now - heardNanos);
        long wholeLeft = whole.toNanos() - (now - begunNanos);
        if (stallLeft <= 0) {
            late.accept("no byte of a half frame came for " + stall.toMillis() + " ms");
        } else if (wholeLeft <= 0) {
            late.accept("a frame was not whole after " + whole.toMillis() + " ms");
        } else {
            arm(Math.min(stallLeft, wholeLeft));
        }
    }
}
