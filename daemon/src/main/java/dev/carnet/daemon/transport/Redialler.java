package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.v1.Code;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps dialling one peer for as long as there is no session with it. A round goes through all of its addresses in their order: to the next one where the last has
 * failed, or has said nothing for a moment and stays pending beside it. The first whose Hello comes wins, the others are closed. What is still pending when the next
 * round comes is not dialled twice. State on the scheduler's one thread.
 */
final class Redialler {
    /** Until the next address is dialled beside one that has not answered. Long enough for TLS over a satellite, so that an address that works is mostly the only one. */
    static final Duration STAGGER = Duration.ofSeconds(1);

    private static final int ADDRESSES_OF_A_NAME_MAX = 8;

    /** So many sessions of ours replaced within so long is no accident: another daemon has our identity, or the peer's. */
    private static final int REPLACED_MAX = 40;

    private static final Duration REPLACED_WITHIN = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofSeconds(15);

    /** One address to go to: as configured, and as a name server gave it; null where nobody has been asked yet. */
    private record Stop(
            InetSocketAddress configured, @Nullable InetSocketAddress resolved) {}

    private final Hub hub;
    private final PeerSpec peer;
    private final ScheduledExecutorService scheduler;
    private final Backoff backoff;
    private final ArrayDeque<Stop> round = new ArrayDeque<>();
    private final Set<InetSocketAddress> resolving = new HashSet<>();
    private final Map<InetSocketAddress, Attempt> pending = new HashMap<>();
    private final Map<InetSocketAddress, String> reasons = new HashMap<>();
    private final AtomicReference<@Nullable Attempt> winner = new AtomicReference<>();
    private final ArrayDeque<Long> replaced = new ArrayDeque<>();
    private boolean trying;
    private @Nullable InetSocketAddress latest;
    private @Nullable Future<?> timer;
    private String lastReason = "";
    private volatile boolean stopped;

    Redialler(Hub hub, PeerSpec peer, ScheduledExecutorService scheduler, RandomGenerator random) {
        this.hub = hub;
        this.peer = peer;
        this.scheduler = scheduler;
        this.backoff = new Backoff(random);
    }

    /** There is no session, or no more: dials unless it does already. From any thread. */
    void kick() {
        execute(() -> {
            if (!trying) {
                trying = true;
                later();
            }
        });
    }

    /** The peer is configured no more, or otherwise. From any thread. */
    void stop() {
        stopped = true;
        execute(() -> cancelAllBut(winner.get()));
    }

    /** A session is up, whoever dialled it. From any thread. */
    void up() {
        execute(backoff::reset);
    }

    private void later() {
        after(backoff.next(System.nanoTime()), this::begin);
    }

    private void begin() {
        round.clear();
        peer.addresses().forEach(address -> round.add(new Stop(address, null)));
        next();
    }

    private boolean present() {
        return hub.table().byPeer(peer.spiffeId()).isPresent();
    }

    /** Goes on with the round: to the first address with which nothing is under way. */
    private void next() {
        if (stopped || !trying || winner.get() != null) {
            return;
        }
        if (present()) {
            trying = false; // the peer dialled us: its end will kick
            backoff.reset();
            return;
        }
        Stop stop = round.poll();
        while (stop != null && underWay(stop)) {
            stop = round.poll();
        }
        latest = null;
        if (stop == null) {
            later();
        } else {
            latest = stop.configured();
            after(STAGGER, this::next);
            go(stop);
        }
    }

    private boolean underWay(Stop stop) {
        return stop.resolved() == null ? resolving.contains(stop.configured()) : pending.containsKey(stop.resolved());
    }

    private void go(Stop stop) {
        InetSocketAddress resolved = stop.resolved();
        if (resolved != null) {
            dial(stop.configured(), resolved);
            return;
        }
        // A name server may take its time: not on the one thread that all peers share.
        resolving.add(stop.configured());
        Thread.ofVirtual().name("carnet-resolve").start(() -> {
            List<InetSocketAddress> found;
            try {
                found = Arrays.stream(InetAddress.getAllByName(stop.configured().getHostString()))
                        .limit(ADDRESSES_OF_A_NAME_MAX)
                        .map(address ->
                                new InetSocketAddress(address, stop.configured().getPort()))
                        .toList();
            } catch (UnknownHostException e) {
                found = List.of();
            }
            List<InetSocketAddress> all = found;
            execute(() -> resolved(stop.configured(), all));
        });
    }

    private void resolved(InetSocketAddress configured, List<InetSocketAddress> found) {
        resolving.remove(configured);
        if (stopped || winner.get() != null || present()) {
            return; // the timer looks after what comes next
        }
        List<InetSocketAddress> free =
                found.stream().filter(address -> !pending.containsKey(address)).toList();
        for (InetSocketAddress address : free.reversed().subList(0, Math.max(0, free.size() - 1))) {
            round.addFirst(new Stop(configured, address));
        }
        if (found.isEmpty()) {
            failed(
                    configured,
                    "the name " + configured.getHostString() + " of " + peer.spiffeId() + " cannot be resolved");
        } else if (free.isEmpty()) {
            failed(configured, ""); // all of it is under way
        } else {
            dial(configured, free.getFirst());
        }
    }

    private void dial(InetSocketAddress configured, InetSocketAddress resolved) {
        Attempt attempt = new Attempt(configured, resolved);
        pending.put(resolved, attempt);
        try {
            attempt.connection = hub.dialControl(resolved, peer.spiffeId(), attempt);
        } catch (RuntimeException e) {
            hub.log().error("cannot dial {}", peer.spiffeId(), e);
            attempt.ended("cannot dial " + peer.spiffeId() + ": " + e);
        }
    }

    private void won(Attempt attempt) {
        trying = true;
        reasons.clear();
        cancelAllBut(attempt);
    }

    private void cancelAllBut(@Nullable Attempt kept) {
        pending.values().stream().filter(attempt -> attempt != kept).forEach(Attempt::cancel);
    }

    private void over(Attempt attempt, String reason) {
        pending.remove(attempt.resolved, attempt);
        if (winner.compareAndSet(attempt, null)) {
            latest = null;
            say(attempt.configured, reason);
            if (!stopped && stormy(reason)) {
                String why = "sessions between " + hub.credentials().spiffeId() + " and " + peer.spiffeId()
                        + " replace each other again and again: does another daemon use the identity of one of the two?";
                hub.table().note(peer.spiffeId(), why);
                hub.log().error("{} The next dial waits {} s", why, CALM.toSeconds());
                after(CALM, this::begin);
            } else if (!stopped) {
                later();
            }
        } else {
            failed(attempt.configured, reason);
        }
    }

    private boolean stormy(String reason) {
        if (!reason.contains(Code.REPLACED.name())) {
            return false;
        }
        long now = System.nanoTime();
        replaced.add(now);
        if (replaced.size() > REPLACED_MAX) {
            long first = replaced.remove();
            if (now - first < REPLACED_WITHIN.toNanos()) {
                replaced.clear();
                return true;
            }
        }
        return false;
    }

    /** An address came to nothing: the next, at once, where this was the last one begun. */
    private void failed(InetSocketAddress configured, String reason) {
        if (stopped || winner.get() != null) {
            return;
        }
        say(configured, reason);
        if (configured.equals(latest)) {
            next();
        }
    }

    private void say(InetSocketAddress configured, String reason) {
        if (reason.isEmpty() || stopped || present()) {
            return;
        }
        reasons.put(configured, reason);
        String all = peer.addresses().stream()
                .map(reasons::get)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new))
                .stream()
                .collect(Collectors.joining("; "));
        hub.table().note(peer.spiffeId(), all);
        if (!all.equals(lastReason)) {
            lastReason = all;
            hub.log().warn("no session with {}, dialling on: {}", peer.spiffeId(), all);
        }
    }

    /** In place of what was to come after an earlier wait. */
    private void after(Duration wait, Runnable task) {
        if (timer != null) {
            timer.cancel(false);
        }
        try {
            timer = scheduler.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The transport closes.
        }
    }

    private void execute(Runnable task) {
        try {
            scheduler.execute(task);
        } catch (RejectedExecutionException e) {
            // The transport closes.
        }
    }

    /** One address that is being dialled, and the session that comes of it. */
    private final class Attempt implements ControlDial {
        private final InetSocketAddress configured;
        private final InetSocketAddress resolved;
        private @Nullable Runnable connection;

        Attempt(InetSocketAddress configured, InetSocketAddress resolved) {
            this.configured = configured;
            this.resolved = resolved;
        }

        /** Neither another address nor the peer itself may have been quicker. */
        @Override
        public boolean wins() {
            boolean first = !stopped && !present() && winner.compareAndSet(null, this);
            if (first) {
                execute(() -> won(this));
            }
            return first;
        }

        @Override
        public void ended(String reason) {
            execute(() -> over(this, reason));
        }

        void cancel() {
            if (connection != null) {
                connection.run();
            }
        }
    }
}
