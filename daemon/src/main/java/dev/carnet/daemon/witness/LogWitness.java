package dev.carnet.daemon.witness;

import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.merkle.Publisher;
import dev.carnet.daemon.merkle.Witnesses;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.transfer.PeerBindings;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room. To its peers this daemon is a witness, and they are to it; besides, a policy (C2SP tlog-policy) names who has to cosign before anything is handed out, and witnesses that are reached by HTTP.
 *
 * <p>After a start nothing is signed before those witnesses have been heard that might, alone, know more of this log than its state does. Without a policy the peers are waited for, for a moment. What a daemon has on record of others' logs it says
 * at once, so that a whole cluster can start together.
 */
public final class LogWitness implements Witnesses, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogWitness.class);

    /** Between two cosignatures of one witness, where nobody has to wait for them. */
    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long all peers are waited for after a start, where no policy says who has to be heard; then one of them is enough. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** The most that a witness's clock may be behind this one, where it has to be heard. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final long TICK_MS = 50;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long STOP_SECONDS = 5;

    private final OwnLog own;
    private final PeerLogs logs;
    private final Roll roll;
    private final Supplier<Set<String>> peers;
    private final Consumer<Throwable> onFatal;
    private final boolean first;
    private final boolean cosignedBefore; // by a peer, at an earlier start
    private final Instant start;
    private final long startNanos = System.nanoTime();
    private final Set<String> heardPeers = ConcurrentHashMap.newKeySet();
    private final Set<Object> busy = ConcurrentHashMap.newKeySet();
    private final Map<NoteKey, LogCheckpoint> webCosigned = new ConcurrentHashMap<>();
    private final Map<NoteKey, Long> webTried = new ConcurrentHashMap<>();
    private final WebWitnesses web;
    private final ExecutorService pool = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("witness-", 0).factory());
    private final ScheduledExecutorService tick = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("witness-tick").factory());
    private volatile boolean closing;
    private volatile @Nullable LogSessions sessions;
    private volatile @Nullable Publisher publisher;
    private volatile @Nullable SignedCheckpoint newest;

    /**
     * Makes the room.
     *
     * @param self SPIFFE ID
     * @param policy in force, asked anew each time; empty: nobody has to cosign
     * @param peers IDs of all configured peers, asked anew each time
     * @param onFatal must end the process: this state must not sign
     * @throws LedgerException where it was found out before that this state directory is an older copy
     */
    public LogWitness(
            String self,
            Store store,
            Ledger ledger,
            MerkleLog merkle,
            Supplier<Optional<TrustPolicy>> policy,
            Supplier<Set<String>> peers,
            Clock clock,
            RefusalSink refusals,
            Consumer<Throwable> onFatal) {
        this.own = new OwnLog(store, ledger, merkle);
        this.logs = new PeerLogs(self, store, ledger, clock, refusals);
        this.roll = new Roll(policy);
        this.web = new WebWitnesses(store, own);
        this.peers = peers;
        this.onFatal = onFatal;
        this.start = Instant.now(clock);
        own.mustNotBeRestored();
        this.newest = merkle.signed().orElse(null);
        this.first = newest == null;
        this.cosignedBefore = own.wasCosigned();
    }

    /** Why a state directory was found to be an older copy; empty where it was not. */
    public static Optional<String> restored(Store store) {
        return OwnLog.whyRestored(store);
    }

    /** What stands between the transport and {@code above}. */
    public SessionListener below(SessionListener above, PeerBindings keys) {
        LogSessions made = new LogSessions(this, logs, own, keys, above);
        sessions = made;
        return made;
    }

    /** From now on witnesses are asked; {@code publisher} gets what they cosign. */
    public void start(Publisher publisher) {
        this.publisher = publisher;
        var _ = tick.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    // ---- for the publisher

    @Override
    public Optional<String> silence() {
        if (first) {
            return Optional.empty();
        }
        if (roll.policy().filter(one -> !one.quorum().equals(TrustPolicy.NONE)).isPresent()) {
            return roll.unheard();
        }
        Set<String> all = peers.get();
        Set<String> unheard = new TreeSet<>(all);
        unheard.removeAll(heardPeers);
        boolean nobody = unheard.size() == all.size();
        if (unheard.isEmpty()) {
            return Optional.empty();
        }
        if (System.nanoTime() - startNanos <= GRACE_NANOS) {
            return Optional.of("it asks its peers what they know of this ledger, a moment after the start");
        }
        return nobody && cosignedBefore
                ? Optional.of("since its start it has heard from none of its peers (" + String.join(", ", unheard)
                        + "). Peers have cosigned this log before, and might know more of it than is here. Start one of"
                        + " them; or where they are gone for good, take them out of the configuration and say"
                        + " `carnet reload`: that is on record")
                : Optional.empty();
    }

    @Override
    public void signed(SignedCheckpoint note) {
        newest = note;
    }

    @Override
    public Optional<LogCheckpoint> newest(String spiffeId, String origin) {
        return logs.newest(spiffeId, origin).map(SignedCheckpoint::checkpoint);
    }

    @Override
    public boolean demanded(NoteSignature line) {
        return roll.demanded(line);
    }

    @Override
    public Optional<String> missing(SignedCheckpoint note) {
        return roll.missing(note);
    }

    /** Why a peer's log is not cosigned here, where it does not prove that it goes on from what is on record: for the doctor. */
    public Optional<String> unproven(String spiffeId) {
        return logs.unproven(spiffeId);
    }

    // ---- for sessions

    /** It has said what it knows of our log, and that was no more than we know. */
    void heard(String peer) {
        heardPeers.add(peer);
        wake();
    }

    /** Whether it was made since this start, give or take what clocks differ by. An older line may be one that somebody else has kept, of a witness that has cosigned more since. */
    boolean fresh(SignedCheckpoint.Verified line) {
        return line.line().time() >= start.minus(CLOCKS).getEpochSecond();
    }

    /** What a peer has cosigned. That is how a witness is heard: who signs our newest log checkpoint now has no newer one on record. */
    void cosigned(LogCheckpoint checkpoint, List<SignedCheckpoint.Verified> lines) {
        own.recordCosigned();
        for (SignedCheckpoint.Verified line : lines) {
            if (fresh(line)) {
                roll.heard(line.key());
            } else {
                roll.stale(line);
            }
        }
        publish(checkpoint, lines.stream().map(SignedCheckpoint.Verified::line).toList());
    }

    private void publish(LogCheckpoint checkpoint, List<NoteSignature> lines) {
        Publisher to = publisher;
        if (to != null) {
            to.cosigned(checkpoint, lines);
            to.wake();
        }
    }

    private void wake() {
        Publisher to = publisher;
        if (to != null) {
            to.wake();
        }
    }

    /** Not of what is being closed: an interrupt ends what reads a file. */
    void fatal(RuntimeException e) {
        if (closing) {
            log.debug("while the daemon stops", e);
            return;
        }
        log.error("the daemon stops: {}", e.getMessage(), e);
        onFatal.accept(e);
    }

    // ---- the tick

    private void tick() {
        try {
            SignedCheckpoint note = newest;
            LogSessions open = sessions;
            if (note == null) {
                return;
            }
            Publisher to = publisher;
            boolean urgent = to != null && to.urgent();
            if (open != null) {
                open.watches().forEach(watch -> alone(watch, () -> open.ask(watch, note, urgent ? 0 : APART_NANOS)));
            }
            web.of(roll.policy()).forEach(witness -> alone(witness.key(), () -> askWeb(witness, note)));
        } catch (RuntimeException e) {
            log.error("a bug in the witness's tick", e);
        }
    }

    /** On a thread of the pool, unless one works for it already. */
    private void alone(Object whom, Runnable work) {
        if (busy.add(whom)) {
            pool.execute(() -> {
                try {
                    work.run();
                } catch (LedgerException | StateException e) {
                    fatal(e);
                } catch (RuntimeException e) {
                    log.error("while a witness is asked", e);
                } finally {
                    busy.remove(whom);
                }
            });
        }
    }

    private void askWeb(WebWitness witness, SignedCheckpoint note) {
        long now = System.nanoTime();
        Long tried = webTried.get(witness.key());
        if (note.checkpoint().equals(webCosigned.get(witness.key())) || (tried != null && now - tried < 0)) {
            return;
        }
        webTried.put(witness.key(), now + RETRY_NANOS);
        try {
            List<NoteSignature> lines = witness.cosign(note);
            webCosigned.put(witness.key(), note.checkpoint());
            webTried.put(witness.key(), System.nanoTime());
            roll.heard(witness.key());
            publish(note.checkpoint(), lines);
        } catch (IOException | LogException | NoRoomException e) { // a full disk is waited for
            roll.trouble(witness.toString(), String.valueOf(e.getMessage()));
            log.warn("the witness {} does not cosign: {}", witness, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        tick.shutdownNow();
        pool.shutdownNow();
        web.close();
        try {
            if (!pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.warn("a witness is still being asked");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
