package dev.carnet.daemon.transport;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The live sessions, one per peer, and the last reason why there is none. */
final class SessionTable {
    private final Map<String, LiveSession> byPeer = new HashMap<>();
    private final Map<String, LiveSession> byId = new HashMap<>();
    private final Map<String, String> reasons = new HashMap<>();
    private final Map<String, String> revoked = new HashMap<>();
    private final Map<String, CompletableFuture<Void>> lastHeard = new HashMap<>(); // of each peer's latest session
    private final Map<String, CompletableFuture<Session>> waiting = new HashMap<>();

    /**
     * What became of a new session.
     *
     * @param replaced the one that has to go
     * @param before completes when the listener knows the end of the peer's session before, whatever ended it
     */
    record Admission(boolean admitted, @Nullable LiveSession replaced, CompletableFuture<Void> before) {}

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    /** Two at once are settled as SPEC section 6.1 says, so that both ends come to the same answer. */
    synchronized Admission admit(LiveSession session) {
        LiveSession present = byPeer.get(session.peer().spiffeId());
        if (present != null && present.open() && !stays(session, present)) {
            return new Admission(false, null, NOTHING);
        }
        if (present != null) {
            byId.remove(present.id());
        }
        revoked.remove(session.peer().spiffeId());
        byPeer.put(session.peer().spiffeId(), session);
        byId.put(session.id(), session);
        CompletableFuture<Void> before = lastHeard.put(session.peer().spiffeId(), session.heardOfEnd());
        return new Admission(true, present, before == null ? NOTHING : before);
    }

    private static boolean stays(LiveSession newer, LiveSession present) {
        if (present.missedHeartbeat() || newer.dialledHere() == present.dialledHere()) {
            return true;
        }
        return newer.diallerId().compareTo(present.diallerId()) < 0; // ASCII: chars are bytes
    }

    /** The listener knows it. */
    void up(LiveSession session) {
        CompletableFuture<Session> waiter;
        synchronized (this) {
            waiter = waiting.remove(session.peer().spiffeId());
        }
        if (waiter != null) {
            waiter.complete(session);
        }
    }

    synchronized void remove(LiveSession session, String reason) {
        byId.remove(session.id(), session);
        if (byPeer.remove(session.peer().spiffeId(), session)) {
            reasons.replace(session.peer().spiffeId(), reason);
        }
    }

    /** Only of configured peers: what strangers are called is theirs to choose. */
    synchronized void note(String peer, String reason) {
        if (reasons.containsKey(peer)) {
            reasons.put(peer, reason);
        }
    }

    /** A chain of this peer was good but for a revocation; null: of nobody. */
    synchronized void revoked(@Nullable String peer, String reason) {
        if (peer != null && reasons.containsKey(peer)) {
            reasons.put(peer, reason);
            revoked.put(peer, reason);
        }
    }

    synchronized Map<String, String> revoked() {
        return Map.copyOf(revoked);
    }

    /** Trust is another: who is refused still will come again. */
    synchronized void nobodyRevoked() {
        revoked.clear();
    }

    synchronized void configured(String peer, String reason) {
        reasons.put(peer, reason);
    }

    synchronized void forgotten(String peer) {
        reasons.remove(peer);
        revoked.remove(peer);
    }

    synchronized Optional<LiveSession> byPeer(String peer) {
        return Optional.ofNullable(byPeer.get(peer)).filter(LiveSession::open);
    }

    synchronized Optional<LiveSession> byId(String id) {
        return Optional.ofNullable(byId.get(id)).filter(LiveSession::open);
    }

    synchronized Optional<String> whyNot(String peer) {
        return byPeer(peer).isPresent() ? Optional.empty() : Optional.ofNullable(reasons.get(peer));
    }

    synchronized Collection<LiveSession> all() {
        List<LiveSession> open = new ArrayList<>(byPeer.values());
        open.removeIf(session -> !session.open());
        return open;
    }

    synchronized CompletionStage<Session> whenUp(String peer) {
        Optional<LiveSession> present = byPeer(peer).filter(LiveSession::hasBegun);
        return present.isPresent()
                ? CompletableFuture.completedStage(present.get())
                : waiting.computeIfAbsent(peer, _ -> new CompletableFuture<>()).minimalCompletionStage();
    }
}
