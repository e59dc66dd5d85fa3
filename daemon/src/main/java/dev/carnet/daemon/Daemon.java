package dev.carnet.daemon;

import static java.util.Objects.requireNonNull;

import dev.carnet.daemon.api.ApiFacts;
import dev.carnet.daemon.api.ApiLimits;
import dev.carnet.daemon.api.CallerPaths;
import dev.carnet.daemon.api.Gate;
import dev.carnet.daemon.api.LocalApi;
import dev.carnet.daemon.audit.PublishedFiles;
import dev.carnet.daemon.catalogue.Jobs;
import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.Defaults;
import dev.carnet.daemon.config.IdentityFiles;
import dev.carnet.daemon.config.StateDirectory;
import dev.carnet.daemon.config.VolumeConfig;
import dev.carnet.daemon.daybook.Daybook;
import dev.carnet.daemon.daybook.Distribution;
import dev.carnet.daemon.daybook.Surroundings;
import dev.carnet.daemon.doctor.Doctor;
import dev.carnet.daemon.doctor.LedgerLook;
import dev.carnet.daemon.doctor.RevocationCheck;
import dev.carnet.daemon.doctor.TlsCheck;
import dev.carnet.daemon.ledger.ForkedPeers;
import dev.carnet.daemon.ledger.LeafSigner;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Ledgers;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.merkle.Publisher;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.question.Questions;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.transfer.Engine;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.Settings;
import dev.carnet.daemon.transport.ChunkPools;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.daemon.transport.StaticFiles;
import dev.carnet.daemon.transport.TlsFacts;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.daemon.transport.TransportSpec;
import dev.carnet.daemon.transport.Transports;
import dev.carnet.daemon.volume.Forbidden;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeSpec;
import dev.carnet.daemon.volume.Volumes;
import dev.carnet.daemon.witness.LogWitness;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Choice;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the rooms together, starts them from the bottom, stops them from the top. */
final class Daemon implements AutoCloseable {
    /** For people. */
    static final String SOFTWARE = "carnet 0.1.0";

    private static final Logger log = LoggerFactory.getLogger(Daemon.class);
    private static final Duration SILENCE_MAX = Duration.ofMinutes(10);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable Live live;

    private Daemon() {}

    /**
     * Starts everything; returns when the API answers and the port is bound.
     *
     * @param defaults with which the configuration was read, and will be read again
     * @param onFatal must end the process at once
     * @throws ConfigException where what the configuration names cannot be used
     */
    static Daemon start(DaemonConfig config, Defaults defaults, Clock clock, Consumer<Throwable> onFatal)
            throws ConfigException {
        Daemon daemon = new Daemon();
        try {
            daemon.wire(config, defaults, clock, onFatal);
            return daemon;
        } catch (ConfigException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void wire(DaemonConfig config, Defaults defaults, Clock clock, Consumer<Throwable> onFatal)
            throws ConfigException {
        StateDirectory.prepare(config).forEach(log::warn);
        Map<Path, String> seen = FileWatch.prints(config);
        Live live = new Live(InForce.load(config, clock.instant()), defaults, clock);
        this.live = live;
        IdentityFiles identity = live.now().identity();
        Credentials credentials = live.now().credentials();
        Blake3 hash = SettlingBlake3.start(Blake3Choice::made);
        CompletableFuture<String> software = CompletableFuture.supplyAsync(Distribution::digest);
        SecureRandom random = new SecureRandom();
        Path state = config.daemon().state();

        Map<String, Volume> volumes = new HashMap<>();
        for (VolumeConfig volume : config.volumes()) {
            volumes.put(
                    volume.name(), closing(Volumes.open(spec(volume), records(state, volume), neverTravels(config))));
        }
        Store store = closing(LmdbStore.open(state.resolve("db")));
        Ledger ledger =
                closing(Ledgers.open(state, store, config.daemon().origin(), signer(credentials), clock, random));
        MerkleLog merkle = MerkleLog.open(
                state.resolve("ledger"), store, ledger, body -> ledger.keys().signLog(body, clock.instant()));
        AtomicReference<RefusalSink> refusals = new AtomicReference<>(RefusalSink.LOG);
        LogWitness witness = new LogWitness(
                identity.id().uri(),
                store,
                ledger,
                merkle,
                () -> live.now().witnesses(),
                () -> live.now().peerIds(),
                clock,
                (who, code, volume, sentence) ->
                        requireNonNull(refusals.get()).refusedPeer(who, code, volume, sentence),
                onFatal);
        Publisher publisher = closing(new Publisher(merkle, ledger, witness, onFatal));
        Daybook daybook = closing(new Daybook(store, ledger, clock, surroundings(live), onFatal));
        daybook.starting(SOFTWARE, software.join());
        live.witness(next ->
                daybook.inForce(next.policy().canonicalText(), next.trust().canonicalText()));
        refusals.set(daybook);
        daybook.start();
        StaticFiles published = new PublishedFiles(state.resolve("ledger"));
        Transport transport = Transports.create(
                transportSpec(config, ledger.origin()),
                () -> live.now().credentials(),
                live.now().transportTrust(),
                ChunkPools.create(config.limits().receiveBudgetBytes()),
                published,
                clock,
                random);
        live.subscribe((was, now) -> transport.reload(now.transportTrust()));
        AtomicReference<Settings> settings = new AtomicReference<>(settings(config, identity, volumes));
        live.subscribe((was, now) -> settings.set(settings(now.config(), identity, volumes)));
        Room room = new Room(
                settings::get,
                store,
                ledger,
                publisher,
                transport,
                () -> live.now().policy(),
                () -> live.now().identity().anchors(),
                ChunkPools.create(config.limits().sendBudgetBytes()),
                hash,
                clock,
                random,
                daybook);
        Engine engine = closing(new Engine(room, onFatal));
        Questions questions = closing(new Questions(room, engine.holdings(), engine, engine::failed));
        closing(transport); // sessions end before what they serve
        Jobs jobs = closing(Jobs.of(engine, clock, random));
        live.subscribe((was, now) -> engine.policyChanged());
        open.push(engine::quiesce);
        open.push(questions::quiesce);
        engine.start();
        transport.start(witness.below(questions, engine.bindings()));
        closing(witness).start(publisher);
        publisher.start();
        Doctor doctor = Doctor.of(
                config,
                clock,
                () -> tls(transport),
                () -> revocation(live, transport),
                () -> ledger(live, store, publisher, witness),
                live::broken);
        ApiFacts facts = new Facts(
                live,
                ledger,
                transport,
                questions,
                jobs,
                published,
                engine.bundles(),
                hash,
                clock,
                () -> findings(doctor));
        LocalApi api = closing(LocalApi.create(
                config.daemon().socket(),
                engine,
                facts,
                new Gate(() -> live.now().policy(), daybook),
                new CallerPaths(() -> live.now().config().rights().pathMaps()),
                ApiLimits.DEFAULT));
        api.start();
        closing(new FileWatch(live, seen)).start();
        log.info(
                "{} serves {} on {}, local API at {}",
                SOFTWARE,
                identity.id().uri(),
                config.daemon().listen().isPresent() ? transport.address() : "no port",
                api.socket());
    }

    private static Surroundings surroundings(Live live) {
        return new Surroundings() {
            @Override
            public String self() {
                return live.now().identity().id().uri();
            }

            @Override
            public String policyDigest() {
                return live.now().policy().digest();
            }

            @Override
            public boolean peer(String spiffeId) {
                return live.now().config().peers().stream()
                        .anyMatch(peer -> peer.id().uri().equals(spiffeId));
            }

            @Override
            public boolean volume(String name) {
                return live.now().config().volumes().stream()
                        .anyMatch(volume -> volume.name().equals(name));
            }
        };
    }

    /** Reads the configuration again; a broken one changes nothing. */
    void reload(String trigger) {
        if (live != null) {
            var _ = live.reload(trigger);
        }
    }

    private <T extends AutoCloseable> T closing(T room) {
        open.push(room);
        return room;
    }

    /** Where the records of a volume lie that is read-only. */
    private static Path records(Path state, VolumeConfig volume) {
        try {
            Path records = state.resolve("records").resolve(volume.name());
            return Files.createDirectories(
                    records, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory of records in " + state, e);
        }
    }

    private static VolumeSpec spec(VolumeConfig volume) {
        return new VolumeSpec(
                volume.name(),
                volume.path(),
                volume.readOnly(),
                volume.group().orElse(null),
                ~volume.modeMask() & VolumeConfig.MODE_MASK_DEFAULT, // there: the bits that are taken
                volume.renameWithoutNoreplace(),
                volume.modesDecide());
    }

    /** The state may lie below a volume that is only read, and so may the identity. */
    private static Forbidden[] neverTravels(DaemonConfig config) {
        Path state = config.daemon().state();
        String what = "the daemon's own state directory, which holds its keys";
        return new Forbidden[] {
            new Forbidden(state, what),
            new Forbidden(state.resolve("keys"), what),
            new Forbidden(state.resolve("keys").resolve("previous"), what),
            new Forbidden(config.identity().key(), "the daemon's own identity key"),
        };
    }

    private static TlsCheck.Facts tls(Transport transport) {
        TlsFacts tls = transport.tls();
        return new TlsCheck.Facts(
                tls.provider(), tls.group(), tls.wrapMegabytesPerSecond(), TlsFacts.WRAP_MEGABYTES_PER_SECOND_MIN);
    }

    private static RevocationCheck.Facts revocation(Live live, Transport transport) {
        InForce now = live.now();
        return new RevocationCheck.Facts(now.config(), now.identity().authorities(), transport.revoked());
    }

    private static LedgerLook.Facts ledger(Live live, Store store, Publisher publisher, LogWitness witness) {
        Map<String, String> forked = new TreeMap<>();
        live.now().peerIds().forEach(peer -> ForkedPeers.why(store, peer).ifPresent(why -> forked.put(peer, why)));
        Map<String, String> unproven = new TreeMap<>();
        live.now().peerIds().forEach(peer -> witness.unproven(peer).ifPresent(why -> unproven.put(peer, why)));
        return new LedgerLook.Facts(publisher.waitingFor(), forked, unproven);
    }

    private static List<Map<String, String>> findings(Doctor doctor) {
        return doctor.run().stream()
                .map(finding -> Map.of(
                        "check", finding.check(),
                        "level", finding.level().name().toLowerCase(Locale.ROOT),
                        "found", finding.found(),
                        "whatToDo", finding.whatToDo()))
                .toList();
    }

    private static LeafSigner signer(Credentials credentials) {
        return new LeafSigner() {
            @Override
            public String spiffeId() {
                return credentials.spiffeId();
            }

            @Override
            public String algorithm() {
                return credentials.algorithm();
            }

            @Override
            public byte[] sign(byte[] message) {
                return credentials.sign(message);
            }

            @Override
            public List<byte[]> chain() {
                return credentials.chainDer();
            }
        };
    }

    private static TransportSpec transportSpec(DaemonConfig config, String origin) {
        InetSocketAddress listen = config.daemon()
                .listen()
                .map(at -> new InetSocketAddress(at.host(), at.port()))
                .orElse(null);
        return TransportSpec.of(
                listen, origin, SOFTWARE, Math.max(config.limits().streams(), 16));
    }

    private static Settings settings(DaemonConfig config, IdentityFiles identity, Map<String, Volume> volumes) {
        Map<String, Long> quotas = new HashMap<>();
        config.volumes().forEach(volume -> volume.quotaBytes().ifPresent(bytes -> quotas.put(volume.name(), bytes)));
        Map<String, Integer> modeMasks = new HashMap<>();
        config.volumes().forEach(volume -> modeMasks.put(volume.name(), volume.modeMask()));
        Map<String, String> peers = new HashMap<>();
        config.peers().forEach(peer -> peers.put(peer.alias(), peer.id().uri()));
        return new Settings(
                identity.id().uri(),
                Map.copyOf(volumes),
                Map.copyOf(quotas),
                Map.copyOf(modeMasks),
                Map.copyOf(peers),
                config.limits().streams(),
                config.limits().flushWindowBytesMin(),
                config.limits().flushWindowBytesMax(),
                config.limits().flushInterval(),
                config.limits().beginTimeout(),
                config.limits().receiptPending(),
                SILENCE_MAX,
                config.limits().stagingTtl(),
                config.limits().transfersPerPeer(),
                Limits.TRANSFERS_A_DAY_MAX,
                config.daemon().state(),
                config.daemon().state().resolve("ledger").resolve("blobs").resolve("sha256"),
                Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    /** Stops from the top; each room in its own bounded time. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable room = open.pop();
            try {
                room.close();
            } catch (Exception e) {
                log.warn("while stopping {}", room, e);
            }
        }
    }
}
