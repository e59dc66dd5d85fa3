package dev.carnet.client.audit;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as it comes, which ends where nothing comes for a while, or so little that it would never end: the JDK's own stream waits for ever. At most one portion is in memory. What the reader takes
 * its time for does not count.
 */
final class TimedBody extends InputStream implements BodySubscriber<InputStream> {
    /** The least that has to come in a second of waiting, beside a silence or two. */
    private static final long RATE_MIN = 4_096;

    private final Duration idle;

    /** How long may still be waited: at most two silences, less what was waited, more for what came. */
    private long leftNanos;

    private final LinkedBlockingQueue<Portion> portions = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private Portion now = new Portion(List.of(), false, null);

    /** What came; or that it is over, well or not. */
    private record Portion(
            List<ByteBuffer> bytes, boolean last, @Nullable Throwable failure) {}

    TimedBody(Duration idle) {
        this.idle = idle;
        this.leftNanos = 2 * idle.toNanos();
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription made) {
        subscription.complete(made);
        made.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        portions.add(new Portion(bytes, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        portions.add(new Portion(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        portions.add(new Portion(List.of(), true, null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (true) {
            for (ByteBuffer bytes : now.bytes()) {
                if (bytes.hasRemaining()) {
                    int count = Math.min(length, bytes.remaining());
                    bytes.get(into, offset, count);
                    return count;
                }
            }
            if (now.last()) {
                if (now.failure() != null) {
                    throw new IOException("the answer broke off: " + reason(now.failure()), now.failure());
                }
                return -1;
            }
            if (!now.bytes().isEmpty()) {
                subscription.join().request(1);
            }
            now = next();
        }
    }

    /** What went wrong, in words: the JDK has exceptions without any. */
    static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private Portion next() throws IOException {
        try {
            long began = System.nanoTime();
            Portion next = portions.poll(Math.min(leftNanos, idle.toNanos()), TimeUnit.NANOSECONDS);
            if (next == null) {
                close();
                throw new HttpTimeoutException(
                        leftNanos < idle.toNanos()
                                ? "less than " + RATE_MIN + " bytes came in a second"
                                : "nothing more came for " + idle.toSeconds() + " s");
            }
            leftNanos -= System.nanoTime() - began;
            for (ByteBuffer bytes : next.bytes()) {
                leftNanos += bytes.remaining() * TimeUnit.SECONDS.toNanos(1) / RATE_MIN;
            }
            leftNanos = Math.min(leftNanos, 2 * idle.toNanos());
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() {
        var _ = subscription.thenAccept(Flow.Subscription::cancel);
    }
}
