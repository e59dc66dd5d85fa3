package dev.carnet.client.demo;

import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.VerifyText;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Looks at one transfer again and again until something is the case. Waits as long as it gets on, and five minutes more. */
final class PushWatch {

    private static final long POLL_MS = 50;
    private static final long STANDSTILL_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);

    private final DaemonCalls daemon;
    private final String transfer;
    private final long bytes;
    private final Alive alive;
    private final Narrator narrator;
    private final LongSupplier nanoTime;

    /** Throws where a daemon that should run does not. */
    @FunctionalInterface
    interface Alive {
        void check() throws DemoException, IOException;
    }

    PushWatch(DaemonCalls daemon, String transfer, long bytes, Alive alive, Narrator narrator, LongSupplier nanoTime) {
        this.daemon = daemon;
        this.transfer = transfer;
        this.bytes = bytes;
        this.alive = alive;
        this.narrator = narrator;
        this.nanoTime = nanoTime;
    }

    /**
     * Waits, and shows how far the transfer is.
     *
     * @return the first state that {@code reached} takes
     * @throws DemoException if the transfer fails, or does not get on for five minutes
     */
    TransferState until(Predicate<TransferState> reached) throws DemoException, IOException, InterruptedException {
        Latest latest = new Latest();
        try (ProgressLine _ = narrator.live(latest::text)) {
            Optional<TransferState> before = Optional.empty();
            long changed = nanoTime.getAsLong();
            while (true) {
                alive.check();
                Optional<TransferState> now = daemon.transfer(transfer);
                latest.state = now;
                if (now.isPresent() && now.get().finished() && !now.get().ok()) {
                    throw failed(now.get());
                }
                if (now.isPresent() && reached.test(now.get())) {
                    return now.get();
                }
                if (getsOn(before, now)) {
                    before = now;
                    changed = nanoTime.getAsLong();
                } else if (nanoTime.getAsLong() - changed > STANDSTILL_NANOS_MAX) {
                    throw standsStill(now);
                }
                Thread.sleep(POLL_MS);
            }
        }
    }

    /** What is waited for, and which attempt it is, may change for ever without anything being done. */
    private static boolean getsOn(Optional<TransferState> before, Optional<TransferState> now) {
        return !now.map(TransferState::state).equals(before.map(TransferState::state))
                || !now.map(TransferState::bytesHeld).equals(before.map(TransferState::bytesHeld));
    }

    private static DemoException failed(TransferState state) {
        String error = state.error().orElse("");
        return new DemoException(
                DemoException.Kind.of(error.substring(0, Math.max(0, error.indexOf(':')))),
                "the transfer ended in " + state.state() + ": " + state.error().orElse("the daemon says no more"));
    }

    private DemoException standsStill(Optional<TransferState> state) {
        String why = state.map(known -> "it is in " + known.state()
                        + known.waitingFor()
                                .map(what -> ", waits for: " + what)
                                .orElse(", and says not what it waits for"))
                .orElse("the daemon does not answer");
        return new DemoException(
                DemoException.Kind.UNREACHABLE,
                "transfer " + transfer + " has not moved for " + TimeUnit.NANOSECONDS.toSeconds(STANDSTILL_NANOS_MAX)
                        + " s: " + why);
    }

    private final class Latest {
        private volatile Optional<TransferState> state = Optional.empty();

        private String text() {
            return state.map(known -> VerifyText.bytes(known.bytesHeld()) + " of " + VerifyText.bytes(bytes) + " held, "
                            + known.state()
                            + known.waitingFor()
                                    .map(what -> ", waiting for " + what)
                                    .orElse(""))
                    .orElse("no answer");
        }
    }
}
