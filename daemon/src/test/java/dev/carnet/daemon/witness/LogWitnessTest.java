package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.ForkedPeers;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Control.BodyCase;
import dev.carnet.proto.wire.v1.KeyStep;
import dev.carnet.proto.wire.v1.LogCosigned;
import dev.carnet.proto.wire.v1.LogGrown;
import dev.carnet.proto.wire.v1.LogKnown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LogWitnessTest {
    private static final String A = "spiffe://a.example/carnetd";
    private static final String B = "spiffe://b.example/carnetd";

    @TempDir
    Path temp;

    private final List<Wire> wires = new ArrayList<>();
    private Node a;
    private Node b;
    private int sessions;

    @BeforeEach
    void start() {
        a = new Node(temp.resolve("a"), A);
        b = new Node(temp.resolve("b"), B);
        a.start();
        b.start();
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        wires.forEach(Wire::close);
    }

    private void connect() {
        wires.addAll(Wire.connect("%032x".formatted(++sessions), a, b));
    }

    /** What a test says to A, as B. */
    private Wire asB() {
        Wire wire = new Wire("%032x".formatted(++sessions), a, B, b.origin());
        wires.add(wire);
        return wire.begin();
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static TrustPolicy quorum(Node witness) {
        NoteKey key = witness.witnessKeys().getFirst();
        return new TrustPolicy(List.of(), Map.of("w", key), Map.of(), Map.of(), "w");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void peers_cosign_each_others_logs() throws InterruptedException {
        connect();
        for (Node node : List.of(a, b)) {
            node.awaitPublished(node.record("one"));
        }
        eventually(() -> a.published().signatures().size() == 4
                && b.published().signatures().size() == 4);
        assertThat(a.published().verify(b.witnessKeys())).hasSize(2);
        assertThat(b.published().verify(a.witnessKeys())).hasSize(2);
        a.awaitPublished(a.record("two"));
        eventually(() -> a.published().checkpoint().size() == a.fixture.ledger.size()
                && a.published().verify(b.witnessKeys()).size() == 2);
        assertThat(a.fatal).isEmpty();
        assertThat(b.fatal).isEmpty();
    }

    @Test
    void what_is_not_of_logs_is_passed_on() throws InterruptedException {
        Wire wire = asB();
        wire.said(BodyCase.LOG_KNOWN);
        wire.arrive(Control.newBuilder()
                .setKeyStep(KeyStep.newBuilder().setKeys(b.evidence()))
                .build());
        eventually(() -> a.above.size() == 2);
        wire.arrive(known(ByteString.EMPTY));
        wire.arrive(Control.newBuilder()
                .setClosed(dev.carnet.proto.wire.v1.Closed.newBuilder()
                        .setTransferId(ByteString.copyFrom(new byte[16]))
                        .setEnvelopeDigest(ByteString.copyFrom(new byte[32])))
                .build());
        eventually(() -> a.above.size() == 3);
    }

    @Test
    void a_quorum_is_waited_for_and_who_is_missing_is_named() throws InterruptedException {
        a.policy = Optional.of(quorum(b));
        long sequence = a.record("one");
        eventually(() -> a.publisher
                .waitingFor()
                .filter(why -> why.contains("w did not"))
                .isPresent());
        assertThat(a.merkle.checkpoint().map(note -> note.checkpoint().size()).orElse(0L))
                .isLessThanOrEqualTo(sequence);
        connect();
        a.awaitPublished(sequence);
        assertThat(a.published().verify(b.witnessKeys())).isNotEmpty();
    }

    @Test
    void witnesses_that_are_asked_by_http_are_made_once_for_a_policy() {
        Map<String, NoteKey> keys = Map.of("w", b.witnessKeys().getFirst());
        OwnLog own = new OwnLog(a.fixture.store, a.fixture.ledger, a.merkle);
        try (WebWitnesses web = new WebWitnesses(a.fixture.store, own)) {
            List<WebWitness> made = web.of(Optional.of(
                    new TrustPolicy(List.of(), keys, Map.of("w", "http://127.0.0.1:1/w"), Map.of(), "none")));
            assertThat(made).singleElement().hasToString("w");
            assertThat(web.of(Optional.of(
                            new TrustPolicy(List.of(), keys, Map.of("w", "http://127.0.0.1:1/w"), Map.of(), "none"))))
                    .isSameAs(made);
            assertThat(web.of(Optional.of(
                            new TrustPolicy(List.of(), keys, Map.of("w", "http://127.0.0.1:2/w"), Map.of(), "none"))))
                    .hasSize(1)
                    .doesNotContainAnyElementsOf(made);
            assertThat(web.of(Optional.of(new TrustPolicy(List.of(), keys, Map.of(), Map.of(), "none"))))
                    .isEmpty();
            assertThat(web.of(Optional.empty())).isEmpty();
        }
    }

    @Test
    void a_cluster_that_starts_at_once_comes_up() throws InterruptedException {
        connect();
        a.awaitPublished(a.record("one"));
        b.awaitPublished(b.record("one"));
        eventually(() -> a.published().signatures().size() == 4
                && b.published().signatures().size() == 4);
        a.policy = Optional.of(quorum(b));
        b.policy = Optional.of(quorum(a));
        a.close();
        b.close();
        a.start();
        b.start();
        long one = a.record("two");
        long other = b.record("two");
        Thread.sleep(200);
        assertThat(a.publisher.waitingFor())
                .hasValueSatisfying(why -> assertThat(why).contains("not heard from w"));
        connect();
        a.awaitPublished(one);
        b.awaitPublished(other);
    }

    @Test
    void a_restored_copy_signs_nothing_once_a_peer_knows_more() throws Exception {
        connect();
        a.awaitPublished(a.record("one"));
        eventually(() -> a.published().signatures().size() == 4);
        a.close();
        copy(temp.resolve("a"), temp.resolve("backup"));
        a.start();
        connect();
        a.awaitPublished(a.record("two"));
        eventually(() -> a.published().signatures().size() == 4
                && a.published().checkpoint().size() == a.fixture.ledger.size());
        long size = a.fixture.ledger.size();
        a.close();
        delete(temp.resolve("a"));
        copy(temp.resolve("backup"), temp.resolve("a"));
        a.peers = Set.of(B);
        a.full = true;
        a.start();
        connect();
        eventually(() -> !a.fatal.isEmpty());
        a.close();
        a.full = false;
        a.fatal.clear();
        a.start(); // it could not be put on record, and is found out again
        connect();
        eventually(() -> !a.fatal.isEmpty());
        assertThat(a.fatal.getFirst())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("of " + size + " entries")
                .hasMessageContaining("restored from an older copy");
        a.close();
        assertThatThrownBy(() -> a.start())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("restored from an older copy");
        delete(temp.resolve("a"));
        a.start();
    }

    @Test
    void without_a_policy_a_log_that_peers_have_cosigned_waits_for_one_of_them() throws InterruptedException {
        a.peers = Set.of(B, "spiffe://gone.example/carnetd");
        connect();
        a.awaitPublished(a.record("one"));
        eventually(() -> a.published().signatures().size() == 4);
        a.close();
        a.start();
        long two = a.record("two");
        eventually(() -> a.publisher
                .waitingFor()
                .filter(why -> why.contains("none of its peers (" + B))
                .isPresent());
        assertThat(a.merkle.signed().orElseThrow().checkpoint().size()).isLessThanOrEqualTo(two);
        connect();
        a.awaitPublished(two);
        a.close();

        a.start();
        long three = a.record("three");
        eventually(() -> a.publisher
                .waitingFor()
                .filter(why -> why.contains("`carnet reload`"))
                .isPresent());
        a.peers = Set.of();
        a.awaitPublished(three);
    }

    // ---- logs that are not right

    /** B has forgotten the end of its log, which A has on record. */
    private void forget() throws Exception {
        connect();
        b.awaitPublished(b.record("one"));
        eventually(() -> b.published().signatures().size() == 4
                && b.published().checkpoint().size() == b.fixture.ledger.size());
        wires.getLast().close(dev.carnet.proto.wire.v1.Code.SHUTTING_DOWN, "");
        wires.get(wires.size() - 2).close(dev.carnet.proto.wire.v1.Code.SHUTTING_DOWN, "");
        b.close();
        copy(temp.resolve("b"), temp.resolve("b-kept"));
        b.start();
        connect();
        b.awaitPublished(b.record("two"));
        eventually(() -> b.published().signatures().size() == 4
                && b.published().checkpoint().size() == b.fixture.ledger.size());
        wires.getLast().close(dev.carnet.proto.wire.v1.Code.SHUTTING_DOWN, "");
        wires.get(wires.size() - 2).close(dev.carnet.proto.wire.v1.Code.SHUTTING_DOWN, "");
        b.close();
        delete(temp.resolve("b"));
        copy(temp.resolve("b-kept"), temp.resolve("b"));
        b.start();
    }

    /** B's log as A has it on record, and then B's other history. */
    private LogGrown other(int more) throws Exception {
        forget();
        for (int i = 0; i < more; i++) {
            b.awaitPublished(b.record("another " + i));
        }
        return grown(b.merkle.signed().orElseThrow(), known());
    }

    /** What A has on record of B. */
    private long known() throws Exception {
        return SignedCheckpoint.parse(asB().said(BodyCase.LOG_KNOWN)
                        .getLogKnown()
                        .getCheckpoint()
                        .toByteArray())
                .checkpoint()
                .size();
    }

    private LogGrown grown(SignedCheckpoint now, long old) {
        LogGrown.Builder grown = LogGrown.newBuilder()
                .setOldSize(old)
                .setOldRoot(ByteString.copyFrom(
                        Proofs.root(old, b.merkle.hashes(old)).toBytes()))
                .setCheckpoint(ByteString.copyFrom(bare(now).encode()));
        for (Hash32 hash : Proofs.consistency(
                old, now.checkpoint().size(), b.merkle.hashes(now.checkpoint().size()))) {
            grown.addProof(ByteString.copyFrom(hash.toBytes()));
        }
        return grown.build();
    }

    private static SignedCheckpoint bare(SignedCheckpoint note) {
        return new SignedCheckpoint(note.checkpoint(), note.signatures().subList(0, 2));
    }

    private Control known(ByteString checkpoint) {
        return Control.newBuilder()
                .setLogKnown(LogKnown.newBuilder().setCheckpoint(checkpoint).setKeys(b.evidence()))
                .build();
    }

    private static Control of(LogGrown grown) {
        return Control.newBuilder().setLogGrown(grown).build();
    }

    /** The entry of A, after B has said this and the session has ended. */
    private ObservedFork observed(LogGrown grown) throws InterruptedException {
        Wire wire = asB();
        wire.said(BodyCase.LOG_KNOWN);
        wire.arrive(known(ByteString.EMPTY));
        wire.arrive(of(grown));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT");
        return a.entries().stream()
                .filter(ObservedFork.class::isInstance)
                .map(ObservedFork.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6})
    void two_histories_of_a_log_are_on_record_and_the_end_of_trust(int more) throws Exception {
        LogGrown grown = other(more);
        ObservedFork fork = observed(grown);
        assertThat(fork.peer()).isEqualTo(B);
        assertThat(fork.peerOrigin()).isEqualTo(b.origin());
        KeyBinding keys = b.binding();
        fork.verify(keys, keys);
        assertThat(asB().awaitEnd()).as("the next session").contains("two histories");
        assertThat(a.refused).anyMatch(line -> line.contains("BAD_STATEMENT"));
        a.fixture.store.update(tx -> ForkedPeers.forget(tx, B));
        asB().said(BodyCase.LOG_KNOWN);
        assertThat(a.entries().stream().filter(ObservedFork.class::isInstance)).hasSize(1);
    }

    /** What A has on record was signed with keys that B has replaced since: both bindings are named. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void two_histories_over_a_change_of_keys_are_on_record_with_both_bindings(int more) throws Exception {
        forget();
        KeyBinding before = b.binding();
        b.close();
        Path keys = temp.resolve("b/keys");
        Files.createDirectories(keys.resolve("previous"));
        for (String name : List.of("log.ed25519", "log.mldsa44")) {
            Files.move(keys.resolve(name), keys.resolve("previous").resolve(name));
        }
        b.start();
        for (int i = 0; i < more; i++) {
            b.awaitPublished(b.record("another " + i));
        }
        KeyBinding now = b.binding();
        assertThat(now.list().keys().log()).isNotEqualTo(before.list().keys().log());
        LogGrown grown = grown(b.merkle.signed().orElseThrow(), known());
        ObservedFork fork = observed(grown);
        assertThat(fork.binding()).isEqualTo(now.payloadDigest());
        assertThat(fork.firstBinding()).contains(before.payloadDigest());
        fork.verify(before, now);
    }

    /** A peer that is known to A, and what it may say next. */
    private Wire introduced() throws InterruptedException {
        b.awaitPublished(b.record("one"));
        Wire wire = asB();
        wire.said(BodyCase.LOG_KNOWN);
        wire.arrive(known(ByteString.EMPTY));
        return wire;
    }

    @Test
    void a_log_is_cosigned_from_what_is_on_record_and_nothing_else() throws InterruptedException {
        Wire wire = introduced();
        SignedCheckpoint now = b.published();
        wire.arrive(of(grown(now, now.checkpoint().size() - 1)));
        assertThat(wire.said(BodyCase.LOG_KNOWN).getLogKnown().getCheckpoint())
                .as("nothing is on record yet, and that is what it says")
                .isEmpty();
        wire.arrive(of(grown(now, 0)));
        LogCosigned cosigned = wire.said(BodyCase.LOG_COSIGNED).getLogCosigned();
        SignedCheckpoint with = new SignedCheckpoint(
                now.checkpoint(), SignedCheckpoint.lines(cosigned.getLines().toString(UTF_8)));
        assertThat(with.verify(a.witnessKeys())).hasSize(2);
        wire.arrive(of(grown(now, now.checkpoint().size())));
        assertThat(wire.said(BodyCase.LOG_COSIGNED).getLogCosigned().getSize())
                .as("the same again")
                .isEqualTo(now.checkpoint().size());
    }

    @Test
    void a_proof_that_leads_nowhere_ends_the_session_and_is_no_fork() throws InterruptedException {
        Wire wire = introduced();
        SignedCheckpoint now = b.published();
        wire.arrive(of(grown(now, 0)));
        wire.said(BodyCase.LOG_COSIGNED);
        b.awaitPublished(b.record("two"));
        LogGrown grown = grown(b.published(), now.checkpoint().size());
        byte[] wrong = grown.getProof(0).toByteArray();
        wrong[3] ^= 1;
        wire.arrive(of(grown.toBuilder().setProof(0, ByteString.copyFrom(wrong)).build()));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("proof");
        assertThat(a.entries()).noneMatch(ObservedFork.class::isInstance);
        assertThat(a.refused).anyMatch(line -> line.startsWith(B + " BAD_STATEMENT"));
        assertThat(a.witness.unproven(B))
                .hasValueSatisfying(why -> assertThat(why).contains("signed 1 log checkpoint without a proof"));
        Wire next = asB();
        assertThat(next.said(BodyCase.LOG_KNOWN).getLogKnown().getCheckpoint()).isNotEmpty();
        next.arrive(known(ByteString.EMPTY));
        next.arrive(of(grown.toBuilder().setProof(0, ByteString.copyFrom(wrong)).build()));
        assertThat(next.awaitEnd()).startsWith("BAD_STATEMENT");
        assertThat(a.witness.unproven(B))
                .hasValueSatisfying(why -> assertThat(why).contains("signed 2 log checkpoints without a proof"));
        Wire right = asB();
        right.said(BodyCase.LOG_KNOWN);
        right.arrive(known(ByteString.EMPTY));
        right.arrive(of(grown));
        right.said(BodyCase.LOG_COSIGNED);
        assertThat(a.witness.unproven(B)).isEmpty();
    }

    @Test
    void a_log_checkpoint_that_its_keys_have_not_both_signed_ends_the_session() throws InterruptedException {
        Wire wire = introduced();
        SignedCheckpoint now = b.published();
        SignedCheckpoint half =
                new SignedCheckpoint(now.checkpoint(), List.of(now.signatures().getFirst()));
        wire.arrive(of(grown(now, 0).toBuilder()
                .setCheckpoint(ByteString.copyFrom(half.encode()))
                .build()));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("not both keys");
    }

    @Test
    void a_log_of_another_origin_ends_the_session() throws InterruptedException {
        Wire wire = introduced();
        a.awaitPublished(a.record("one"));
        wire.arrive(of(grown(b.published(), 0).toBuilder()
                .setCheckpoint(ByteString.copyFrom(bare(a.published()).encode()))
                .build()));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("it is of " + a.origin());
    }

    @Test
    void a_peer_speaks_for_the_ledger_of_its_hello_alone() throws InterruptedException {
        b.awaitPublished(b.record("one"));
        Wire wire = new Wire("%032x".formatted(++sessions), a, B, "elsewhere.example/log");
        wires.add(wire);
        wire.begin().said(BodyCase.LOG_KNOWN);
        wire.arrive(known(ByteString.EMPTY));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("its Hello names");
    }

    /** What one peer shows is on record for itself, whatever origin it names. */
    @Test
    void what_a_peer_shows_is_on_record_for_it_alone() throws InterruptedException {
        Wire wire = introduced();
        wire.arrive(of(grown(b.published(), 0)));
        wire.said(BodyCase.LOG_COSIGNED);
        Wire other = new Wire("%032x".formatted(++sessions), a, "spiffe://c.example/d", b.origin());
        wires.add(other);
        assertThat(other.begin().said(BodyCase.LOG_KNOWN).getLogKnown().getCheckpoint())
                .isEmpty();
    }

    @Test
    void what_comes_out_of_its_order_ends_the_session() throws InterruptedException {
        b.awaitPublished(b.record("one"));
        Wire early = asB();
        early.arrive(of(grown(b.published(), 0)));
        assertThat(early.awaitEnd()).contains("before LogKnown");
        Wire hasty = asB();
        hasty.arrive(Control.newBuilder()
                .setClosed(dev.carnet.proto.wire.v1.Closed.newBuilder()
                        .setTransferId(ByteString.copyFrom(new byte[16]))
                        .setEnvelopeDigest(ByteString.copyFrom(new byte[32])))
                .build());
        assertThat(hasty.awaitEnd()).startsWith("PROTOCOL").contains("CLOSED before LogKnown");
        Wire unasked = introduced();
        unasked.arrive(Control.newBuilder()
                .setLogCosigned(LogCosigned.newBuilder().setSize(7).setLines(ByteString.copyFromUtf8("— x y\n")))
                .build());
        assertThat(unasked.awaitEnd()).contains("not asked for");
        Wire backwards = introduced();
        backwards.arrive(
                of(grown(b.published(), 0).toBuilder().setOldSize(1_000).build()));
        assertThat(backwards.awaitEnd()).startsWith("PROTOCOL");
    }

    @Test
    void a_peer_that_makes_up_what_it_knows_of_our_log_is_not_believed() throws InterruptedException {
        b.awaitPublished(b.record("one"));
        Wire wire = asB();
        wire.said(BodyCase.LOG_KNOWN);
        wire.arrive(known(ByteString.copyFrom(bare(b.published()).encode())));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("not one that this daemon signed");
        assertThat(a.fatal).isEmpty();
    }

    @Test
    void a_cosignature_of_another_key_is_not_taken() throws InterruptedException {
        a.awaitPublished(a.record("one"));
        Wire wire = introduced();
        SignedCheckpoint note = asked(wire);
        wire.arrive(cosigned(note, cosign(a, note, Instant.now())));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("not both of its witness keys");
        assertThat(a.published().signatures()).hasSize(2);
    }

    @Test
    void a_cosignature_is_of_both_witness_keys() throws InterruptedException {
        a.awaitPublished(a.record("one"));
        Wire wire = introduced();
        SignedCheckpoint note = asked(wire);
        wire.arrive(cosigned(note, cosign(b, note, Instant.now()).subList(0, 1)));
        assertThat(wire.awaitEnd()).startsWith("BAD_STATEMENT").contains("not both of its witness keys");
    }

    /** It had no room, and has by now, or was slow. */
    @Test
    void an_answer_to_an_earlier_request_is_passed_over() throws InterruptedException {
        a.awaitPublished(a.record("one"));
        Wire wire = introduced();
        SignedCheckpoint first = asked(wire);
        a.awaitPublished(a.record("two"));
        SignedCheckpoint newest;
        do {
            wire.arrive(known(ByteString.EMPTY)); // so that it is asked again at once
            newest = asked(wire);
        } while (newest.checkpoint().equals(first.checkpoint()));
        SignedCheckpoint last = newest;
        wire.arrive(cosigned(first, cosign(b, first, Instant.now())));
        wire.arrive(cosigned(last, cosign(b, last, Instant.now())));
        eventually(() -> a.published().checkpoint().equals(last.checkpoint())
                && a.published().signatures().size() == 4);
        assertThat(wire.open()).isTrue();
    }

    /** The list of keys that a peer sends is its own work: it may name the witness key of somebody else, who knows more. */
    @Test
    void a_witness_is_heard_where_it_signs_and_not_where_it_is_named() throws InterruptedException {
        a.awaitPublished(a.record("one"));
        a.policy = Optional.of(quorum(b));
        a.close();
        a.start();
        Wire wire = asB();
        wire.said(BodyCase.LOG_KNOWN);
        wire.arrive(known(ByteString.EMPTY));
        SignedCheckpoint note = asked(wire);
        long sequence = a.record("two");
        assertThat(a.publisher.waitingFor())
                .hasValueSatisfying(why -> assertThat(why).contains("not heard from w,"));
        wire.arrive(cosigned(note, cosign(b, note, Instant.now().minus(Duration.ofMinutes(10)))));
        eventually(() -> a.publisher
                .waitingFor()
                .filter(why -> why.contains("not heard from w (the time of its cosignature"))
                .isPresent());
        assertThat(a.merkle.signed().orElseThrow().checkpoint().size()).isLessThanOrEqualTo(sequence);
        connect(); // b knows nothing of this log, and cosigns it
        a.awaitPublished(sequence);
        a.close();
        a.start();
        connect(); // b knows its end, and cosigns that again
        a.awaitPublished(a.record("three"));
        assertThat(a.fatal).isEmpty();
    }

    private static SignedCheckpoint asked(Wire wire) throws InterruptedException {
        return SignedCheckpoint.parse(
                wire.said(BodyCase.LOG_GROWN).getLogGrown().getCheckpoint().toByteArray());
    }

    /** As B's witness. */
    private List<NoteSignature> cosign(Node by, SignedCheckpoint note, Instant time) {
        return by.fixture.ledger.keys().cosign(b.origin() + "/witness", note.checkpoint(), time);
    }

    private static Control cosigned(SignedCheckpoint note, List<NoteSignature> lines) {
        return Control.newBuilder()
                .setLogCosigned(LogCosigned.newBuilder()
                        .setSize(note.checkpoint().size())
                        .setLines(ByteString.copyFromUtf8(
                                lines.stream().map(NoteSignature::line).collect(Collectors.joining()))))
                .build();
    }
}
