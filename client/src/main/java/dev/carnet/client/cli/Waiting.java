package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Transfer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Follows a transfer to its end. A daemon that restarts meanwhile is waited for: the transfer survives it. */
final class Waiting {
    /** A small push is over in milliseconds: ask soon, then less and less often. */
    private static final Duration FIRST = Duration.ofMillis(20);

    private static final Duration LAST = Duration.ofMillis(500);

    /** How long the daemon may be away. */
    private static final Duration AWAY_MAX = Duration.ofMinutes(2);

    private final Env env;
    private final CarnetClient client;
    private final Progress progress;

    Waiting(Env env, CarnetClient client, Progress progress) {
        this.env = env;
        this.client = client;
        this.progress = progress;
    }

    /**
     * @return the finished transfer
     * @throws ApiException where the daemon stays away, or forgot the transfer
     */
    Transfer untilFinished(Transfer begun) {
        Transfer transfer = begun;
        Duration pause = FIRST;
        while (true) {
            progress.show(transfer);
            if (transfer.finished()) {
                progress.end();
                return transfer;
            }
            sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LAST) < 0 ? pause.multipliedBy(2) : LAST;
            transfer = again(transfer);
        }
    }

    private Transfer again(Transfer transfer) {
        long since = env.nanoTime().getAsLong();
        while (true) {
            try {
                return client.transfer(transfer.id());
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
