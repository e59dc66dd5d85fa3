package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Refuse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfer room: knows every transfer, gives each what its peer says, owns the threads. A transfer that has ended leaves memory; its row stays.
 */
public final class Engine implements Transfers, SessionListener {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration LATER = Duration.ofSeconds(2);
    private static final Duration BUFFER_WAIT = Duration.ofSeconds(60);
    private static final int FORCERS = 16;
    private static final int CLOSE_SECONDS_MAX = 10;

    private final Room room;
    private final Rows rows;
    private final PeerKeys peerKeys;
    private final Statements statements;
    private final Admission admission;
    private final Register register;
    private final Pushes pushes;
    private final Pulls pulls;
    private final Serving serving;
    private final Sealing sealing;
    private final Leaving leaving;
    private final Claims claims = new Claims();
    private final Object recordsLock = new Object();
    private final Decoder decoder = new Decoder();
    private final Consumer<Throwable> onFatal;
    private final Map<String, Object> admissionLocks = new ConcurrentHashMap<>();
    private volatile boolean closing;
    private final ExecutorService pool = Executors.newCachedThreadPool(named("transfer"));
    private final ExecutorService workers;
    private final ExecutorService forcers = Executors.newFixedThreadPool(FORCERS, named("force"));
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(named("tick"));

    /** Makes the room; {@code onFatal} must end the process: the record cannot be trusted or written any more. */
    public Engine(Room room, Consumer<Throwable> onFatal) {
        this.room = room;
        this.onFatal = onFatal;
        this.rows = new Rows(room.store(), room.clock());
        this.peerKeys = new PeerKeys(room);
        this.statements = new Statements(room, peerKeys);
        this.admission = new Admission(room, this);
        this.register = new Register(room, this, rows);
        this.pushes = new Pushes(room, this, register);
        this.pulls = new Pulls(room, this, register);
        this.serving = new Serving(room, this, register);
        this.sealing = new Sealing(room, this);
        this.leaving = new Leaving(room, this);
        this.workers = Executors.newFixedThreadPool(room.settings().workers(), named("chunk"));
    }

    private static java.util.concurrent.ThreadFactory named(String name) {
        return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
    }

    /** Takes up what was under way when the daemon ended. Called once, before sessions come up. */
    public void start() {
        register.load();
        sealing.recover();
        leaving.recover();
        var _ = scheduler.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            long now = room.clock().millis();
            register.live().stream()
                    .filter(transfer -> !transfer.state().finished())
                    .forEach(transfer -> transfer.tickSoon(now));
            register.prune();
        } catch (RuntimeException e) {
            log.error("tick", e);
        }
    }

    // ---- the local API

    @Override
    public TransferView push(PushRequest request) {
        return pushes.push(request);
    }

    @Override
    public TransferView pull(PullRequest request) {
        return pulls.pull(request);
    }

    @Override
    public Plan plan(PushRequest request) {
        return pushes.plan(request);
    }

    @Override
    public Plan plan(PullRequest request) {
        return pulls.plan(request);
    }

    @Override
    public boolean forgetKeys(String peer) {
        String id = Pushes.peer(room, peer);
        boolean known = peerKeys.forget(id);
        log.warn(
                "the keys of {} are forgotten, as its administrator here asked: the next ones are pinned at sight", id);
        return known;
    }

    boolean connected(String peer) {
        return room.transport().session(peer).isPresent();
    }

    @Override
    public List<TransferView> list(int max) {
        return list(max, Optional.empty());
    }

    @Override
    public List<TransferView> list(int max, Optional<String> principal) {
        return register
                .newest(max, transfer -> principal.isEmpty() || principal.equals(Views.principal(transfer.row())))
                .stream()
                .map(Transfer::view)
                .toList();
    }

    @Override
    public Optional<TransferView> get(String id) {
        return register.find(id).map(Transfer::view);
    }

    @Override
    public TransferView cancel(String id) {
        return ask(id, Transfer::cancelForSure);
    }

    @Override
    public TransferView resume(String id) {
        return ask(id, Transfer::unpause);
    }

    @Override
    public TransferView pause(String id) {
        return ask(id, Transfer::pause);
    }

    private TransferView ask(String id, Consumer<Transfer> what) {
        Transfer transfer = register.find(id)
                .orElseThrow(() -> new TransferException(Code.UNKNOWN_TRANSFER, "no transfer '" + id + "' here"));
        if (!transfer.state().finished()) {
            transfer.post(() -> what.accept(transfer));
        }
        return transfer.view();
    }

    @Override
    public List<CheckpointView> checkpoints(Optional<String> volume, String afterName, int max) {
        return new Catalogue(room).list(volume, afterName, max);
    }

    @Override
    public Optional<CheckpointDetail> checkpoint(String volume, String name) {
        return new Catalogue(room).find(volume, name);
    }

    @Override
    public List<TransferView> live() {
        return register.live().stream().map(Transfer::view).toList();
    }

    /** What lies here already, and is to be in the catalogue. */
    public Sealing sealing() {
        return sealing;
    }

    /** What is here, and is to be here no more. */
    public Leaving leaving() {
        return leaving;
    }

    Claims claims() {
        return claims;
    }

    /** Held by who decides whose the records beside a checkpoint are: a transfer that ends, or its release. */
    Object recordsLock() {
        return recordsLock;
    }

    /**
     * No transfer needs what stands at a name.
     *
     * @throws TransferException BUSY, naming the transfer
     */
    void mustBeIdle(Sealing.Target target, NameRow row) {
        register.live().stream()
                .filter(transfer -> transfer.needs(target, row))
                .findFirst()
                .ifPresent(transfer -> {
                    throw new TransferException(
                            Code.BUSY,
                            "transfer " + transfer.key().id() + " needs " + target.volume() + "/" + target.name()
                                    + ": let it end, or `carnet cancel "
                                    + transfer.key().id() + "`");
                });
    }

    Pushes pushes() {
        return pushes;
    }

    // ---- sessions

    @Override
    public void opened(Session session) {
        register.of(session.peer().spiffeId()).forEach(transfer -> transfer.post(() -> transfer.sessionUp(session)));
    }

    @Override
    public void closed(Session session, String reason) {
        register.of(session.peer().spiffeId()).forEach(transfer -> transfer.post(() -> transfer.sessionDown(session)));
    }

    @Override
    public void message(Session session, Control message) {
        if (message.hasKeyStep()) {
            try {
                peerKeys.steps().heard(session, message.getKeyStep());
            } catch (StateException e) {
                fatal(e);
            }
            return;
        }
        Addressed to = Addressed.of(message)
                .orElseThrow(() -> new ProtocolException("a " + message.getBodyCase() + " is not of this version"));
        if (message.hasOffer()) {
            offer(session, message);
            return;
        }
        if (message.hasRequest()) {
            serving.requested(session, message.getRequest());
            return;
        }
        if (message.hasExistsAnswer()) {
            log.info(
                    "{} found that its checkpoint is the one that stands here: {}",
                    session.peer().spiffeId(),
                    message.getExistsAnswer().getSame());
            return;
        }
        Optional<Transfer> transfer =
                mine(session, new Key(to.transferId(), to.ours())).or(() -> fromSource(session, message, to));
        if (transfer.isPresent()) {
            Transfer known = transfer.get();
            known.postMessage(() -> known.message(session, message));
        } else if (to.ours() == Role.DESTINATION) {
            refuse(
                    session,
                    to.transferId(),
                    Code.UNKNOWN_TRANSFER,
                    "no transfer " + to.transferId() + " is known here");
        }
    }

    private Optional<Transfer> mine(Session session, Key key) {
        return register.known(key)
                .filter(transfer ->
                        transfer.row().getPeer().equals(session.peer().spiffeId()));
    }

    /** A source says some of what a destination says, too: that it refuses a Request, or is paused. */
    private Optional<Transfer> fromSource(Session session, Control message, Addressed to) {
        return message.hasRefuse() || message.hasWaiting()
                ? mine(session, new Key(to.transferId(), Role.DESTINATION))
                : Optional.empty();
    }

    private void offer(Session session, Control message) {
        OfferMessage offer = message.getOffer();
        String id = "";
        try {
            ByteString transferId = Admission.parse(offer.getOffer()).getTransferId();
            if (transferId.size() != 16) {
                throw new ProtocolException("an offer whose transfer id has " + transferId.size() + " bytes");
            }
            id = Statements.hex(transferId.toByteArray());
            consider(session, message, new Key(id, Role.DESTINATION));
        } catch (ProtocolException e) {
            throw e; // it ends the session
        } catch (RuntimeException e) {
            if (isFatal(e)) {
                fatal(e);
                return;
            }
            TransferException refusal = e instanceof NoRoomException full
                    ? new TransferException(
                            Code.NO_SPACE, room.settings().self() + " has no room left for its record", full)
                    : Failures.of(e, Role.DESTINATION);
            log.warn("refused {}: {} {}", session.peer().spiffeId(), refusal.code(), refusal.getMessage());
            refuse(session, id, refusal.code(), String.valueOf(refusal.getMessage()), volume(offer));
        }
    }

    private static String volume(OfferMessage offer) {
        try {
            return Admission.parse(offer.getOffer()).getVolume();
        } catch (TransferException unreadable) {
            return "";
        }
    }

    private void consider(Session session, Control message, Key key) {
        OfferMessage offer = message.getOffer();
        Optional<Transfer> known;
        // the same offer may come by two sessions at once
        synchronized (admissionLocks.computeIfAbsent(session.peer().spiffeId(), peer -> new Object())) {
            known = register.known(key);
            if (known.isEmpty()) {
                admit(session, offer, key);
                return;
            }
        }
        Transfer transfer = known.get();
        boolean brought = transfer.row().getPeer().equals(session.peer().spiffeId());
        if (brought && transfer.row().getOffer().isEmpty()) { // asked for here
            if (transfer.state() != State.REQUESTED) {
                throw new TransferException(
                        Code.forNumber(transfer.row().getCode()),
                        "it is not wanted any more: " + transfer.row().getSentence());
            }
            transfer.postMessage(() -> transfer.message(session, message));
            return;
        }
        boolean same = transfer.row().getPeer().equals(session.peer().spiffeId())
                && transfer.row().getOffer().equals(offer.getOffer());
        if (!same) {
            throw new TransferException(
                    Code.OFFER_MISMATCH, "transfer " + key.id() + " is known here with another offer");
        }
        transfer.postMessage(() -> transfer.message(session, message));
    }

    private void admit(Session session, OfferMessage offer, Key key) {
        admission.consider(session, offer, key).ifPresent(row -> {
            DestinationTransfer transfer = transferOf(key);
            transfer.post(() -> {
                transfer.sessionUp(session);
                transfer.to().accept();
            });
        });
    }

    private void refuse(Session session, String id, Code code, String sentence) {
        refuse(session, id, code, sentence, "");
    }

    void refuse(Session session, String id, Code code, String sentence, String volume) {
        room.refusals().refusedPeer(session.peer().spiffeId(), code, volume, sentence);
        try {
            session.send(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(id.isEmpty() ? ByteString.copyFrom(new byte[16]) : Transfer.digestBytes(id))
                            .setCode(code)
                            .setSentence(Transfer.sentence(sentence)))
                    .build());
        } catch (SessionClosedException e) {
            log.debug("the refused peer has gone", e);
        }
    }

    @Override
    public void refused(String peer, Code code, String sentence) {
        room.refusals().refusedPeer(peer, code, "", sentence);
    }

    @Override
    public boolean wanted(Session session, ChunkHeader header) {
        return receiver(session, header)
                .filter(transfer -> transfer.receiving().wanted(header))
                .isPresent();
    }

    @Override
    public void chunk(Session session, ChunkHeader header, PooledChunk chunk) {
        boolean taken = receiver(session, header)
                .filter(transfer -> transfer.receiving().chunk(header, chunk))
                .isPresent();
        if (!taken) {
            chunk.release();
        }
    }

    private Optional<DestinationTransfer> receiver(Session session, ChunkHeader header) {
        return register.live(Key.of(header.transferId(), Role.DESTINATION))
                .filter(transfer ->
                        transfer.row().getPeer().equals(session.peer().spiffeId()))
                .map(DestinationTransfer.class::cast);
    }

    /** The keys of peers, for who verifies what they sign besides transfers. */
    public PeerBindings bindings() {
        return new PeerBindings() {
            @Override
            public KeyEvidence ours(Session session) {
                return peerKeys.ours(session);
            }

            @Override
            public KeyBinding accept(String peer, KeyEvidence evidence) {
                peerKeys.accept(peer, evidence);
                return peerKeys.mustBePinned(peer);
            }

            @Override
            public List<KeyBinding> kept(String peer) {
                return peerKeys.kept(peer);
            }
        };
    }

    /** What is complete here, for who asks about it. */
    public Holdings holdings() {
        return new Holdings(room, this);
    }

    /** Bundles for other people's tools. */
    public Bundles bundles() {
        return new RecordedBundles(room, this);
    }

    /** Why the peer's question cannot be answered may be why nothing can: then the daemon stops. */
    public void failed(Throwable e) {
        if (isFatal(e)) {
            fatal(e);
        }
    }

    /** The newest push of this daemon to a peer that ended in a receipt. */
    Optional<TransferRow> closedPush(String peer, String volume, String name) {
        return register
                .newest(
                        1,
                        transfer -> transfer.key().role() == Role.SOURCE
                                && transfer.state() == State.CLOSED
                                && transfer.row().getPeer().equals(peer)
                                && transfer.offerParsed().getVolume().equals(volume)
                                && transfer.offerParsed().getName().equals(name))
                .stream()
                .map(Transfer::row)
                .findFirst();
    }

    // ---- what transfers need of the room

    Rows rows() {
        return rows;
    }

    PeerKeys peerKeys() {
        return peerKeys;
    }

    Statements statements() {
        return statements;
    }

    Admission admission() {
        return admission;
    }

    Decoder decoder() {
        return decoder;
    }

    Executor pool() {
        return pool;
    }

    Executor workers() {
        return workers;
    }

    Executor forcers() {
        return forcers;
    }

    /** A transfer whose row was taken back. */
    void forget(Key key) {
        register.forget(key);
    }

    DestinationTransfer transferOf(Key key) {
        return (DestinationTransfer) register.register(key);
    }

    /**
     * What a peer may put on record here in a day: each of its transfers leaves a row and entries for good.
     *
     * @throws TransferException BUSY
     */
    void boundOfDay(String peer, Role role) {
        int max = room.settings().transfersPerDayMax();
        if (register.today(peer, role) >= max) {
            throw new TransferException(
                    Code.BUSY,
                    max + " transfers of " + peer + " were put on record today already: the next ones tomorrow (UTC)");
        }
    }

    /** Transfers under way with a peer, in a role: those that were pulled, or those that were pushed. */
    long unfinished(String peer, Role role, boolean pulls) {
        return register.of(peer).stream()
                .filter(transfer -> transfer.key().role() == role
                        && !transfer.state().finished()
                        && transfer.row().getRequest().isEmpty() != pulls)
                .count();
    }

    /**
     * Whether a principal of this machine may begin one more with a peer. The last quarter of the places is for whoever has none: nobody can keep the others out.
     *
     * @throws TransferException BUSY
     */
    void boundOfPrincipal(String principal, String peer, Role role, boolean pulls) {
        int max = room.settings().transfersPerPeerMax();
        long all = unfinished(peer, role, pulls);
        long own = register.of(peer).stream()
                .filter(transfer -> transfer.key().role() == role
                        && !transfer.state().finished()
                        && transfer.row().getRequest().isEmpty() != pulls
                        && transfer.row().getPrincipal().equals(principal))
                .count();
        String what = pulls ? " pulls from " : " pushes to ";
        if (all >= max) {
            throw new TransferException(Code.BUSY, max + what + peer + " are unfinished already");
        }
        if (own > 0 && all >= max - max / 4) {
            throw new TransferException(
                    Code.BUSY,
                    all + what + peer + " are unfinished already, " + own + " of them of '" + principal
                            + "': the last places are for whoever has none; let one end, or cancel one (`carnet status`)");
        }
    }

    /** Policy has changed: what it does not allow any more ends. */
    public void policyChanged() {
        register.live().forEach(transfer -> transfer.post(transfer::policyChanged));
    }

    /** Begins a new transfer: in the session that there is, or in the next one. */
    void meet(Transfer transfer, String peer) {
        room.transport()
                .session(peer)
                .ifPresentOrElse(
                        session -> transfer.post(() -> transfer.sessionUp(session)),
                        () -> transfer.waiting("a session with " + peer
                                + room.transport()
                                        .whyNot(peer)
                                        .map(why -> ": " + why)
                                        .orElse("")));
    }

    long reserved(long device) {
        return register.reserved(device);
    }

    Volume volume(String name) {
        Volume volume = room.settings().volumes().get(name);
        if (volume == null) {
            throw new TransferException(
                    Code.POLICY,
                    "no volume '" + name + "' is declared at " + room.settings().self());
        }
        return volume;
    }

    SourceTree sourceTree(TransferRow row) {
        return volume(row.getSourceVolume()).source(row.getSourceRelative(), row.getDereference(), Readers.of(row));
    }

    int streams(TransferRow row) {
        return row.getStreams() > 0 ? row.getStreams() : room.settings().streams();
    }

    /**
     * What a destination writes before it forces: a quarter of its own flush window. The source's window follows what was acknowledged, hence lags behind
     * ours, most of all at the beginning: a batch that it has no room for makes it stand still. So a batch is also no more than half of what was
     * acknowledged in this attempt, down to half of the least window.
     */
    long flushBytes(Meter meter, long acknowledged) {
        long window = Math.clamp(
                (long) meter.now(System.nanoTime()),
                room.settings().windowMin(),
                room.settings().windowMax());
        return Math.max(room.settings().windowMin() / 2, Math.min(window / 4, acknowledged / 2));
    }

    /** Runs a task in a transfer's mailbox after a moment. */
    void later(Transfer transfer, Runnable task) {
        var _ = scheduler.schedule(() -> transfer.post(task), LATER.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs what takes long outside of a mailbox. */
    void background(Runnable task, Consumer<RuntimeException> failed) {
        pool.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                failed.accept(e);
            }
        });
    }

    <T> T withBuffer(Function<PooledChunk, T> work) {
        PooledChunk chunk = room.sendPool()
                .acquire(BUFFER_WAIT)
                .orElseThrow(() -> new TransferException(
                        Code.BUSY,
                        "no buffer came free in " + BUFFER_WAIT.toSeconds() + " s: other transfers use them all"));
        try {
            return work.apply(chunk);
        } finally {
            chunk.release();
        }
    }

    boolean isFatal(Throwable e) {
        return e instanceof LedgerException
                || (e instanceof StateException && !(e instanceof NoRoomException))
                || e instanceof Error;
    }

    void fatal(Throwable e) {
        log.error("the daemon stops: {}", e.getMessage(), e);
        onFatal.accept(e);
    }

    /** From here on a failure is the end of something that was stopped. */
    boolean closing() {
        return closing;
    }

    /** Ends what moves in good order while the sessions are still up: what has arrived is recorded and acknowledged. */
    public void quiesce() {
        closing = true;
        scheduler.shutdown();
        List<CompletableFuture<Void>> stopping =
                register.live().stream().map(this::stopping).toList();
        try {
            CompletableFuture.allOf(stopping.toArray(CompletableFuture<?>[]::new))
                    .get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            log.warn("a transfer was not stopped in good order within {} s", CLOSE_SECONDS_MAX);
        } catch (ExecutionException e) {
            log.warn("while stopping transfers", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** In its mailbox, where nobody begins an attempt meanwhile. */
    private CompletableFuture<Void> stopping(Transfer transfer) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        transfer.post(() -> {
            try {
                transfer.shutdown();
            } catch (RuntimeException e) {
                log.warn("while stopping transfer {}", transfer.key().id(), e);
            } finally {
                done.complete(null);
            }
        });
        return done;
    }

    @Override
    public void close() {
        quiesce();
        for (ExecutorService executor : Arrays.asList(workers, forcers, pool)) {
            executor.shutdown();
        }
        try {
            if (!pool.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                log.warn("something still runs {} s after the end; it is left behind", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
