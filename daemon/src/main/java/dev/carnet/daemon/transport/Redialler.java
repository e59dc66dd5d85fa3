package dev.carnet.daemon.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Keeps dialling one peer for as long as there is no session with it. State on the scheduler's one thread. */
final class Redialler {
    private final Hub hub;
    private final PeerSpec peer;
    private final ScheduledExecutorService scheduler;
    private final Backoff backoff;
    private boolean trying;
    private int attempts;
    private volatile String lastReason = "";
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

    /** The peer is configured no more, or otherwise. */
    void stop() {
        stopped = true;
    }

    private void later() {
        Duration wait = backoff.next(System.nanoTime());
        try {
            var _ = scheduler.schedule(this::dial, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The transport closes.
        }
    }

    private void dial() {
        if (stopped) {
            return;
        }
        if (hub.table().byPeer(peer.spiffeId()).isPresent()) {
            trying = false; // the peer dialled us: its end will kick
            backoff.reset();
            return;
        }
        InetSocketAddress address =
                peer.addresses().get(attempts++ % peer.addresses().size());
        // A name server may take its time: not on the one thread that all peers share.
        Thread.ofVirtual().name("carnet-resolve").start(() -> resolve(address));
    }

    private void resolve(InetSocketAddress address) {
        try {
            InetSocketAddress resolved =
                    new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort());
            hub.dialControl(resolved, peer.spiffeId(), this::ended);
        } catch (UnknownHostException e) {
            ended("the name " + address.getHostString() + " of " + peer.spiffeId() + " cannot be resolved");
        } catch (RuntimeException e) {
            hub.log().error("cannot dial {}", peer.spiffeId(), e);
            ended("cannot dial " + peer.spiffeId() + ": " + e);
        }
    }

    /** The connection came to nothing, or its session has ended. */
    private void ended(String reason) {
        if (stopped) {
            return;
        }
        hub.table().note(peer.spiffeId(), reason);
        if (!reason.equals(lastReason)) {
            lastReason = reason;
            hub.log().warn("no session with {}, dialling on: {}", peer.spiffeId(), reason);
        }
        execute(this::later);
    }

    /** A session is up, whoever dialled it. From any thread. */
    void up() {
        execute(backoff::reset);
    }

    private void execute(Runnable task) {
        try {
            scheduler.execute(task);
        } catch (RejectedExecutionException e) {
            // The transport closes.
        }
    }
}
