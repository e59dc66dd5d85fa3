package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.RevokedException;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.v1.Code;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transport: holds its parts together, and is what they know of each other. */
final class Hub implements Transport {
    private static final int HANDSHAKE_THREADS = 2;
    private static final int DISK_THREADS = 4;
    private static final int DISK_IDLE_SECONDS = 30;

    /** Ends of a session, or of an attempt at one, that refuse the peer something. */
    private static final Set<Code> REFUSALS = EnumSet.of(
            Code.VERSION,
            Code.UNKNOWN_PEER,
            Code.PROTOCOL,
            Code.LIMIT,
            Code.IDENTITY,
            Code.KEY_BINDING,
            Code.BUSY,
            Code.POLICY,
            Code.UNSUPPORTED,
            Code.CRITICAL_EXTENSION);

    private final Logger log = LoggerFactory.getLogger(Transport.class);
    private final TransportSpec spec;
    private final Supplier<Credentials> credentials;
    private final RandomGenerator random;
    private final ChunkPool receivePool;
    private final StaticFiles files;
    private final Clock clock;

    private final RoutedCrypto routed = new RoutedCrypto();
    private final JcaTlsCrypto crypto = routed.create();
    private final SecureRandom ids = new SecureRandom();
    private final Loops loops;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ExecutorService handshakes;
    private final ScheduledExecutorService scheduler;
    private final SessionTable table = new SessionTable();
    private final Refusals refusals = new Refusals(log);
    private final Newcomers newcomers = new Newcomers();
    private final HttpPlaces<HttpConversation> http = new HttpPlaces<>();
    private final ThreadPoolExecutor disk;
    private final Map<String, Share> shares = new ConcurrentHashMap<>();
    private final Map<String, Redialler> rediallers = new ConcurrentHashMap<>();
    private final Connector connector = new Connector(this);
    private final Acceptor acceptor;

    private volatile TransportTrust trust;
    private volatile @Nullable SessionListener listener;
    private volatile @Nullable InetSocketAddress address;
    private volatile double wrapSpeed;
    private volatile boolean closing;

    Hub(
            TransportSpec spec,
            Supplier<Credentials> credentials,
            TransportTrust trust,
            ChunkPool receivePool,
            StaticFiles files,
            Clock clock,
            RandomGenerator random) {
        this.spec = spec;
        this.credentials = credentials;
        this.trust = trust;
        this.random = random;
        this.receivePool = receivePool;
        this.files = files;
        this.clock = clock;
        this.loops = new Loops(spec.loops());
        this.handshakes = Executors.newFixedThreadPool(
                HANDSHAKE_THREADS,
                Thread.ofPlatform().daemon().name("carnet-handshake-", 0).factory());
        this.disk = new ThreadPoolExecutor(
                DISK_THREADS,
                DISK_THREADS,
                DISK_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // no more than there are places: each connection waits for one answer
                Thread.ofPlatform().daemon().name("carnet-ledger-", 0).factory());
        this.disk.allowCoreThreadTimeOut(true);
        this.scheduler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("carnet-dial").factory());
        this.acceptor = new Acceptor(this);
        trust.peers().forEach(this::configure);
    }

    private void configure(PeerSpec peer) {
        table.configured(peer.spiffeId(), notYet(peer));
        shares.computeIfAbsent(peer.spiffeId(), _ -> Share.of(receivePool));
        if (peer.dial().dials()) {
            rediallers.put(peer.spiffeId(), new Redialler(this, peer, scheduler, random));
        }
    }

    @Override
    public synchronized void reload(TransportTrust next) {
        TransportTrust was = trust;
        trust = next;
        table.nobodyRevoked();
        for (PeerSpec peer : was.peers()) {
            if (!next.peers().contains(peer)) {
                Redialler redialler = rediallers.remove(peer.spiffeId());
                if (redialler != null) {
                    redialler.stop();
                }
                if (next.peer(peer.spiffeId()).isEmpty()) {
                    table.forgotten(peer.spiffeId());
                }
            }
        }
        for (PeerSpec peer : next.peers()) {
            if (!was.peers().contains(peer)) {
                configure(peer);
                if (listener != null) {
                    sessionEnded(peer.spiffeId()); // dials, unless there is one
                }
            }
        }
        for (LiveSession session : table.all()) {
            session.judge();
            session.streamSet().judge();
        }
        http.all().forEach(auditor -> auditor.judge(false));
    }

    /** Why a connection that has authenticated must not live on; empty where it may. Its chain is judged again only where trust has changed since its handshake: this runs on event loops. */
    Optional<Messages.Reason> against(Established established, boolean dialledHere) {
        TransportTrust now = trust;
        PeerFacts peer = established.facts();
        if (now.peer(peer.spiffeId()).isEmpty()) {
            return Optional.of(new Messages.Reason(
                    Code.UNKNOWN_PEER,
                    "the certificate of " + peer.spiffeId() + " is good, but "
                            + credentials().spiffeId() + " has no such peer in its configuration: add it there"));
        }
        return againstChain(established, dialledHere, now);
    }

    /** The same of a connection that speaks HTTP. */
    Optional<Messages.Reason> againstHttp(Established established) {
        TransportTrust now = trust;
        String id = established.facts().spiffeId();
        if (!now.auditors().contains(id)) {
            return Optional.of(new Messages.Reason(
                    Code.POLICY,
                    "the certificate of " + id + " is good, but it is no auditor of "
                            + credentials().spiffeId() + ": add [[auditor]] with id = \"" + id
                            + "\" to the configuration there, and reload"));
        }
        return againstChain(established, false, now);
    }

    private Optional<Messages.Reason> againstChain(Established established, boolean dialledHere, TransportTrust now) {
        PeerFacts peer = established.facts();
        if (established.judgedBy().equals(now)) {
            return Optional.empty();
        }
        try {
            TrustAnchors.Usage usage = dialledHere ? TrustAnchors.Usage.ACCEPTOR : TrustAnchors.Usage.DIALLER;
            var _ = now.judge(Certificates.parse(peer.chain()), clock.instant(), usage);
            return Optional.empty();
        } catch (IdentityException e) {
            if (e instanceof RevokedException) {
                table.revoked(peer.spiffeId(), String.valueOf(e.getMessage()));
            }
            return Optional.of(new Messages.Reason(Code.IDENTITY, String.valueOf(e.getMessage())));
        }
    }

    private static String notYet(PeerSpec peer) {
        return peer.dial().dials()
                ? peer.spiffeId() + " has not been reached yet"
                : peer.spiffeId()
                        + " has not dialled yet, and this daemon does not dial it (dial = \"accept\"): is it up,"
                        + " and can it reach the address where this daemon listens?";
    }

    @Override
    public void start(SessionListener above) {
        if (listener != null) {
            throw new IllegalStateException("started twice");
        }
        listener = above;
        if (spec.listen() != null) {
            address = acceptor.bind(spec.listen());
        }
        if (!Boolean.getBoolean("carnet.unmeasured")) { // tests start daemons by the hundred
            Thread.ofPlatform().daemon().name("carnet-tls-speed").start(this::measure);
        }
        rediallers.values().forEach(Redialler::kick);
    }

    private void measure() {
        double speed = TlsSpeed.megabytesPerSecond();
        wrapSpeed = speed;
        if (speed < TlsFacts.WRAP_MEGABYTES_PER_SECOND_MIN) {
            log.error(
                    "AES-256-GCM runs at {} MB/s: either this machine has no AES instructions or its JVM does not use them;"
                            + " transfers will be slow",
                    Math.round(speed));
        } else {
            log.info("AES-256-GCM runs at {} MB/s per core", Math.round(speed));
        }
    }

    @Override
    public InetSocketAddress address() {
        InetSocketAddress bound = address;
        if (bound == null) {
            throw new IllegalStateException("this daemon does not listen");
        }
        return bound;
    }

    @Override
    public Optional<Session> session(String peerSpiffeId) {
        return table.byPeer(peerSpiffeId).filter(LiveSession::hasBegun).map(Session.class::cast);
    }

    @Override
    public Collection<Session> sessions() {
        return List.copyOf(table.all());
    }

    @Override
    public Optional<String> whyNot(String peerSpiffeId) {
        return table.whyNot(peerSpiffeId);
    }

    @Override
    public Map<String, String> revoked() {
        return table.revoked();
    }

    @Override
    public CompletionStage<Session> whenUp(String peerSpiffeId) {
        return table.whenUp(peerSpiffeId);
    }

    @Override
    public CompletionStage<List<Reach>> reach(String peerSpiffeId) {
        return trust.peer(peerSpiffeId)
                .map(peer -> Reaching.all(this, peer))
                .orElseGet(() -> CompletableFuture.completedStage(List.of()));
    }

    @Override
    public TlsFacts tls() {
        return new TlsFacts(
                routed.aesGcm().getProvider().getName(), Protocols.GROUP_NAME, Protocols.suiteNames(), wrapSpeed);
    }

    @Override
    public long unauthenticatedRefusals() {
        return refusals.count();
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        long deadline = System.nanoTime() + timeouts().shutdown().toNanos();
        acceptor.close();
        scheduler.shutdownNow();
        http.all().forEach(auditor -> auditor.judge(true));
        Collection<LiveSession> open = table.all();
        open.forEach(session -> session.close(Code.SHUTTING_DOWN, credentials().spiffeId() + " shuts down"));
        open.forEach(session -> session.awaitEnd(remaining(deadline)));
        channels.newCloseFuture().awaitUninterruptibly(remaining(deadline).toMillis(), TimeUnit.MILLISECONDS);
        channels.close().awaitUninterruptibly(remaining(deadline).toMillis(), TimeUnit.MILLISECONDS);
        handshakes.shutdownNow();
        loops.close(Duration.ofSeconds(1));
        disk.shutdown(); // last: what the loops had open is closed there
    }

    private static Duration remaining(long deadlineNanos) {
        return Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
    }

    /** Of accepted connections. */
    Newcomers newcomers() {
        return newcomers;
    }

    /** Of auditors, and of whoever takes itself for one. */
    HttpPlaces<HttpConversation> http() {
        return http;
    }

    /** Whether anything at all is answered to it over HTTP but a refusal. */
    boolean listed(String spiffeId) {
        return trust.auditors().contains(spiffeId);
    }

    /** What auditors read. Only on {@link #disk}. */
    StaticFiles files() {
        return files;
    }

    /** Where files are opened, read and closed that are served. */
    Executor disk() {
        return disk;
    }

    /** An accepted connection has authenticated. */
    Conversation accepted(Established established) {
        return switch (established.alpn()) {
            case CONTROL ->
                new ControlConversation(this, established, credentials().spiffeId(), null, _ -> {});
            case DATA -> new JoiningAcceptor(this, established);
            case HTTP -> new HttpConversation(this, established);
        };
    }

    /** @return ends it at once, without a word: from any thread, whatever has become of it */
    Runnable dialControl(InetSocketAddress resolved, String peer, ControlDial dial) {
        String localId = credentials().spiffeId();
        return connector.dial(
                resolved,
                peer,
                Protocols.Alpn.CONTROL,
                established -> new ControlConversation(this, established, localId, resolved, dial::ended).asking(dial),
                dial::ended);
    }

    /** Dials the peer of a session once more, for a session that outlives it. */
    void renew(LiveSession session, InetSocketAddress where, Consumer<String> ended) {
        String localId = credentials().spiffeId();
        var _ = connector.dial(
                where,
                session.peer().spiffeId(),
                Protocols.Alpn.CONTROL,
                established -> new ControlConversation(this, established, localId, where, ended).following(session),
                ended);
    }

    /** A control connection that becomes no session. */
    void dialOnce(
            InetSocketAddress resolved,
            String peer,
            Function<Established, Conversation> conversation,
            Consumer<String> failed) {
        var _ = connector.dial(resolved, peer, Protocols.Alpn.CONTROL, conversation, failed);
    }

    /** @param notJoined told once, where the stream does not come to be */
    void dialStream(LiveSession session, int number, Consumer<String> notJoined) {
        InetSocketAddress where = session.dialledAddress();
        if (where == null) {
            throw new IllegalStateException("streams are opened by the side that dialled");
        }
        var _ = connector.dial(
                where,
                session.peer().spiffeId(),
                Protocols.Alpn.DATA,
                established -> new JoiningDialler(this, session, established, number, notJoined),
                notJoined);
    }

    /** Someone who has authenticated is refused; an end that is nobody's refusal is not told. From any thread. */
    void refused(String peer, Code code, String sentence) {
        SessionListener above = listener;
        if (above != null && REFUSALS.contains(code)) {
            above.refused(peer, code, sentence);
        }
    }

    void sessionUp(String peer) {
        Redialler redialler = rediallers.get(peer);
        if (redialler != null) {
            redialler.up();
        }
    }

    void sessionEnded(String peer) {
        Redialler redialler = rediallers.get(peer);
        if (redialler != null) {
            redialler.kick();
        }
    }

    void nextId(byte[] into) {
        ids.nextBytes(into);
    }

    Logger log() {
        return log;
    }

    TransportSpec spec() {
        return spec;
    }

    Timeouts timeouts() {
        return spec.timeouts();
    }

    Credentials credentials() {
        return credentials.get();
    }

    TransportTrust trust() {
        return trust;
    }

    ChunkPool receivePool() {
        return receivePool;
    }

    /** Of a configured peer; it outlives the peer's sessions. */
    Share share(String peer) {
        Share share = shares.get(peer);
        if (share == null) {
            throw new IllegalStateException(peer + " is not configured");
        }
        return share;
    }

    Clock clock() {
        return clock;
    }

    JcaTlsCrypto crypto() {
        return crypto;
    }

    Loops loops() {
        return loops;
    }

    ChannelGroup channels() {
        return channels;
    }

    ExecutorService handshakes() {
        return handshakes;
    }

    SessionTable table() {
        return table;
    }

    Refusals refusals() {
        return refusals;
    }

    SessionListener listener() {
        SessionListener above = listener;
        if (above == null) {
            throw new IllegalStateException("not started");
        }
        return above;
    }
}
