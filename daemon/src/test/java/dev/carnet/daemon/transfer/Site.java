package dev.carnet.daemon.transfer;

import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.ledger.LeafSigner;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Ledgers;
import dev.carnet.daemon.ledger.Published;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.question.Questions;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeSpec;
import dev.carnet.daemon.volume.Volumes;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.LogHead;
import dev.carnet.proto.ledger.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** One daemon's rooms in this process: real store, ledger, volume and transfer room; only the transport is a {@link FakeLine}. */
final class Site implements AutoCloseable {
    final String spiffeId;
    final Path root;
    final ConcurrentLinkedQueue<Throwable> fatal = new ConcurrentLinkedQueue<>();
    private final Map<String, X509Certificate> anchors;
    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private LmdbStore store;
    private Ledger ledger;

    /** How far its log is; at once all of it. */
    volatile Published published = (sequence, then) -> then.run();

    private Volume volume;
    private Volume second;
    private Volume readOnly;
    private Engine engine;
    private Questions questions;
    FakePool sendPool;
    final CountingBlake3 blake3 = new CountingBlake3();
    volatile boolean allowed = true;
    volatile Set<Policy.Right> ungranted = Set.of();
    volatile String policyDigest = "dd".repeat(32);
    volatile Duration ahead = Duration.ZERO; // of the real time

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    };

    volatile RefusalSink refusals = RefusalSink.LOG;
    volatile Set<Policy.Act> denied = Set.of();

    /** Runs where the policy is asked whether a peer may pull. */
    volatile Runnable listening = () -> {};

    volatile Map<String, Long> quotas = Map.of();
    Duration beginTimeout = Duration.ofSeconds(60);
    int transfersPerPeerMax = 16;
    private int replaced;
    int transfersPerDayMax = 10_000;

    Site(Path root, String domain, Map<String, X509Certificate> anchors) throws Exception {
        this.root = root;
        this.spiffeId = "spiffe://" + domain + "/carnetd";
        this.anchors = anchors;
        Files.createDirectories(volumePath());
        Authority ca = Identities.system().makeAuthority(domain, root.resolve("ca"));
        Identities.system().issue(ca, SpiffeId.parse(spiffeId), root.resolve("identity"));
        anchors.put(
                domain,
                Pem.certificates(Files.readString(root.resolve("ca").resolve(Identities.CA_CERTIFICATE)))
                        .getFirst());
        this.chain = Pem.certificates(Files.readString(root.resolve("identity").resolve(Identities.CERTIFICATE)));
        this.key = Pem.privateKey(Files.readString(root.resolve("identity").resolve(Identities.KEY)));
    }

    Path volumePath() {
        return root.resolve("volume");
    }

    String origin() {
        return spiffeId.substring("spiffe://".length());
    }

    /** Opens every room; the other end is named for the policy and the alias {@code peer}. */
    void start(Transport transport, FakePool pool, String peer) throws Exception {
        sendPool = pool;
        Files.createDirectories(root.resolve("state"));
        volume = Volumes.open(new VolumeSpec("v", volumePath(), false, null, 0, false));
        Path beside = Files.createDirectories(root.resolve("second"));
        second = Volumes.open(new VolumeSpec("w", beside, false, null, 0, false));
        Path archive = Files.createDirectories(root.resolve("archive"));
        readOnly = Volumes.open(
                new VolumeSpec("r", archive, true, null, 0, false),
                Files.createDirectories(root.resolve("state/records/r")));
        store = LmdbStore.open(root.resolve("state").resolve("db"));
        SecureRandom random = new SecureRandom();
        ledger = Ledgers.open(root.resolve("state"), store, Optional.empty(), signer(), clock, random);
        Settings settings = new Settings(
                spiffeId,
                Map.of("v", volume, "w", second, "r", readOnly),
                quotas,
                Map.of(),
                Map.of("peer", peer),
                2,
                16 << 20,
                16 << 20,
                Duration.ofMillis(300),
                beginTimeout,
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofDays(14),
                transfersPerPeerMax,
                transfersPerDayMax,
                root.resolve("state"),
                root.resolve("state/ledger/blobs/sha256"),
                2);
        TrustAnchors trusted = new TrustAnchors(anchorLists());
        Room room = new Room(
                () -> settings,
                store,
                ledger,
                new AsTheTestSays(),
                transport,
                this::policy,
                () -> trusted,
                pool,
                blake3,
                clock,
                random,
                refusals);
        engine = new Engine(room, fatal::add);
        questions = new Questions(room, engine.holdings(), engine, fatal::add);
        transport.start(questions);
        engine.start();
    }

    /** {@link #published}, asked anew each time. */
    private final class AsTheTestSays implements Published {
        @Override
        public void whenCovers(long sequence, Runnable then) {
            published.whenCovers(sequence, then);
        }

        @Override
        public Optional<LogHead> head() {
            return published.head();
        }

        @Override
        public Optional<LogHead> head(String spiffeId, String origin) {
            return published.head(spiffeId, origin);
        }

        @Override
        public boolean had(LogHead head) {
            return published.had(head);
        }
    }

    private Map<String, List<X509Certificate>> anchorLists() {
        Map<String, List<X509Certificate>> lists = new java.util.HashMap<>();
        anchors.forEach((domain, anchor) -> lists.put(domain, List.of(anchor)));
        return lists;
    }

    private Policy policy() {
        return new Policy() {
            @Override
            public Optional<Rule> allows(String peer, Act act, String volumeName) {
                if (act == Act.SERVE_PULL) {
                    listening.run();
                }
                return allowed && !denied.contains(act) ? Optional.of(new Rule("test")) : Optional.empty();
            }

            @Override
            public Optional<Grant> grants(String principal, Right right, String volumeName, String peer) {
                return ungranted.contains(right) ? Optional.empty() : Optional.of(new Grant("test"));
            }

            @Override
            public String digest() {
                return policyDigest;
            }
        };
    }

    private LeafSigner signer() {
        return new LeafSigner() {
            @Override
            public String spiffeId() {
                return spiffeId;
            }

            @Override
            public String algorithm() {
                return "ecdsa-p256-sha256";
            }

            @Override
            public byte[] sign(byte[] message) {
                try {
                    Signature signature = Signature.getInstance("SHA256withECDSA");
                    signature.initSign(key);
                    signature.update(message);
                    return signature.sign();
                } catch (GeneralSecurityException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public List<byte[]> chain() {
                return chain.stream().map(Site::der).toList();
            }
        };
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    /** While it is down: its entry keys are replaced at the next start. */
    void replaceKeys() throws IOException {
        Path keys = root.resolve("state/keys");
        Files.createDirectories(keys.resolve("previous"));
        for (String name : List.of("entry.ed25519", "entry.mldsa44")) {
            if (Files.exists(keys.resolve("previous").resolve(name))) {
                Files.move(
                        keys.resolve("previous").resolve(name),
                        keys.resolve("previous").resolve(name + "." + ++replaced));
            }
            Files.move(keys.resolve(name), keys.resolve("previous").resolve(name));
        }
    }

    Volume volume() {
        return volume;
    }

    Volume readOnly() {
        return readOnly;
    }

    Clock clock() {
        return clock;
    }

    Engine engine() {
        return engine;
    }

    Questions questions() {
        return questions;
    }

    LmdbStore store() {
        return store;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Names that are published or reserved. */
    int names() {
        return rows(Table.NAMES);
    }

    int rows(Table table) {
        return store.read(tx -> {
            int[] count = {0};
            tx.scan(table, new byte[0], (key, value) -> ++count[0] > 0);
            return count[0];
        });
    }

    /** Directories of staging, published checkpoints' records. */
    List<Path> below(String folder) throws IOException {
        Path directory = volumePath().resolve(".carnet").resolve(folder);
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    /** Every entry of the ledger, read strictly. */
    List<Statement> entries() {
        List<Statement> found = new ArrayList<>();
        ledger.entries(0, 1_000)
                .forEach(recorded ->
                        found.add(Statement.read(Dsse.parse(recorded.envelope()).payload())));
        return found;
    }

    List<byte[]> envelopes() {
        return ledger.entries(0, 1_000).stream()
                .map(recorded -> recorded.envelope())
                .toList();
    }

    /** The labels of the entries about transfers, in order. */
    List<String> said() {
        return entries().stream()
                .map(statement -> statement.predicate().label())
                .filter(label -> !label.equals("key-binding"))
                .toList();
    }

    @Override
    public void close() {
        if (engine != null) {
            questions.close();
            engine.close();
            ledger.close();
            store.close();
        }
    }
}
