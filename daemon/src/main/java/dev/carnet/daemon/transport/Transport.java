package dev.carnet.daemon.transport;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Holds at most one live session per configured peer: listens, dials where configuration says so, redials for ever with bounded backoff and jitter.
 */
public interface Transport extends AutoCloseable {
    /**
     * Binds the one port and begins to dial. Called once.
     *
     * @throws java.io.UncheckedIOException where the address cannot be bound, naming it
     */
    void start(SessionListener listener);

    /**
     * Where this daemon listens; port as bound.
     *
     * @throws IllegalStateException where it does not listen
     */
    InetSocketAddress address();

    /** The session with a peer; not before its {@linkplain SessionListener#begins first words} have been said. */
    Optional<Session> session(String peerSpiffeId);

    Collection<Session> sessions();

    /** The last reason why there is no session with a peer, for people: what, which peer, what to do next. */
    Optional<String> whyNot(String peerSpiffeId);

    /** Configured peers whose certificate was good but for a revocation when it was last seen, each with the reason as a sentence. */
    Map<String, String> revoked();

    /**
     * Takes up other anchors, revocations and peers, without a restart. Every live session is judged again: one whose peer is no longer configured, or whose chain is not good any more, ends at once with a Goodbye that
     * says so, and its streams with it. Peers that are new are dialled. Connections that are being made are judged by what is in force when their certificate comes, and again when they have authenticated.
     */
    void reload(TransportTrust trust);

    /**
     * Tries each configured address of a peer, all at once, with a fresh connection that must prove the peer's ID and ends with its Hello. No session comes of it, and none that lives is touched. Completes within
     * the time limits of one connection, on any thread; empty for a peer without addresses, or none that is configured.
     */
    CompletionStage<List<Reach>> reach(String peerSpiffeId);

    /** What TLS is made of, and how fast it is. */
    TlsFacts tls();

    /** Accepted connections that never authenticated, since start. */
    long unauthenticatedRefusals();

    /** Says Goodbye on every session, stops listening; bounded by a few seconds. */
    @Override
    void close();

    /** Completes when a session with the peer is up. */
    CompletionStage<Session> whenUp(String peerSpiffeId);
}
