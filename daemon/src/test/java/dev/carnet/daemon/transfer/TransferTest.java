package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.ledger.Published;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.LogHead;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of the transfer room against each other, over a line that a test can cut and corrupt. */
class TransferTest {
    private static final int MIB = 1 << 20;
    private static final long WAIT_SECONDS = 60;

    @TempDir
    private Path work;

    private Site source;
    private Site destination;
    private FakeLine line;

    @BeforeEach
    void begin() throws Exception {
        Map<String, java.security.cert.X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
    }

    private void start() throws Exception {
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
    }

    @AfterEach
    void end() {
        source.close();
        destination.close();
        assertThat(source.fatal).isEmpty();
        assertThat(destination.fatal).isEmpty();
    }

    private Path model(String name, int... sizes) throws Exception {
        Path root = source.volumePath().resolve(name);
        Files.createDirectories(root.resolve("empty"));
        Random random = new Random(1);
        for (int i = 0; i < sizes.length; i++) {
            byte[] bytes = new byte[sizes[i]];
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            }
            Files.write(root.resolve("file-" + i), bytes);
        }
        return root;
    }

    private TransferView push(Path from, String name) {
        return source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", name, false, 0, 0));
    }

    private static TransferView await(Site site, String id, Predicate<TransferView> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        TransferView view = null;
        while (System.nanoTime() < deadline) {
            view = site.engine().get(id).orElse(null);
            if (view != null && wanted.test(view)) {
                return view;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("not in " + WAIT_SECONDS + " s: " + view);
    }

    private TransferView awaitEnd(Site site, String id) throws Exception {
        return await(site, id, TransferView::finished);
    }

    private void assertNothingLeft() {
        assertThat(destination.volumePath().resolve("m")).doesNotExist();
        Path staging = destination.volumePath().resolve(".carnet/staging");
        if (Files.exists(staging)) {
            assertThat(staging).isEmptyDirectory();
        }
        assertThat(destination.engine().checkpoints(java.util.Optional.empty(), "", 10))
                .isEmpty();
        assertThat(line.end(0).pool().inUse()).isZero();
        assertThat(line.end(1).pool().inUse()).isZero();
    }

    @Test
    void moves_a_checkpoint_and_both_sign_the_same_receipt() throws Exception {
        start();
        Path from = model("model", 9 * MIB + 3, 5 * MIB, 4 * MIB, 1, 0);
        line.connect();
        String id = push(from, "m").id();
        TransferView sent = awaitEnd(source, id);
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        TransferView received = await(destination, id, v -> v.finished() && v.receipt() != null);
        assertThat(received.state()).isEqualTo("CLOSED");
        for (int i = 0; i < 5; i++) {
            assertThat(destination.volumePath().resolve("m/file-" + i))
                    .hasSameBinaryContentAs(from.resolve("file-" + i));
        }
        assertThat(source.said()).containsExactly("transfer-intent", "seal", "transfer-receipt");
        assertThat(destination.said()).containsExactly("transfer-intent", "seal", "possession", "transfer-receipt");
        assertThat(source.envelopes().getLast())
                .isEqualTo(destination.envelopes().getLast());
        assertThat(sent.wireBytes()).isEqualTo(received.wireBytes());
        assertThat(sent.resentBytes()).isZero();
        assertThat(sent.treeDigest()).isEqualTo(received.treeDigest());
    }

    /** Looked at without a pause: between CLOSED and the receipt's file are a message and a write. */
    @Test
    void what_is_said_to_be_finished_has_its_receipt_on_disk() throws Exception {
        start();
        Path from = model("model", 1);
        line.connect();
        String id = push(from, "m").id();
        TransferView received = null;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (received == null || !received.finished()) {
            assertThat(System.nanoTime()).as("%s", received).isLessThan(deadline);
            received = destination.engine().get(id).orElse(null);
        }
        assertThat(received.state()).isEqualTo("CLOSED");
        assertThat(Path.of(received.receipt())).isNotEmptyFile();
    }

    /** What the destination knows of both logs, and what the source says of its own. */
    private record Logs(LogHead theirs, boolean right) implements Published {
        @Override
        public void whenCovers(long sequence, Runnable then) {
            then.run();
        }

        @Override
        public Optional<LogHead> head() {
            return Optional.of(new LogHead(9, "ef".repeat(32)));
        }

        @Override
        public Optional<LogHead> head(String spiffeId, String origin) {
            return Optional.of(theirs);
        }

        @Override
        public boolean had(LogHead asked) {
            return right && asked.equals(theirs);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_receipt_names_both_logs_and_the_source_looks_at_what_it_says_of_its_own(boolean right) throws Exception {
        LogHead head = new LogHead(3, "ab".repeat(32));
        source.published = new Logs(head, right);
        destination.published = new Logs(head, right);
        start();
        Path from = model("model", 1);
        line.connect();
        String id = push(from, "m").id();
        TransferView sent = await(source, id, view -> view.finished() || view.code() != null);
        if (right) {
            assertThat(sent.state()).isEqualTo("CLOSED");
            TransferReceipt receipt = (TransferReceipt) source.entries().getLast();
            assertThat(receipt.source().log()).contains(head);
            assertThat(receipt.destination().log()).contains(new LogHead(9, "ef".repeat(32)));
        } else {
            assertThat(sent.code()).isEqualTo("RECEIPT_MISMATCH");
            assertThat(sent.state()).isEqualTo("SEALED");
            assertThat(source.said()).doesNotContain("transfer-receipt");
        }
    }

    /** What is in no log that others can read is handed out to nobody. */
    @Test
    void a_receipt_is_handed_out_when_the_published_log_covers_it() throws Exception {
        Map<Site, Runnable> waiting = new java.util.concurrent.ConcurrentHashMap<>();
        for (Site site : List.of(source, destination)) {
            site.published = (sequence, then) -> {
                assertThat(sequence).isEqualTo(site.ledger().size() - 1);
                waiting.put(site, then);
            };
        }
        start();
        Path from = model("model", 1);
        line.connect();
        String id = push(from, "m").id();
        for (Site site : List.of(source, destination)) {
            await(site, id, view -> waiting.containsKey(site));
            TransferView view = await(site, id, one -> one.state().equals("CLOSED"));
            assertThat(view.finished()).isFalse();
            assertThat(view.receipt()).isNull();
            assertThat(view.waitingFor()).contains("its ledger to be published");
            waiting.get(site).run();
            assertThat(Path.of(awaitEnd(site, id).receipt())).isNotEmptyFile();
        }
    }

    @Test
    void a_peer_puts_so_many_transfers_on_record_in_a_day_and_no_more() throws Exception {
        destination.transfersPerDayMax = 2;
        start();
        line.connect();
        for (String name : List.of("a", "b")) {
            assertThat(awaitEnd(source, push(model("model-" + name, 3), name).id())
                            .state())
                    .isEqualTo("CLOSED");
        }
        String third = push(model("model-c", 3), "c").id();
        TransferView waits =
                await(source, third, view -> String.valueOf(view.waitingFor()).contains("today already"));
        assertThat(waits.state()).as("it is asked again, and taken tomorrow").isEqualTo("OPEN");
        assertThat(destination.engine().get(third)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_rule_that_is_taken_away_ends_what_runs(boolean atSource) throws Exception {
        start();
        Path from = model("model", 8 * MIB);
        line.connect();
        String id = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", "m", false, MIB, 0))
                .id();
        await(destination, id, view -> view.state().equals("RECEIVING"));
        Site judge = atSource ? source : destination;
        judge.engine().policyChanged();
        Thread.sleep(200);
        assertThat(judge.engine().get(id).orElseThrow().finished())
                .as("another rule than that one has changed")
                .isFalse();
        judge.denied = Set.of(atSource ? Policy.Act.SEND_PUSH : Policy.Act.RECEIVE_PUSH);
        judge.engine().policyChanged();
        for (Site site : List.of(source, destination)) {
            TransferView ended = awaitEnd(site, id);
            assertThat(ended.state()).as(ended.toString()).isEqualTo("ABORTED");
            assertThat(ended.code()).isEqualTo("POLICY");
        }
        assertNothingLeft();
    }

    @Test
    void one_principal_does_not_keep_the_others_out() throws Exception {
        source.transfersPerPeerMax = 8;
        start();
        Path from = model("model", 1);
        for (int i = 0; i < 6; i++) {
            asked("alice", from, "a" + i);
        }
        assertThatThrownBy(() -> asked("alice", from, "a6"))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("6 of them of 'alice'");
        asked("bob", from, "b0");
        asked("carol", from, "c0");
        assertThatThrownBy(() -> asked("dave", from, "d0"))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("8 pushes to");
    }

    private void asked(String principal, Path from, String name) {
        var _ = source.engine()
                .push(new PushRequest(principal, Caller.DAEMON, from.toString(), "peer", "v", name, false, 0, 0));
    }

    @Test
    void a_dry_run_says_what_a_push_would_move_and_leaves_nothing() throws Exception {
        start();
        Path from = model("model", 5 * MIB, 7);
        var request = new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", "m", false, 0, 0);
        Plan apart = source.engine().plan(request);
        assertThat(apart.connected()).isFalse();
        line.connect();
        Plan plan = source.engine().plan(request);
        assertThat(plan.connected()).isTrue();
        assertThat(plan.transfer()).isNull();
        assertThat(plan.mode()).isEqualTo("open");
        assertThat(plan.files()).isEqualTo(2);
        assertThat(plan.directories()).as("the top, and an empty one").isEqualTo(2);
        assertThat(plan.bytes()).isEqualTo(5L * MIB + 7);
        assertThat(source.engine().list(10)).isEmpty();
        assertThat(source.said()).isEmpty();
        String id = awaitEnd(source, push(from, "m").id()).id();
        assertThat(source.engine().get(id).orElseThrow().files()).isEqualTo((long) plan.files());
        assertThatThrownBy(() -> source.engine()
                        .plan(new PushRequest("local", Caller.DAEMON, from + "-not", "peer", "v", "m", false, 0, 0)))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("model-not");
    }

    @Test
    void the_same_again_is_answered_with_exists_and_sends_nothing() throws Exception {
        start();
        Path from = model("model", 5 * MIB, 7);
        line.connect();
        awaitEnd(source, push(from, "m").id());
        int entries = destination.said().size();
        TransferView again = awaitEnd(source, push(from, "m").id());
        assertThat(again.state()).isEqualTo("EXISTS");
        assertThat(again.ok()).isTrue();
        assertThat(again.wireBytes()).isZero();
        assertThat(destination.said()).hasSize(entries);
        Files.write(from.resolve("file-1"), new byte[8]);
        TransferView other = awaitEnd(source, push(from, "m").id());
        assertThat(other.code()).isEqualTo("NAME_TAKEN");
    }

    @Test
    void goes_on_after_the_line_was_cut_many_times() throws Exception {
        start();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path from = model("model", 24 * MIB, 20 * MIB, 12 * MIB + 1);
        line.connect();
        String id = push(from, "m").id();
        for (int cut = 0; cut < 6; cut++) {
            Thread.sleep(random.nextInt(120));
            line.disconnect();
            line.connect();
        }
        TransferView sent = awaitEnd(source, id);
        assertThat(sent.state()).as("seed %d: %s", seed, sent).isEqualTo("CLOSED");
        assertThat(sent.resentBytes()).as("seed %d", seed).isLessThanOrEqualTo(6 * 16L * MIB);
        assertThat(destination.volumePath().resolve("m/file-0")).hasSameBinaryContentAs(from.resolve("file-0"));
    }

    @Test
    void a_chunk_that_lies_ends_the_transfer_by_name() throws Exception {
        start();
        AtomicInteger frames = new AtomicInteger();
        line.payloads = bytes -> {
            if (frames.incrementAndGet() == 2) {
                bytes[bytes.length / 2] ^= 1;
            }
            return bytes;
        };
        line.connect();
        String id = push(model("model", 10 * MIB), "m").id();
        TransferView sent = awaitEnd(source, id);
        assertThat(sent.code()).isEqualTo("CHUNK_MISMATCH");
        assertThat(sent.error()).contains("file-0").contains("chunk");
        assertThat(awaitEnd(destination, id).code()).isEqualTo("CHUNK_MISMATCH");
        assertNothingLeft();
        assertThat(destination.said()).containsExactly("transfer-intent", "transfer-abort", "staging-destroyed");
        assertThat(source.said()).containsExactly("transfer-intent", "transfer-abort");
    }

    @Test
    void policy_refuses_before_anything_is_logged() throws Exception {
        start();
        destination.allowed = false;
        line.connect();
        TransferView sent = awaitEnd(source, push(model("model", 5), "m").id());
        assertThat(sent.code()).isEqualTo("POLICY");
        assertThat(source.said()).isEmpty();
        assertThat(destination.said()).isEmpty();
        assertNothingLeft();
    }

    @Test
    void our_own_policy_refuses_a_push_at_once() throws Exception {
        start();
        source.allowed = false;
        Path from = model("model", 5);
        assertThatThrownBy(() -> push(from, "m"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.POLICY));
        assertThat(source.engine().list(10)).isEmpty();
    }

    @Test
    void a_source_that_is_no_path_or_a_whole_volume_is_refused_by_name() throws Exception {
        start();
        assertThatThrownBy(() -> source.engine()
                        .push(new PushRequest("local", Caller.DAEMON, "/d/\ud800", "peer", "v", "m", false, 0, 0)))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_SOURCE))
                .hasMessageContaining("no path that this daemon can name");
        assertThatThrownBy(() -> push(source.volumePath(), "m"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_SOURCE))
                .hasMessageContaining(source.volumePath() + " is the root of the volume 'v'");
    }

    @Test
    void a_quota_refuses() throws Exception {
        destination.quotas = Map.of("v", 1_000L);
        start();
        line.connect();
        TransferView sent = awaitEnd(source, push(model("model", 2_000), "m").id());
        assertThat(sent.code()).isEqualTo("NO_SPACE");
        assertNothingLeft();
    }

    @Test
    void two_volumes_of_one_file_system_share_its_space() throws Exception {
        start();
        line.payloads = bytes -> null; // nothing arrives
        line.connect();
        long most = source.volumePath().toFile().getUsableSpace() / 5 * 3;
        Path sparse = source.volumePath().resolve("sparse");
        try (var file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(most);
        }
        String first = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, sparse.toString(), "peer", "v", "one", false, 0, 1))
                .id();
        await(destination, first, view -> view.state().equals("RECEIVING"));
        String second = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, sparse.toString(), "peer", "w", "two", false, 0, 1))
                .id();
        assertThat(awaitEnd(source, second).code()).isEqualTo("NO_SPACE");
        destination.engine().cancel(first);
        assertThat(awaitEnd(destination, first).state()).isEqualTo("ABORTED");
    }

    @Test
    void names_that_contain_each_other_are_refused() throws Exception {
        start();
        line.connect();
        Path from = model("model", 5);
        assertThat(awaitEnd(source, push(from, "m/a").id()).state()).isEqualTo("CLOSED");
        for (String name : new String[] {"m", "m/a/b"}) {
            assertThat(awaitEnd(source, push(from, name).id()).code()).as(name).isEqualTo("NAME_TAKEN");
        }
        assertThat(awaitEnd(source, push(from, "m/b").id()).state()).isEqualTo("CLOSED");
    }

    @Test
    void something_unknown_at_the_name_is_never_replaced() throws Exception {
        start();
        Files.createDirectories(destination.volumePath().resolve("m"));
        line.connect();
        assertThat(awaitEnd(source, push(model("model", 5), "m").id()).code()).isEqualTo("NAME_TAKEN");
        assertThat(destination.volumePath().resolve("m")).isEmptyDirectory();
    }

    @Test
    void a_name_whose_directory_is_gone_is_free_again() throws Exception {
        start();
        line.connect();
        Path from = model("model", 5);
        awaitEnd(source, push(from, "m").id());
        try (var all = Files.walk(destination.volumePath().resolve("m"))) {
            all.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
        assertThat(awaitEnd(source, push(from, "m").id()).state()).isEqualTo("CLOSED");
        assertThat(destination.said()).contains("possession-released");
    }

    @Test
    void a_source_that_changes_is_named() throws Exception {
        start();
        Path from = model("model", 8 * MIB, 8 * MIB, 100);
        AtomicInteger frames = new AtomicInteger();
        line.payloads = bytes -> {
            if (frames.incrementAndGet() == 1) {
                try {
                    Files.write(from.resolve("file-2"), new byte[100]);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return bytes;
        };
        line.connect();
        TransferView sent = awaitEnd(source, push(from, "m").id());
        assertThat(sent.code()).isEqualTo("SOURCE_CHANGED");
        assertThat(sent.error()).contains("file-2");
        await(destination, sent.id(), TransferView::finished);
        assertNothingLeft();
    }

    @Test
    void a_file_added_to_the_source_is_named() throws Exception {
        start();
        Path from = model("model", 8 * MIB);
        line.payloads = bytes -> {
            try {
                Files.write(from.resolve("late"), new byte[1]);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return bytes;
        };
        line.connect();
        TransferView sent = awaitEnd(source, push(from, "m").id());
        assertThat(sent.code()).isEqualTo("SOURCE_CHANGED");
        assertThat(sent.error()).contains("late");
    }

    @Test
    void only_frames_of_the_peers_own_current_attempt_are_worth_a_buffer() throws Exception {
        start();
        CountDownLatch begun = new CountDownLatch(1);
        line.payloads = bytes -> {
            begun.countDown();
            return null;
        };
        line.connect();
        String id = push(model("model", 8 * MIB), "m").id();
        assertThat(begun.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        Session session = line.end(1).session(source.spiffeId).orElseThrow();
        Session strangers = line.end(0).session(destination.spiffeId).orElseThrow();
        byte[] transfer = HexFormat.of().parseHex(id);
        assertThat(destination.engine().wanted(session, header(transfer, 1))).isTrue();
        assertThat(destination.engine().wanted(session, header(transfer, 2))).isFalse();
        assertThat(destination.engine().wanted(session, header(new byte[16], 1)))
                .isFalse();
        assertThat(destination.engine().wanted(strangers, header(transfer, 1))).isFalse();
        assertThat(source.engine().wanted(strangers, header(transfer, 1)))
                .as("at the source")
                .isFalse();
        destination.engine().cancel(id);
        awaitEnd(destination, id);
        assertThat(destination.engine().wanted(session, header(transfer, 1))).isFalse();
    }

    private static ChunkHeader header(byte[] transfer, int attempt) {
        return new ChunkHeader(
                ChunkHeader.KIND_DATA, ChunkHeader.CODEC_RAW, attempt, transfer, 1, 0, 8, 8, new byte[32]);
    }

    @Test
    void a_cancel_at_the_source_leaves_nothing() throws Exception {
        start();
        line.payloads = bytes -> null; // nothing arrives: it cannot end by itself
        line.connect();
        String id = push(model("model", 8 * MIB), "m").id();
        await(destination, id, v -> v.state().equals("RECEIVING"));
        source.engine().cancel(id);
        assertThat(awaitEnd(source, id).code()).isEqualTo("CANCELLED");
        assertThat(awaitEnd(destination, id).code()).isEqualTo("CANCELLED");
        assertNothingLeft();
    }

    @Test
    void a_cancel_at_the_destination_leaves_nothing() throws Exception {
        start();
        line.payloads = bytes -> null;
        line.connect();
        String id = push(model("model", 8 * MIB), "m").id();
        await(destination, id, v -> v.state().equals("RECEIVING"));
        destination.engine().cancel(id);
        assertThat(awaitEnd(destination, id).code()).isEqualTo("CANCELLED");
        assertThat(awaitEnd(source, id).code()).isEqualTo("CANCELLED");
        assertNothingLeft();
    }

    @Test
    void a_source_that_never_begins_leaves_nothing() throws Exception {
        destination.beginTimeout = java.time.Duration.ofMillis(300);
        start();
        line.controls = message -> message.hasBegin() ? null : message;
        line.connect();
        String id = push(model("model", 8), "m").id();
        assertThat(awaitEnd(destination, id).code()).isEqualTo("NO_BEGIN");
        assertNothingLeft();
    }

    @Test
    void a_push_typed_again_attaches_to_the_one_that_runs() throws Exception {
        start();
        Path from = model("model", 8);
        String first = push(from, "m").id();
        assertThat(push(from, "m").id()).isEqualTo(first);
        assertThat(push(from, "n").id()).isNotEqualTo(first);
    }

    @Test
    void a_single_file_and_an_empty_directory_are_checkpoints() throws Exception {
        start();
        line.connect();
        Path from = model("model", 5 * MIB);
        assertThat(awaitEnd(source, push(from.resolve("file-0"), "one").id()).state())
                .isEqualTo("CLOSED");
        assertThat(destination.volumePath().resolve("one")).hasSameBinaryContentAs(from.resolve("file-0"));
        assertThat(awaitEnd(source, push(from.resolve("empty"), "none").id()).state())
                .isEqualTo("CLOSED");
        assertThat(destination.volumePath().resolve("none")).isEmptyDirectory();
    }

    @Test
    void a_cancel_that_comes_too_late_ends_in_a_receipt() throws Exception {
        start();
        line.controls = message -> message.hasReceipt() ? null : message;
        line.connect();
        String id = push(model("model", 100), "m").id();
        await(destination, id, v -> v.state().equals("HALF_SIGNED"));
        await(source, id, v -> v.state().equals("SEALED"));
        line.disconnect();
        await(source, id, v -> v.streams() == 0);
        source.engine().cancel(id);
        await(source, id, v -> v.state().equals("CANCEL_WANTED"));
        line.controls = message -> message;
        line.connect();
        assertThat(awaitEnd(source, id).state()).isEqualTo("CLOSED");
        assertThat(awaitEnd(destination, id).state()).isEqualTo("CLOSED");
    }

    @Test
    void what_goes_wrong_in_stopped_does_not_forget_where_to_go_on() throws Exception {
        start();
        Path target = destination.volumePath().resolve("m");
        line.controls = message -> {
            if (message.hasSeal()) {
                try {
                    Files.createDirectories(target);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return message;
        };
        line.connect();
        String id = push(model("model", 100), "m").id();
        await(destination, id, v -> v.state().equals("STOPPED"));
        destination.engine().resume(id); // it still stands there: stopped a second time
        Thread.sleep(300);
        await(destination, id, v -> v.state().equals("STOPPED"));
        Files.delete(target);
        destination.engine().resume(id);
        assertThat(awaitEnd(destination, id).state()).isEqualTo("CLOSED");
        assertThat(awaitEnd(source, id).state()).isEqualTo("CLOSED");
    }

    @Test
    void a_held_that_names_chunks_no_file_has_is_refused() throws Exception {
        start();
        line.controls = message -> message.hasHeld()
                ? message.toBuilder()
                        .setHeld(message.getHeld().toBuilder()
                                .addChunks(dev.carnet.proto.wire.v1.ChunkRange.newBuilder()
                                        .setFile(2)
                                        .setFirst(Integer.MAX_VALUE - 1)
                                        .setLast(Integer.MAX_VALUE)))
                        .build()
                : message;
        line.connect();
        TransferView sent = awaitEnd(source, push(model("model", 100), "m").id());
        assertThat(sent.code()).isEqualTo("PROTOCOL");
    }
}
