package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Job;
import dev.carnet.client.Transfer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Follows a transfer or a job to its end. A daemon that restarts meanwhile is waited for: a transfer survives it. */
final class Waiting<T> {
    /** A small push is over in milliseconds: ask soon, then less and less often. */
    private static final Duration FIRST = Duration.ofMillis(20);

    private static final Duration LAST = Duration.ofMillis(500);

    /** How long the daemon may be away. */
    private static final Duration AWAY_MAX = Duration.ofMinutes(2);

    private final Env env;
    private final Progress progress;
    private final UnaryOperator<T> ask;
    private final Predicate<T> finished;
    private final Consumer<T> show;

    private Waiting(Env env, Progress progress, UnaryOperator<T> ask, Predicate<T> finished, Consumer<T> show) {
        this.env = env;
        this.progress = progress;
        this.ask = ask;
        this.finished = finished;
        this.show = show;
    }

    static Waiting<Transfer> forTransfers(Env env, CarnetClient client, Progress progress) {
        return new Waiting<>(env, progress, last -> client.transfer(last.id()), Transfer::finished, progress::show);
    }

    static Waiting<Job> forJobs(Env env, CarnetClient client, Progress progress) {
        return new Waiting<>(env, progress, client::again, Job::finished, progress::show);
    }

    /**
     * @return as it ended
     * @throws ApiException where the daemon stays away, or forgot it
     */
    T untilFinished(T begun) {
        T last = begun;
        Duration pause = FIRST;
        while (true) {
            show.accept(last);
            if (finished.test(last)) {
                progress.end();
                return last;
            }
            sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LAST) < 0 ? pause.multipliedBy(2) : LAST;
            last = again(last);
        }
    }

    private T again(T last) {
        long since = env.nanoTime().getAsLong();
        while (true) {
            try {
                return ask.apply(last);
            } catch (ApiException e) {
                boolean away = switch (e.code()) {
                    case ApiException.UNREACHABLE, ApiException.TIMEOUT, "SHUTTING_DOWN", "BUSY" -> true;
                    default -> false;
                };
                if (!away || env.nanoTime().getAsLong() - since > AWAY_MAX.toNanos()) {
                    progress.end();
                    throw e;
                }
                progress.away();
            }
            sleep(LAST);
        }
    }

    private void sleep(Duration pause) {
        try {
            env.pause().of(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            progress.end();
            throw new ApiException(
                    ApiException.TIMEOUT,
                    0,
                    "interrupted after " + TimeUnit.MILLISECONDS.toSeconds(pause.toMillis()) + " s",
                    e);
        }
    }
}
