package dev.carnet.daemon.witness;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.merkle.Publisher;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.PeerBindings;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A daemon's ledger, log and witness; what stands above hears of what is left to it. */
final class Node implements AutoCloseable {
    final String id;
    final Path directory;
    final List<Throwable> fatal = Collections.synchronizedList(new ArrayList<>());
    final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    final List<Control> above = Collections.synchronizedList(new ArrayList<>());
    volatile Optional<TrustPolicy> policy = Optional.empty();
    volatile Set<String> peers = Set.of();

    /** Whether there is no room for what the witness keeps. */
    volatile boolean full;

    LedgerFixture fixture;
    MerkleLog merkle;
    LogWitness witness;
    Publisher publisher;
    SessionListener listener;
    private final List<KeyBinding> pinned = new CopyOnWriteArrayList<>();
    private int recorded;

    Node(Path directory, String id) {
        this.directory = directory;
        this.id = id;
    }

    Node start() {
        fixture = LedgerFixture.open(directory, id);
        boolean done = false;
        try {
            merkle = MerkleLog.open(
                    directory.resolve("ledger"),
                    fixture.store,
                    fixture.ledger,
                    body -> fixture.ledger.keys().signLog(body, Instant.now()));
            witness = new LogWitness(
                    id,
                    room(fixture.store),
                    fixture.ledger,
                    merkle,
                    () -> policy,
                    () -> peers,
                    Clock.systemUTC(),
                    (RefusalSink) (who, code, volume, sentence) -> refused.add(who + " " + code + " " + sentence),
                    fatal::add);
            publisher = new Publisher(merkle, fixture.ledger, witness, fatal::add);
            listener = witness.below(new Above(), bindings());
            witness.start(publisher);
            publisher.start();
            done = true;
            return this;
        } finally {
            if (!done) {
                fixture.close();
            }
        }
    }

    private Store room(Store store) {
        return new Store() {
            @Override
            public <T extends @Nullable Object> T write(Function<Tx, T> work) {
                if (full) {
                    throw new NoRoomException("no room", null);
                }
                return store.write(work);
            }

            @Override
            public <T extends @Nullable Object> T read(Function<ReadTx, T> work) {
                return store.read(work);
            }

            @Override
            public void close() {}
        };
    }

    private PeerBindings bindings() {
        return new PeerBindings() {
            @Override
            public KeyEvidence ours(Session session) {
                return evidence();
            }

            @Override
            public KeyBinding accept(String peer, KeyEvidence evidence) {
                KeyBinding binding = KeyBinding.verify(
                        evidence.getBinding().toByteArray(), evidence.getProof().toByteArray());
                pinned.add(binding);
                return binding;
            }

            @Override
            public List<KeyBinding> kept(String peer) {
                return pinned.stream()
                        .filter(one -> one.list().spiffeId().equals(peer))
                        .toList();
            }
        };
    }

    KeyEvidence evidence() {
        var evidence = fixture.ledger.keys().evidence();
        return KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(evidence.binding()))
                .setProof(ByteString.copyFrom(evidence.proof()))
                .build();
    }

    KeyBinding binding() {
        var evidence = fixture.ledger.keys().evidence();
        return KeyBinding.verify(evidence.binding(), evidence.proof());
    }

    String origin() {
        return fixture.ledger.origin();
    }

    /** The keys that it cosigns with. */
    List<NoteKey> witnessKeys() {
        return LogKeys.witness(
                origin() + LogKeys.WITNESS_SUFFIX,
                fixture.ledger.keys().publicKeys().witness());
    }

    /** An entry that says {@code what}. */
    long record(String what) {
        int number = recorded++;
        return fixture.ledger
                .record(
                        new EntryKey("test/" + what.replace(' ', '-'), "self", Predicate.REFUSAL, number),
                        () -> fixture.ledger
                                .keys()
                                .sign(new Refusal(
                                                id,
                                                origin(),
                                                Instant.parse("2026-11-25T10:00:00Z"),
                                                "ab".repeat(32),
                                                Optional.empty(),
                                                Optional.of("local"),
                                                "POLICY",
                                                Optional.empty(),
                                                what,
                                                1,
                                                Instant.parse("2026-11-25T10:00:00Z"),
                                                Instant.parse("2026-11-25T10:00:00Z"))
                                        .payload()),
                        (tx, entry) -> {})
                .sequence();
    }

    List<Statement> entries() {
        return fixture.ledger.entries(0, 1_000).stream()
                .map(entry -> Statement.read(Dsse.parse(entry.envelope()).payload()))
                .toList();
    }

    SignedCheckpoint published() {
        return merkle.checkpoint().orElseThrow();
    }

    void awaitPublished(long sequence) throws InterruptedException {
        var done = new java.util.concurrent.CountDownLatch(1);
        publisher.whenCovers(sequence, done::countDown);
        if (!done.await(30, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new AssertionError("not published in 30 s: " + publisher.waitingFor());
        }
    }

    @Override
    public void close() {
        witness.close();
        publisher.close();
        fixture.close();
    }

    /** Remembers what is passed on. */
    private final class Above implements SessionListener {
        @Override
        public void opened(Session session) {
            above.add(Control.getDefaultInstance());
        }

        @Override
        public void message(Session session, Control message) {
            above.add(message);
        }

        @Override
        public boolean wanted(Session session, ChunkHeader header) {
            return false;
        }

        @Override
        public void chunk(Session session, ChunkHeader header, PooledChunk chunk) {}

        @Override
        public void closed(Session session, String reason) {}

        @Override
        public void refused(String peer, Code code, String sentence) {}
    }
}
