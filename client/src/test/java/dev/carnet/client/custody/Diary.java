package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.audit.Vouching;
import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.StagingDestroyed;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferAbort;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A daemon of a made-up history: it says things, each some minutes after the one before, whoever said that. */
final class Diary {
    static final long FILES = 3;
    static final long BYTES = 4_000_000_000L;
    static final String NO_CHUNKS = "carnet-chunks v1\n";
    private static final List<String> KEYS = List.of(digest("ed25519"), digest("mldsa44"));

    /** Of all daemons of a test. */
    static final class Clock {
        private Instant now = Instant.parse("2026-03-01T08:00:00Z");
        private Duration step = Duration.ofMinutes(7);

        Instant tick() {
            now = now.plus(step);
            return now;
        }

        void wait(Duration time) {
            now = now.plus(time);
        }
    }

    final String origin;
    final String daemon;
    final List<Statement> says = new ArrayList<>();

    /** What a comparison with others would have found, by entry. */
    final Map<Integer, Finding.Kind> doubted = new TreeMap<>();

    Verdict verdict = Verdict.VERIFIES;
    private final Clock clock;
    private final Map<String, String> intents = new HashMap<>();
    private @Nullable TestKeys keys;

    Diary(String name, Clock clock) {
        this("example.org", name, clock);
    }

    Diary(String domain, String name, Clock clock) {
        this.origin = "ledger." + domain + "/" + name;
        this.daemon = "spiffe://" + domain + "/carnet/" + name.replaceAll("[^A-Za-z0-9-]", "");
        this.clock = clock;
    }

    static String digest(String of) {
        return Digests.sha256Hex(of.getBytes(UTF_8));
    }

    /** With keys, what it says can be written and signed. */
    Diary withKeys() {
        return withKeys(new TestKeys());
    }

    Diary withKeys(TestKeys given) {
        keys = given;
        return this;
    }

    TestKeys keys() {
        return Objects.requireNonNull(keys);
    }

    private List<String> keyIds() {
        return keys == null ? KEYS : keys.entryKeys().ids();
    }

    // ---- what it may say

    void say(Statement statement) {
        says.add(statement);
    }

    /** By whoever of the two this is. The destination has the grant: it asked, or let itself be asked. */
    void intent(Move move) {
        boolean source = move.source() == this;
        Diary peer = source ? move.destination() : move.source();
        say(new TransferIntent(
                daemon,
                origin,
                clock.tick(),
                move.id(),
                source ? Role.SOURCE : Role.DESTINATION,
                peer.daemon,
                move.offer(),
                "ab".repeat(16),
                TransferIntent.Manner.OPEN_PUSH,
                move.volume(),
                move.name(),
                5,
                BYTES,
                TransferIntent.Part.WHOLE,
                source ? "asked-at-source" : "trainer",
                source ? Optional.of("may-push") : Optional.empty(),
                Map.of(),
                source ? "to-partners" : "from-partners",
                digest("policy of " + daemon),
                peer.origin,
                source ? Optional.of(peer.intent(move.id(), Role.DESTINATION)) : Optional.empty()));
        intents.putIfAbsent(
                move.id() + (source ? Role.SOURCE : Role.DESTINATION),
                Digests.sha256Hex(says.getLast().payload()));
    }

    /** The digest of the intent that it has for a transfer; of none, some digest. */
    private String intent(String transfer, Role role) {
        return intents.getOrDefault(transfer + role, digest("intent"));
    }

    void seal(Move move) {
        move.source().sealed(move).forEach(this::say);
    }

    private List<Statement> sealed(Move move) {
        return List.of(new Seal(
                daemon,
                origin,
                clock.tick(),
                move.id(),
                move.tree(),
                move.offer(),
                "ab".repeat(16),
                move.content(),
                FILES,
                2,
                BYTES,
                new Seal.Source(daemon, origin),
                new Seal.Destination(move.destination().daemon, move.destination().origin, move.volume(), move.name()),
                Optional.empty()));
    }

    void publishing(Move move) {
        say(new Possession(
                daemon,
                origin,
                clock.tick(),
                move.tree(),
                Possession.STATE_PUBLISHING,
                move.content(),
                move.volume(),
                move.name(),
                FILES,
                BYTES,
                Optional.of(new Brought(move.id(), move.source().daemon)),
                Optional.of(digest("seal")),
                Optional.empty(),
                Optional.empty()));
    }

    void adopted(Move move) {
        possession(move, Possession.STATE_ADOPTED);
    }

    void verified(Move move) {
        possession(move, Possession.STATE_VERIFIED);
    }

    private void possession(Move move, String state) {
        say(new Possession(
                daemon,
                origin,
                clock.tick(),
                move.tree(),
                state,
                move.content(),
                move.volume(),
                move.name(),
                FILES,
                BYTES,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    static TransferReceipt receipt(Move move, Clock clock) {
        Diary source = move.source();
        Diary destination = move.destination();
        Instant time = clock.tick();
        return new TransferReceipt(
                destination.daemon,
                destination.origin,
                time,
                move.id(),
                move.tree(),
                "ab".repeat(16),
                move.offer(),
                move.content(),
                FILES,
                2,
                BYTES,
                BYTES / 2,
                0,
                new TransferReceipt.Source(
                        source.daemon,
                        source.origin,
                        source.intent(move.id(), Role.SOURCE),
                        digest("seal"),
                        source.keyIds(),
                        time,
                        Optional.empty()),
                new TransferReceipt.Destination(
                        destination.daemon,
                        destination.origin,
                        move.volume(),
                        move.name(),
                        destination.intent(move.id(), Role.DESTINATION),
                        digest("possession"),
                        destination.keyIds(),
                        time,
                        Optional.empty()),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    void pending(Move move) {
        boolean source = move.source() == this;
        say(new ReceiptPending(
                daemon,
                origin,
                clock.tick(),
                move.id(),
                source ? Role.SOURCE : Role.DESTINATION,
                (source ? move.destination() : move.source()).daemon,
                move.tree(),
                "ab".repeat(16),
                move.offer(),
                move.content(),
                move.volume(),
                move.name(),
                digest("seal"),
                source ? Optional.empty() : Optional.of(digest("possession")),
                source ? Optional.empty() : Optional.of(digest("receipt")),
                clock.tick()));
    }

    void abort(Move move, long exposedBytesMax) {
        boolean source = move.source() == this;
        say(new TransferAbort(
                daemon,
                origin,
                clock.tick(),
                move.id(),
                source ? Role.SOURCE : Role.DESTINATION,
                (source ? move.destination() : move.source()).daemon,
                move.offer(),
                "CANCELLED",
                "an operator ended it",
                exposedBytesMax,
                digest(NO_CHUNKS)));
    }

    void stagingDestroyed(Move move) {
        say(new StagingDestroyed(
                daemon,
                origin,
                clock.tick(),
                move.id(),
                Role.DESTINATION,
                move.source().daemon,
                move.offer(),
                move.volume(),
                move.name()));
    }

    private static Optional<Brought> by(Move move, boolean brought) {
        return brought ? Optional.of(new Brought(move.id(), move.source().daemon)) : Optional.empty();
    }

    void released(Move move, boolean brought) {
        say(new PossessionReleased(
                daemon,
                origin,
                clock.tick(),
                by(move, brought),
                move.tree(),
                move.volume(),
                move.name(),
                "moved away"));
    }

    void destroying(Move move, boolean brought) {
        say(new DestructionIntent(
                daemon,
                origin,
                clock.tick(),
                by(move, brought),
                move.tree(),
                move.volume(),
                move.name(),
                move.content(),
                FILES,
                BYTES,
                "operations",
                "may-destroy",
                digest("policy of " + daemon)));
    }

    void destroyed(Move move, boolean brought) {
        say(new Destruction(
                daemon,
                origin,
                clock.tick(),
                by(move, brought),
                move.tree(),
                move.volume(),
                move.name(),
                digest("destruction-intent")));
    }

    // ---- what both say of a transfer that ends well

    static void whole(Move move, Clock clock) {
        move.destination().intent(move);
        move.source().intent(move);
        Statement seal = move.source().sealed(move).getFirst();
        move.source().say(seal);
        move.destination().say(seal);
        move.destination().publishing(move);
        TransferReceipt receipt = receipt(move, clock);
        move.destination().say(receipt);
        move.source().say(receipt);
    }

    // ---- as if it had been verified

    Custody.Heard heard() {
        LedgerFacts facts = new LedgerFacts(new Words());
        for (int i = 0; i < says.size(); i++) {
            facts.entry(i, Statement.read(says.get(i).payload()));
        }
        Doubts doubts = new Doubts();
        doubted.forEach((index, kind) ->
                doubts.add(new Finding(kind, origin + ": entry " + index, "made up", OptionalLong.of(index))));
        boolean counts = verdict == Verdict.VERIFIES || verdict == Verdict.INCOMPLETE;
        return new Custody.Heard(
                new GivenLedger(
                        origin,
                        counts ? daemon : "",
                        says.size(),
                        digest("root of " + origin),
                        verdict,
                        NOWHERE,
                        new LedgerCheck.Result(
                                origin,
                                null,
                                List.of(),
                                List.of(),
                                0,
                                new Vouching(false, false, List.of(), "none", false),
                                verdict),
                        doubts),
                facts);
    }

    private static final LedgerFiles NOWHERE = new LedgerFiles() {
        @Override
        public Optional<InputStream> open(String path) {
            return Optional.empty();
        }

        @Override
        public String name() {
            return "nowhere";
        }
    };

    static Custody custody(Diary... given) {
        return custody(List.of(given));
    }

    static Custody custody(List<Diary> given) {
        try {
            return Custody.of(given.stream().map(Diary::heard).toList());
        } catch (Custody.SameOriginException e) {
            throw new AssertionError(e);
        }
    }

    static List<Checkpoint> checkpoints(Diary... given) {
        List<Checkpoint> all = new ArrayList<>();
        custody(given).checkpoints(all::add);
        return all;
    }
}
