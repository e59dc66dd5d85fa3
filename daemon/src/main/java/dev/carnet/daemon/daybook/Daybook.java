package dev.carnet.daemon.daybook;

import dev.carnet.daemon.daybook.RefusalRows.Stored;
import dev.carnet.daemon.daybook.rows.RefusalRow;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps on record what is no transfer: starts, refusals (SPEC section 11, counted by the minute, so that nobody can fill a ledger by being refused), and which policy and trust
 * are in force.
 *
 * <p>A refusal is counted in memory at once, in the state database within a second, and becomes part of an entry when its minute is over, at a clean stop, or at the next
 * start. Of one peer or principal a UTC day has {@value #ENTRIES_OF_DAY_MAX} entries at most; the last one is made when the day is over and has all that is beyond.
 * All peers that are not configured share one such number, and so do all local callers that are no principal; what is beyond it is counted in the log alone, since an entry
 * names one.
 */
public final class Daybook implements RefusalSink, AutoCloseable {
    static final int ENTRIES_OF_DAY_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Daybook.class);
    private static final long TICK_MS = 1_000;

    /** Entries at a time: transfers want the ledger, too. */
    private static final int BATCH_MAX = 50;

    private static final int BATCHES_AT_STOP_MAX = 40;
    private static final long STOP_SECONDS = 5;

    /** Another connection, or a daemon that stops: nothing was refused. */
    private static final Set<Code> NO_REFUSALS =
            EnumSet.of(Code.CODE_UNSPECIFIED, Code.UNRECOGNIZED, Code.TIMEOUT, Code.SHUTTING_DOWN, Code.REPLACED);

    /** A path of this machine: may name a person, and is nobody else's business. */
    private static final Pattern PATH = Pattern.compile("(?<![\\w:/.])/[^\\s,;:'\"]+");

    private final Ledger ledger;
    private final Clock clock;
    private final Surroundings daemon;
    private final int entriesOfDayMax;
    private final Consumer<Throwable> onFatal;
    private final Counts counts = new Counts();
    private final RefusalRows rows;
    private final Changes changes;
    private final Starts starts;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("daybook").factory());
    private @Nullable InForce wanted; // and not on record yet
    private boolean started;
    private boolean stood; // what was counted before this start has been recorded
    private long forgottenBefore;
    private long complainedMs;
    private long dropped;

    /** What is in force, as texts. */
    private record InForce(String policy, String trust) {}

    /** @param onFatal must end the process: the record cannot be trusted or written any more */
    public Daybook(Store store, Ledger ledger, Clock clock, Surroundings daemon, Consumer<Throwable> onFatal) {
        this(store, ledger, clock, daemon, ENTRIES_OF_DAY_MAX, onFatal);
    }

    Daybook(
            Store store,
            Ledger ledger,
            Clock clock,
            Surroundings daemon,
            int entriesOfDayMax,
            Consumer<Throwable> onFatal) {
        this.entriesOfDayMax = entriesOfDayMax;
        this.ledger = ledger;
        this.clock = clock;
        this.daemon = daemon;
        this.onFatal = onFatal;
        this.rows = new RefusalRows(store);
        this.changes = new Changes(store, ledger, clock, daemon);
        this.starts = new Starts(store, ledger, clock, daemon);
    }

    /** From now on what is counted is recorded; what a crash left behind first of all. */
    public void start() {
        var _ = thread.scheduleWithFixedDelay(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Records that the daemon starts; to be called once, before anything is served.
     *
     * @param version label of the software
     * @param software {@link Distribution#digest}
     * @throws LedgerException where the ledger cannot be trusted any more
     * @throws StateException where there is no room for the entry: then nothing may be served
     */
    public synchronized void starting(String version, String software) {
        starts.record(version, software);
        started = true;
    }

    // ---- policy and trust

    /**
     * Records a policy and a trust before they are in force. Nothing happens where they are on record as the newest. Where there is no room for an entry it returns all the same: a
     * revocation must not wait for a disk. The log says so, and the entry follows when there is room.
     *
     * @param policy canonical text
     * @param trust canonical text
     * @throws LedgerException where the ledger cannot be trusted any more
     */
    public synchronized void inForce(String policy, String trust) {
        wanted = new InForce(policy, trust);
        try {
            recordWanted();
        } catch (NoRoomException e) {
            log.error(
                    "policy or trust have changed and are in force before they are on record, which follows when there is room: {}",
                    e.getMessage());
        }
    }

    private synchronized void recordWanted() {
        InForce next = wanted;
        if (next != null) {
            changes.record(Predicate.POLICY_CHANGE, next.policy());
            changes.record(Predicate.TRUST_CHANGE, next.trust());
            wanted = null;
        }
    }

    // ---- refusals

    @Override
    public void refused(String who, Code code, String volume, String sentence) {
        RefusalSink.LOG.refused(who, code, volume, sentence);
        String label = Sentences.shown(who);
        count(
                true,
                label,
                label.startsWith("uid "),
                code,
                volume,
                PATH.matcher(sentence).replaceAll("(a path)"));
    }

    @Override
    public void refusedPeer(String spiffeId, Code code, String volume, String sentence) {
        if (!NO_REFUSALS.contains(code)) {
            count(false, spiffeId, !daemon.peer(spiffeId), code, volume, sentence);
        }
    }

    private void count(boolean local, String who, boolean stranger, Code code, String volume, String sentence) {
        long now = clock.millis();
        String shown = Sentences.clip(Sentences.shown(sentence));
        Counts.Same same = new Counts.Same(
                local,
                who,
                code.name(),
                !volume.isEmpty() && daemon.volume(volume) ? volume : "",
                now / RefusalRows.MINUTE_MS);
        counts.add(new Counts.Counted(
                same, stranger, daemon.policyDigest(), shown.isEmpty() ? code.name() : shown, 1, now, now));
    }

    /** Once a second. */
    void tick() {
        try {
            recordWanted();
            flush(!stood);
            stood = true;
        } catch (NoRoomException e) {
            complain("refusals wait to be recorded: " + e.getMessage());
        } catch (LedgerException | StateException e) {
            log.error("the daemon stops: {}", e.getMessage(), e);
            onFatal.accept(e);
        } catch (RuntimeException e) {
            log.error("a bug in the daybook", e);
        }
    }

    /** {@code all}: also of the minute that is not over. */
    synchronized void flush(boolean all) {
        store();
        long minute = clock.millis() / RefusalRows.MINUTE_MS;
        List<Stored> due = rows.before(all ? Long.MAX_VALUE : minute, BATCH_MAX);
        due.forEach(this::minuteOver);
        long day = minute / RefusalRows.MINUTES_OF_DAY;
        rows.over(day, BATCH_MAX).forEach(last -> record(last, false));
        if (forgottenBefore != day && due.isEmpty()) {
            rows.forgetDays(day);
            forgottenBefore = day;
        }
        dropped += counts.dropped();
        if (dropped > 0) {
            complain(dropped + " refusals were counted here and are in no entry: too many different ones at a time,"
                    + " or too many IDs that are not configured");
        }
    }

    private void store() {
        List<Counts.Counted> taken = counts.take();
        if (taken.isEmpty()) {
            return;
        }
        try {
            dropped += rows.add(taken);
        } catch (RuntimeException e) {
            counts.putBack(taken);
            throw e;
        }
    }

    private void minuteOver(Stored stored) {
        boolean stranger = stranger(stored.row());
        if (rows.entries(stored, stranger) < entriesOfDayMax - 1) {
            record(stored, stranger);
        } else if (!stranger) {
            rows.intoLast(stored);
        } else {
            dropped += stored.row().getCount();
            rows.drop(stored);
        }
    }

    private boolean stranger(RefusalRow row) {
        return row.getLocal() ? row.getWho().startsWith("uid ") : !daemon.peer(row.getWho());
    }

    private void record(Stored stored, boolean stranger) {
        RefusalRow row = stored.row();
        try {
            ledger.record(
                    new EntryKey("refusals", "self", Predicate.REFUSAL, row.getNumber()),
                    () -> ledger.keys().sign(statement(row).payload()),
                    (tx, recorded) -> rows.recorded(tx, stored, stranger));
        } catch (StatementException e) {
            log.error("a bug: a refusal of {} makes no entry: {}", row.getWho(), row.getReason(), e);
            rows.drop(stored);
        }
    }

    private Refusal statement(RefusalRow row) {
        return new Refusal(
                daemon.self(),
                ledger.origin(),
                Instant.ofEpochMilli(clock.millis()),
                row.getPolicy(),
                row.getLocal() ? Optional.empty() : Optional.of(row.getWho()),
                row.getLocal() ? Optional.of(row.getWho()) : Optional.empty(),
                row.getCode(),
                row.getVolume().isEmpty() ? Optional.empty() : Optional.of(row.getVolume()),
                row.getReason(),
                row.getCount(),
                Instant.ofEpochMilli(row.getFromMs()),
                Instant.ofEpochMilli(row.getToMs()));
    }

    /** Once a minute. */
    private void complain(String what) {
        long now = clock.millis();
        if (now - complainedMs >= RefusalRows.MINUTE_MS) {
            complainedMs = now;
            dropped = 0;
            log.warn("{}", what);
        }
    }

    private synchronized void stopped() {
        if (started) {
            starts.stopped();
        }
    }

    /** Records what was counted, as far as that goes in a few seconds; the rest waits for the next start. Then this run has ended well. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.warn("the daybook still writes");
                return;
            }
            for (int i = 0; i < BATCHES_AT_STOP_MAX; i++) {
                flush(true);
                if (rows.before(Long.MAX_VALUE, 1).isEmpty()) {
                    break;
                }
            }
            stopped();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StateException | LedgerException e) {
            log.warn("refusals wait for the next start to be recorded: {}", e.getMessage());
        }
    }
}
