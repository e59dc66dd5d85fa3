package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferResumed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and policies that change under a transfer, words that are withheld, and what each side has on record then. */
@Timeout(120)
class ResumptionTest {
    private static final int MIB = 1 << 20;
    private static final long WAIT_SECONDS = 30;

    @TempDir
    private Path work;

    private Site source;
    private Site destination;
    private FakeLine line;
    private final Semaphore chunks = new Semaphore(0);

    @BeforeEach
    void begin() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        startSource();
        startDestination();
        line.connect();
    }

    private void startSource() throws Exception {
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
    }

    private void startDestination() throws Exception {
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
    }

    @AfterEach
    void end() {
        source.close();
        destination.close();
        assertThat(source.fatal).isEmpty();
        assertThat(destination.fatal).isEmpty();
    }

    private String push(String name, int bytes) throws Exception {
        Path root = Files.createDirectories(source.volumePath().resolve(name));
        byte[] content = new byte[bytes];
        new Random(5).nextBytes(content);
        Files.write(root.resolve("weights"), content);
        return source.engine()
                .push(new PushRequest("local", Caller.DAEMON, root.toString(), "peer", "v", name, false, 0, 0))
                .id();
    }

    /** One chunk has gone, no other does before {@link #chunks} has permits. */
    private String underWay() throws Exception {
        chunks.release();
        line.payloads = bytes -> {
            chunks.acquireUninterruptibly();
            return bytes;
        };
        String id = push("m", 21 * MIB);
        await(destination, id, v -> v.bytesDone() > 0);
        return id;
    }

    private void letGo() {
        chunks.release(1_000);
    }

    private static TransferView await(Site site, String id, Predicate<TransferView> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        TransferView view = null;
        while (System.nanoTime() < deadline) {
            view = site.engine().get(id).orElse(null);
            if (view != null && wanted.test(view)) {
                return view;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not in " + WAIT_SECONDS + " s: " + view);
    }

    private static TransferView awaitState(Site site, String id, String state) throws Exception {
        return await(site, id, v -> v.state().equals(state));
    }

    private void assertClosed(String id) throws Exception {
        TransferView sent = await(source, id, TransferView::finished);
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        TransferView received = await(destination, id, v -> v.finished() && v.receipt() != null);
        assertThat(received.state()).isEqualTo("CLOSED");
        assertThat(source.envelopes().getLast())
                .isEqualTo(destination.envelopes().getLast());
    }

    private static List<TransferResumed> resumed(Site site) {
        return site.entries().stream()
                .filter(TransferResumed.class::isInstance)
                .map(TransferResumed.class::cast)
                .toList();
    }

    private static KeyBinding binding(Site site) {
        var evidence = site.ledger().keys().evidence();
        return KeyBinding.verify(evidence.binding(), evidence.proof());
    }

    private TransferReceipt receipt() {
        return TransferReceipt.read(Dsse.parse(source.envelopes().getLast()).payload());
    }

    private void withoutSession(Site site, String id) throws Exception {
        line.disconnect();
        await(site, id, v -> String.valueOf(v.waitingFor()).contains("a session with"));
    }

    @Test
    void a_policy_that_is_another_in_the_next_session_is_on_record_before_its_first_chunk() throws Exception {
        String id = underWay();
        withoutSession(source, id);
        source.policyDigest = "d1".repeat(32);
        destination.policyDigest = "d2".repeat(32);
        ConcurrentLinkedQueue<List<String>> before = new ConcurrentLinkedQueue<>();
        letGo();
        Thread.sleep(100); // what still hung in the old session is gone
        line.payloads = bytes -> {
            before.add(List.of(
                    String.valueOf(resumed(source).size()),
                    String.valueOf(resumed(destination).size())));
            return bytes;
        };
        line.connect();
        String session = line.end(0).session("").orElseThrow().id();
        assertClosed(id);
        assertThat(before).isNotEmpty().containsOnly(List.of("1", "1"));
        assertThat(source.said()).containsExactly("transfer-intent", "transfer-resumed", "seal", "transfer-receipt");
        for (Site site : List.of(source, destination)) {
            TransferResumed said = resumed(site).getFirst();
            assertThat(said.changed()).containsExactly("policy");
            assertThat(said.session()).isEqualTo(session);
            assertThat(said.policy()).isEqualTo(site.policyDigest);
            assertThat(said.rule()).isEqualTo("test");
            assertThat(said.transfer()).isEqualTo(id);
        }
        assertThat(resumed(source).getFirst().peerBinding())
                .isEqualTo(binding(destination).payloadDigest());
    }

    @Test
    void sessions_in_which_nothing_has_changed_leave_no_entry() throws Exception {
        String id = underWay();
        withoutSession(source, id);
        source.policyDigest = "d1".repeat(32);
        line.connect();
        await(destination, id, v -> v.attempt() == 2);
        withoutSession(source, id);
        letGo();
        line.connect();
        assertClosed(id);
        assertThat(resumed(source)).hasSize(1);
        assertThat(resumed(destination)).isEmpty();
    }

    @Test
    void a_policy_that_allows_it_no_more_ends_the_transfer_in_the_next_session() throws Exception {
        String id = underWay();
        withoutSession(source, id);
        source.allowed = false;
        line.connect();
        letGo();
        assertThat(await(source, id, TransferView::finished).code()).isEqualTo("POLICY");
        assertThat(await(destination, id, TransferView::finished).state()).isEqualTo("ABORTED");
        assertThat(resumed(source)).isEmpty();
    }

    @Test
    void a_destination_with_new_keys_while_chunks_move() throws Exception {
        String id = underWay();
        KeyBinding old = binding(destination);
        line.disconnect();
        letGo();
        destination.close();
        destination.replaceKeys();
        startDestination();
        line.connect();
        assertClosed(id);
        assertThat(binding(destination).payloadDigest()).isNotEqualTo(old.payloadDigest());
        TransferResumed said = resumed(source).getFirst();
        assertThat(said.changed()).containsExactly("keys");
        assertThat(said.peerBinding()).isEqualTo(binding(destination).payloadDigest());
        assertThat(resumed(destination)).as("its own keys are its own affair").isEmpty();
        assertThat(receipt().destination().entryKeys())
                .isEqualTo(binding(destination).entry().ids());
    }

    @Test
    void a_source_with_new_keys_while_chunks_move() throws Exception {
        String id = underWay();
        line.disconnect();
        letGo();
        source.close();
        source.replaceKeys();
        startSource();
        line.connect();
        assertClosed(id);
        assertThat(resumed(source)).isEmpty();
        assertThat(resumed(destination).getFirst().changed()).containsExactly("keys");
        assertThat(receipt().source().entryKeys())
                .isEqualTo(binding(source).entry().ids());
    }

    // ---- keys that are replaced more than once while the two do not meet

    private interface Start {
        void run() throws Exception;
    }

    /** While there is no session; each pair is bound, and used by nobody. */
    private static void replaceKeys(Site site, Start start, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            site.close();
            site.replaceKeys();
            start.run();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16})
    void a_destination_whose_keys_were_replaced_many_times(int times) throws Exception {
        String id = underWay();
        line.disconnect();
        letGo();
        replaceKeys(destination, this::startDestination, times);
        line.connect();
        assertClosed(id);
        assertThat(resumed(source).getFirst().peerBinding())
                .isEqualTo(binding(destination).payloadDigest());
        assertThat(receipt().destination().entryKeys())
                .isEqualTo(binding(destination).entry().ids());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16})
    void a_source_whose_keys_were_replaced_many_times(int times) throws Exception {
        String id = underWay();
        line.disconnect();
        letGo();
        replaceKeys(source, this::startSource, times);
        line.connect();
        assertClosed(id);
        assertThat(receipt().source().entryKeys())
                .isEqualTo(binding(source).entry().ids());
    }

    @Test
    void keys_that_were_replaced_more_often_than_can_be_shown_are_not_believed() throws Exception {
        String id = underWay();
        line.disconnect();
        letGo();
        replaceKeys(source, this::startSource, 18);
        line.connect();
        assertThat(await(destination, id, TransferView::finished).code()).isEqualTo("KEY_BINDING");
        assertThat(await(source, id, TransferView::finished).state()).isEqualTo("ABORTED");
        assertThat(await(source, push("again", 100), TransferView::finished).code())
                .as("until somebody here says otherwise")
                .isEqualTo("KEY_BINDING");
        assertThat(destination.engine().forgetKeys("peer")).isTrue();
        assertClosed(push("again", 100));
        assertThat(destination.engine().forgetKeys("peer")).isTrue();
        assertThat(destination.engine().forgetKeys("peer")).as("none are known").isFalse();
        assertThatThrownBy(() -> destination.engine().forgetKeys("nobody"))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void what_was_signed_with_keys_that_no_session_has_seen_is_believed() throws Exception {
        Path target = destination.volumePath().resolve("m");
        line.controls = message -> {
            if (message.hasSeal()) {
                try {
                    Files.createDirectories(target);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return message;
        };
        String id = push("m", 100);
        awaitState(destination, id, "STOPPED");
        line.disconnect();
        replaceKeys(destination, this::startDestination, 1);
        KeyBinding between = binding(destination);
        Files.delete(target);
        destination.engine().resume(id);
        awaitState(destination, id, "HALF_SIGNED"); // with these, alone
        replaceKeys(destination, this::startDestination, 1);
        deliver();
        line.connect();
        assertClosed(id);
        assertThat(receipt().destination().entryKeys())
                .isEqualTo(between.entry().ids());
    }

    @Test
    void a_source_countersigns_with_keys_that_it_has_replaced_twice() throws Exception {
        withheld(Control.BodyCase.RECEIPT);
        String id = push("m", 100);
        awaitState(destination, id, "HALF_SIGNED");
        KeyBinding old = binding(source);
        line.disconnect();
        replaceKeys(source, this::startSource, 2);
        deliver();
        line.connect();
        assertClosed(id);
        assertThat(receipt().source().entryKeys()).isEqualTo(old.entry().ids());
    }

    @Test
    void a_verification_is_believed_though_keys_were_replaced_twice() throws Exception {
        String id = push("m", 100);
        assertClosed(id);
        line.disconnect();
        replaceKeys(destination, this::startDestination, 2);
        line.connect();
        String asked = source.questions().verify("peer", "v", "m", "local").id();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (source.questions().job(asked).orElseThrow().ended() == null && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertThat(source.questions().job(asked).orElseThrow().state())
                .as(source.questions().job(asked).toString())
                .isEqualTo("done");
    }

    /** The message of this kind never arrives, until the line is let go. */
    private void withheld(Control.BodyCase kind) {
        line.controls = message -> message.getBodyCase() == kind ? null : message;
    }

    private void deliver() {
        line.controls = message -> message;
    }

    @Test
    void a_destination_with_new_keys_after_it_has_signed() throws Exception {
        withheld(Control.BodyCase.RECEIPT);
        String id = push("m", 100);
        awaitState(destination, id, "HALF_SIGNED");
        KeyBinding old = binding(destination);
        line.disconnect();
        destination.close();
        destination.replaceKeys();
        startDestination();
        deliver();
        line.connect();
        assertClosed(id);
        assertThat(receipt().destination().entryKeys()).isEqualTo(old.entry().ids());
    }

    @Test
    void a_destination_with_new_keys_before_it_has_signed() throws Exception {
        Path target = destination.volumePath().resolve("m");
        line.controls = message -> {
            if (message.hasSeal()) {
                try {
                    Files.createDirectories(target);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return message;
        };
        String id = push("m", 100);
        awaitState(destination, id, "STOPPED");
        line.disconnect();
        destination.close();
        destination.replaceKeys();
        startDestination();
        deliver();
        line.connect();
        Files.delete(target);
        destination.engine().resume(id);
        assertClosed(id);
        assertThat(receipt().destination().entryKeys())
                .isEqualTo(binding(destination).entry().ids());
    }

    @Test
    void a_source_with_new_keys_after_it_has_sealed() throws Exception {
        withheld(Control.BodyCase.SEAL);
        String id = push("m", 100);
        awaitState(source, id, "SEALED");
        line.disconnect();
        source.close();
        source.replaceKeys();
        startSource();
        deliver();
        line.connect();
        assertClosed(id);
        assertThat(receipt().source().entryKeys())
                .isEqualTo(binding(source).entry().ids());
    }

    @Test
    void a_source_with_new_keys_countersigns_with_those_that_the_receipt_names() throws Exception {
        withheld(Control.BodyCase.RECEIPT);
        String id = push("m", 100);
        awaitState(destination, id, "HALF_SIGNED");
        KeyBinding old = binding(source);
        line.disconnect();
        source.close();
        source.replaceKeys();
        startSource();
        deliver();
        line.connect();
        assertClosed(id);
        assertThat(receipt().source().entryKeys()).isEqualTo(old.entry().ids());
    }

    @Test
    void without_those_keys_it_says_what_to_do_and_can_go_on() throws Exception {
        withheld(Control.BodyCase.RECEIPT);
        String id = push("m", 100);
        awaitState(destination, id, "HALF_SIGNED");
        line.disconnect();
        source.close();
        source.replaceKeys();
        startSource();
        Path previous = work.resolve("s/state/keys/previous");
        Files.move(previous, work.resolve("taken"));
        deliver();
        line.connect();
        TransferView flagged = await(source, id, v -> v.code() != null);
        assertThat(flagged.code()).isEqualTo("KEY_BINDING");
        assertThat(flagged.error()).contains("keys/previous", "carnet continue");
        assertThat(flagged.state()).isEqualTo("SEALED");
        Files.move(work.resolve("taken"), previous);
        source.engine().resume(id);
        assertClosed(id);
    }

    /** The first message of this kind is lost, in a session that stays up. */
    private void loses(Control.BodyCase kind) {
        AtomicBoolean lost = new AtomicBoolean();
        line.controls = message -> message.getBodyCase() == kind && lost.compareAndSet(false, true) ? null : message;
    }

    @Test
    void a_source_that_has_sealed_asks_again_in_the_same_session() throws Exception {
        loses(Control.BodyCase.RECEIPT);
        String id = push("m", 100);
        awaitState(destination, id, "HALF_SIGNED");
        TransferView waits = awaitState(source, id, "SEALED");
        assertThat(waits.waitingFor()).contains("on record here: our seal", "no receipt yet");
        source.ahead = Duration.ofSeconds(61);
        assertClosed(id);
    }

    @Test
    void a_destination_that_has_signed_asks_again_in_the_same_session() throws Exception {
        loses(Control.BodyCase.COUNTERSIGNED);
        String id = push("m", 100);
        awaitState(source, id, "COUNTERSIGNED");
        TransferView waits = awaitState(destination, id, "HALF_SIGNED");
        assertThat(waits.waitingFor()).contains("to countersign", "our possession", "no receipt with both signatures");
        destination.ahead = Duration.ofSeconds(90);
        assertClosed(id);
    }

    @Test
    void a_source_that_has_countersigned_asks_again_in_the_same_session() throws Exception {
        loses(Control.BodyCase.CLOSED);
        String id = push("m", 100);
        awaitState(destination, id, "CLOSED");
        assertThat(awaitState(source, id, "COUNTERSIGNED").waitingFor()).contains("the receipt with both signatures");
        source.ahead = Duration.ofSeconds(61);
        assertClosed(id);
    }

    @Test
    void pushes_at_the_same_moment_do_not_pass_the_limit_together() throws Exception {
        source.close();
        source.transfersPerPeerMax = 3;
        line.disconnect();
        startSource();
        for (int i = 0; i < 12; i++) {
            Files.createDirectories(source.volumePath().resolve("n" + i));
        }
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String name = "n" + i;
            all.add(CompletableFuture.supplyAsync(() -> {
                try {
                    String from = source.volumePath().resolve(name).toString();
                    return source.engine()
                            .push(new PushRequest("local", Caller.DAEMON, from, "peer", "v", name, false, 0, 0))
                            .state();
                } catch (TransferException e) {
                    return e.code().name();
                }
            }));
        }
        assertThat(all.stream().map(CompletableFuture::join).filter("OPEN"::equals))
                .hasSize(3);
        assertThat(all.stream().map(CompletableFuture::join).filter("BUSY"::equals))
                .hasSize(9);
        assertThat(source.rows(dev.carnet.daemon.state.Table.MEMBERS))
                .as("what the others had walked is gone")
                .isEqualTo(3);
    }

    @Test
    void what_a_peer_is_refused_is_told_with_its_volume() throws Exception {
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        destination.close();
        destination.refusals = new RefusalSink() {
            @Override
            public void refused(String who, Code code, String volume, String sentence) {
                throw new AssertionError("no local caller asked");
            }

            @Override
            public void refusedPeer(String spiffeId, Code code, String volume, String sentence) {
                told.add(spiffeId + " " + code + " " + volume + " " + sentence);
            }
        };
        destination.allowed = false;
        startDestination();
        line.disconnect();
        line.connect();
        String id = push("m", 100);
        assertThat(await(source, id, TransferView::finished).code()).isEqualTo("POLICY");
        assertThat(told).singleElement().asString().startsWith(source.spiffeId + " POLICY v no rule of");
    }
}
