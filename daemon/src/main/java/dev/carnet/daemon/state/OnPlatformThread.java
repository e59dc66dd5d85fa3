package dev.carnet.daemon.state;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a call on a platform thread of its own and waits for it: it costs some 50 microseconds, a durable commit several times that. */
final class OnPlatformThread {
    private OnPlatformThread() {}

    static <T extends @Nullable Object> T call(Supplier<T> work) {
        var task = new FutureTask<T>(work::get);
        Thread.ofPlatform().name("state-write").daemon().start(task);
        var interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true; // the commit cannot be taken back: wait for its outcome
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException(cause);
        };
    }
}
