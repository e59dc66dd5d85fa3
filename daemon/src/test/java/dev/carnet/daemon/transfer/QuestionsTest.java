package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.question.PeerJob;
import dev.carnet.daemon.question.PeerPage;
import dev.carnet.daemon.question.PeerReport;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transport.Reach;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.ListPage;
import dev.carnet.proto.wire.v1.ListRequest;
import dev.carnet.proto.wire.v1.Probe;
import dev.carnet.proto.wire.v1.ProbeEnd;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.VerifyRequest;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Questions between two daemons' rooms, and what is said to a peer that asks too much. The destination of pushes is asked. */
@Timeout(120)
class QuestionsTest {
    private static final int MIB = 1 << 20;
    private static final long WAIT_SECONDS = 60;

    @TempDir
    private Path work;

    private Site source;
    private Site destination;
    private FakeLine line;

    /** What the asked side says, where a test asks by hand: on its way to the source. */
    private final BlockingQueue<Control> said = new LinkedBlockingQueue<>();

    @BeforeEach
    void begin() throws Exception {
        Map<String, java.security.cert.X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
        line.connect();
    }

    @AfterEach
    void end() {
        line.disconnect();
        source.close();
        destination.close();
        assertThat(source.fatal).isEmpty();
        assertThat(destination.fatal).isEmpty();
        assertThat(line.end(0).pool().inUse()).isZero();
        assertThat(line.end(1).pool().inUse()).isZero();
    }

    private void push(String name, int... sizes) throws Exception {
        Path root = source.volumePath().resolve(name);
        Files.createDirectories(root.resolve("empty"));
        Random random = new Random(1);
        for (int i = 0; i < sizes.length; i++) {
            byte[] bytes = new byte[sizes[i]];
            random.nextBytes(bytes);
            Files.write(root.resolve("file-" + i), bytes);
        }
        String id = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, root.toString(), "peer", "v", name, false, 0, 0))
                .id();
        until(() -> source.engine().get(id).orElseThrow().finished()
                && destination.engine().get(id).orElseThrow().finished());
        assertThat(source.engine().get(id).orElseThrow().state()).isEqualTo("CLOSED");
    }

    private static void until(java.util.function.BooleanSupplier wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not in time").isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private PeerJob verify(String name) throws Exception {
        String id = source.questions().verify("peer", "v", name, "local").id();
        until(() -> !source.questions().job(id).orElseThrow().state().equals(PeerJob.RUNNING));
        return source.questions().job(id).orElseThrow();
    }

    private static TransferException refused(Runnable question) {
        TransferException e = catchThrowableOfType(TransferException.class, question::run);
        assertThat(e).as("it was answered").isNotNull();
        return e;
    }

    // ---- lists

    /** Rows as if so many checkpoints had been published. */
    private void publish(int count, String stem) {
        destination.store().update(tx -> {
            for (int i = 0; i < count; i++) {
                Names.put(
                        tx,
                        "v",
                        String.format(java.util.Locale.ROOT, "%s-%04d", stem, i),
                        NameRow.newBuilder()
                                .setPublished(i % 7 != 3) // some are still being received
                                .setTreeDigest("ab".repeat(32))
                                .setContentDigest("cd".repeat(32))
                                .setLogicalBytes(stem.length() > 9 ? Long.MAX_VALUE - i : i)
                                .setFiles(1)
                                .setPublishedMs(1_790_000_000_000L + i)
                                .setPartOf(i == 0 || stem.length() > 9 ? "ef".repeat(32) : "")
                                .build());
            }
        });
    }

    @Test
    void a_list_is_what_is_complete_in_order_and_page_by_page() throws Exception {
        publish(300, "run");
        List<String> names = new ArrayList<>();
        PeerPage page = source.questions().list("peer", "v", "", 100);
        assertThat(page.checkpoints()).hasSize(100);
        PeerPage.Line first = page.checkpoints().getFirst();
        assertThat(first.treeDigest()).isEqualTo("ab".repeat(32));
        assertThat(first.contentDigest()).isEqualTo("cd".repeat(32));
        assertThat(first.partOf()).isEqualTo("ef".repeat(32));
        assertThat(first.since().getEpochSecond()).isEqualTo(1_790_000_000L);
        while (true) {
            page.checkpoints().forEach(line -> names.add(line.name()));
            if (!page.more()) {
                break;
            }
            page = source.questions().list("peer", "v", names.getLast(), 100);
        }
        assertThat(names).hasSize(257).isSorted().doesNotContain("run-0003");
        assertThat(destination.said()).as("a question leaves no entry").isEmpty();
    }

    @Test
    void a_page_of_the_longest_names_fits_a_message() throws Exception {
        String stem = String.join("/", "x".repeat(195), "y".repeat(199));
        publish(149, stem);
        PeerPage page = source.questions().list("peer", "v", "", 128);
        assertThat(page.more()).isTrue();
        assertThat(page.checkpoints()).hasSizeBetween(110, 127);
        PeerPage rest = source.questions()
                .list("peer", "v", page.checkpoints().getLast().name(), 128);
        assertThat(rest.more()).isFalse();
        assertThat(page.checkpoints().size() + rest.checkpoints().size()).isEqualTo(128);
    }

    @Test
    void what_may_not_be_pulled_is_not_listed_and_says_not_whether_it_is_there() {
        destination.denied = Set.of(Policy.Act.SERVE_PULL);
        TransferException there = refused(() -> source.questions().list("peer", "v", "", 10));
        TransferException nowhere = refused(() -> source.questions().list("peer", "z", "", 10));
        assertThat(there.code()).isEqualTo(Code.POLICY);
        assertThat(there).hasMessageContaining("pull-by").hasMessageContaining(source.spiffeId);
        assertThat(nowhere.getMessage().replace("'z'", "'v'")).isEqualTo(there.getMessage());
        destination.denied = Set.of();
        assertThat(refused(() -> source.questions().list("peer", "z", "", 10)).code())
                .as("a volume that no rule can name")
                .isEqualTo(Code.POLICY);
    }

    @Test
    void a_name_that_is_none_is_not_asked_for() {
        assertThat(refused(() -> source.questions().list("peer", "../v", "", 10))
                        .code())
                .isEqualTo(Code.BAD_NAME);
        assertThat(refused(() -> source.questions().verify("peer", "v", "a/../b", "local"))
                        .code())
                .isEqualTo(Code.BAD_NAME);
        assertThat(refused(() -> source.questions().list("nobody", "v", "", 10)).code())
                .isEqualTo(Code.UNKNOWN_PEER);
    }

    @Test
    void a_peer_that_lists_out_of_order_or_nothing_for_ever_is_not_believed() {
        publish(3, "run");
        line.controls = message -> message.hasListPage()
                ? message.toBuilder()
                        .setListPage(message.getListPage().toBuilder()
                                .clearCheckpoints()
                                .addCheckpoints(message.getListPage().getCheckpoints(1))
                                .addCheckpoints(message.getListPage().getCheckpoints(0)))
                        .build()
                : message;
        TransferException disorder = refused(() -> source.questions().list("peer", "v", "", 10));
        assertThat(disorder.code()).isEqualTo(Code.PROTOCOL);
        line.controls = message -> message.hasListPage()
                ? message.toBuilder()
                        .setListPage(message.getListPage().toBuilder()
                                .clearCheckpoints()
                                .setMore(true))
                        .build()
                : message;
        assertThat(refused(() -> source.questions().list("peer", "v", "", 10)).code())
                .isEqualTo(Code.PROTOCOL);
        line.controls = message -> message;
        assertThat(source.questions().list("peer", "v", "", 10).checkpoints()).hasSize(3);
    }

    // ---- verifications

    @Test
    void a_copy_is_read_again_and_signed() throws Exception {
        push("m", 9 * MIB + 3, 5 * MIB, 4 * MIB, 1, 0);
        int before = destination.entries().size();
        destination.denied = Set.of(Policy.Act.SERVE_PULL); // who brought it may ask all the same
        PeerJob job = verify("m");
        assertThat(job.state()).as(job.toString()).isEqualTo(PeerJob.DONE);
        PeerJob.Found found = job.found();
        assertThat(found.state()).isEqualTo("verified");
        assertThat(found.files()).isEqualTo(5);
        assertThat(found.bytes()).isEqualTo(18L * MIB + 4);
        assertThat(found.treeDigest())
                .isEqualTo(job.knownTree())
                .isEqualTo(source.engine().list(1).getFirst().treeDigest());
        assertThat(destination.entries()).hasSize(before + 1);
        assertThat(found.envelope()).isEqualTo(destination.envelopes().getLast());
        Possession said = Possession.read(Dsse.parse(found.envelope()).payload());
        assertThat(said.asked().orElseThrow()).isEqualTo(new Possession.Asked(job.id(), source.spiffeId));
        assertThat(found.entry()).isEqualTo(Dsse.parse(found.envelope()).payloadDigest());
        NameRow row = destination.store().read(tx -> Names.get(tx, "v", "m")).orElseThrow();
        assertThat(row.getPossessionDigest()).isEqualTo(found.entry());
        assertThat(row.getVerifiedMs()).isPositive();
        assertThat(source.said()).as("the asker records nothing").doesNotContain("possession");
    }

    /** One byte, and its time put back: only reading shows it. */
    private void flip(String file, long at) throws Exception {
        Path path = destination.volumePath().resolve(file);
        FileTime time = Files.getLastModifiedTime(path);
        path.toFile().setWritable(true);
        try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
            open.seek(at);
            int b = open.read();
            open.seek(at);
            open.write(b ^ 1);
        }
        Files.setLastModifiedTime(path, time);
    }

    @Test
    void a_copy_that_is_not_whole_is_refused_by_the_members_name_and_signed_by_nobody() throws Exception {
        push("m", 9 * MIB, 5, 0);
        int before = destination.entries().size();
        flip("m/file-0", 5 * MIB);
        assertMismatch("file-0", "chunk 1");
        flip("m/file-0", 5 * MIB);
        flip("m/file-1", 2);
        assertMismatch("file-1", "chunk 0");
        flip("m/file-1", 2);
        Path more = destination.volumePath().resolve("m/empty/more");
        FileTime directory = Files.getLastModifiedTime(more.getParent());
        Files.writeString(more, "x");
        Files.setLastModifiedTime(more.getParent(), directory);
        assertMismatch("empty/more", "not on record");
        Files.delete(more);
        Files.setLastModifiedTime(more.getParent(), directory);
        Path gone = destination.volumePath().resolve("m/file-2");
        FileTime root = Files.getLastModifiedTime(gone.getParent());
        Files.delete(gone);
        Files.setLastModifiedTime(gone.getParent(), root);
        assertMismatch("file-2", "not there");
        assertThat(destination.entries()).hasSize(before);
    }

    private void assertMismatch(String... words) throws Exception {
        PeerJob job = verify("m");
        assertThat(job.state()).isEqualTo(PeerJob.FAILED);
        assertThat(job.code()).as(job.reason()).isEqualTo("TREE_MISMATCH");
        assertThat(job.reason()).contains(words).doesNotContain(work.toString());
        assertThat(job.found()).isNull();
    }

    @Test
    void a_record_that_was_changed_with_its_files_does_not_pass() throws Exception {
        push("m", 5);
        destination
                .store()
                .update(tx -> Names.put(
                        tx,
                        "v",
                        "m",
                        Names.get(tx, "v", "m").orElseThrow().toBuilder()
                                .setTreeDigest("00".repeat(32))
                                .build()));
        assertMismatch("the catalogue names");
    }

    @Test
    void what_is_not_there_and_what_is_another_peers() throws Exception {
        PeerJob nothing = verify("nothing");
        assertThat(nothing.code()).isEqualTo("UNKNOWN_CHECKPOINT");
        push("m", 5);
        destination.denied = Set.of(Policy.Act.SERVE_PULL);
        assertThat(verify("nothing").code()).as("told nothing").isEqualTo("POLICY");
        destination
                .store()
                .update(tx -> Names.put(
                        tx,
                        "v",
                        "m",
                        Names.get(tx, "v", "m").orElseThrow().toBuilder()
                                .setFrom("spiffe://other.example/x")
                                .build()));
        assertThat(verify("m").code()).isEqualTo("POLICY");
    }

    @Test
    void a_possession_that_answers_another_question_is_not_believed() throws Exception {
        push("m", 5);
        push("n", 6);
        Control[] kept = new Control[1];
        line.controls = message -> {
            if (message.hasVerifyAnswer()) {
                if (kept[0] != null) {
                    return message.toBuilder()
                            .setVerifyAnswer(kept[0].getVerifyAnswer().toBuilder()
                                    .setRequestId(message.getVerifyAnswer().getRequestId()))
                            .build();
                }
                kept[0] = message;
            }
            return message;
        };
        assertThat(verify("m").state()).isEqualTo(PeerJob.DONE);
        PeerJob replayed = verify("m");
        assertThat(replayed.code()).as(replayed.reason()).isEqualTo("BAD_STATEMENT");
        assertThat(replayed.reason()).contains("another question");
        assertThat(replayed.found()).isNull();
        line.controls = message -> message.hasVerifyAnswer()
                ? message.toBuilder()
                        .setVerifyAnswer(message.getVerifyAnswer().toBuilder()
                                .setEnvelope(
                                        ByteString.copyFrom(source.envelopes().getFirst())))
                        .build()
                : message;
        assertThat(verify("m").code()).as("signed by somebody else").isEqualTo("BAD_STATEMENT");
    }

    @Test
    void a_tree_that_is_not_the_one_we_pushed_is_told() throws Exception {
        push("m", 5);
        var key = new Key(source.engine().list(1).getFirst().id(), dev.carnet.proto.ledger.Role.SOURCE);
        source.store().update(tx -> source.engine().rows().update(tx, key, row -> row.setTreeDigest("11".repeat(32))));
        line.disconnect(); // what has ended is read from its row again
        source.close();
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        line.connect();
        PeerJob job = verify("m");
        assertThat(job.code()).isEqualTo("TREE_MISMATCH");
        assertThat(job.found()).as("what was signed is kept all the same").isNotNull();
        assertThat(job.reason()).contains("11".repeat(32));
    }

    @Test
    void a_reading_outlives_its_session_and_is_answered_once() throws Exception {
        push("m", 9 * MIB);
        CountDownLatch asked = new CountDownLatch(1);
        boolean[] cut = {false};
        line.controls = message -> {
            if (message.hasVerifyAnswer() && !cut[0]) {
                cut[0] = true;
                asked.countDown();
                return null; // lost with its session
            }
            return message;
        };
        String id = source.questions().verify("peer", "v", "m", "local").id();
        assertThat(asked.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        int entries = destination.entries().size();
        line.disconnect();
        line.connect();
        until(() -> source.questions().job(id).orElseThrow().state().equals(PeerJob.DONE));
        assertThat(destination.entries()).as("asked twice, signed once").hasSize(entries);
    }

    @Test
    void who_cancels_a_verification_waits_no_more_and_may_ask_again() throws Exception {
        push("m", 5);
        line.controls = message -> message.hasVerifyAnswer() ? null : message;
        String id = source.questions().verify("peer", "v", "m", "local").id();
        assertThat(source.questions().cancel("00".repeat(16))).isEmpty();
        assertThat(source.questions().cancel(id)).isPresent();
        until(() -> source.questions().job(id).orElseThrow().ended() != null);
        PeerJob ended = source.questions().job(id).orElseThrow();
        assertThat(ended.state()).isEqualTo(PeerJob.CANCELLED);
        assertThat(ended.reason()).contains("may go on reading");
        line.controls = message -> message;
        until(
                () -> { // BUSY there, as long as it goes on reading
                    try {
                        return verify("m").state().equals(PeerJob.DONE);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
        assertThat(source.questions().cancel(id).orElseThrow().state()).isEqualTo(PeerJob.CANCELLED);
    }

    @Test
    void one_verification_at_a_time_and_without_a_session_none() throws Exception {
        push("m", 5);
        CountDownLatch goOn = new CountDownLatch(1);
        line.controls = message -> {
            if (message.hasVerifyAnswer()) {
                try {
                    assertThat(goOn.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return message;
        };
        String id = source.questions().verify("peer", "v", "m", "local").id();
        assertThat(refused(() -> source.questions().verify("peer", "v", "m", "local"))
                        .code())
                .isEqualTo(Code.BUSY);
        goOn.countDown();
        until(() -> source.questions().job(id).orElseThrow().state().equals(PeerJob.DONE));
        assertThat(source.questions().jobs()).hasSize(1);
        line.disconnect();
        TransferException alone = refused(() -> source.questions().verify("peer", "v", "m", "local"));
        assertThat(alone.code()).isEqualTo(Code.TIMEOUT);
        assertThat(alone).hasMessageContaining("the test has not connected them");
    }

    // ---- a peer that asks by hand

    private static ByteString id(int number) {
        return ByteString.copyFrom(ByteBuffer.allocate(16).putInt(number).array());
    }

    private Session byHand() {
        line.controls = message -> {
            if (message.hasRefuse() || message.hasProbeReady() || message.hasProbeResult() || message.hasListPage()) {
                said.add(message);
                return null;
            }
            return message;
        };
        return line.end(0).session("").orElseThrow();
    }

    private Control hears() throws InterruptedException {
        Control message = said.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("no answer").isNotNull();
        return message;
    }

    private static Control probe(int number) {
        return Control.newBuilder()
                .setProbe(Probe.newBuilder().setProbeId(id(number)))
                .build();
    }

    private static Control probeEnd(int number) {
        return Control.newBuilder()
                .setProbeEnd(ProbeEnd.newBuilder().setProbeId(id(number)))
                .build();
    }

    @Test
    void a_second_probe_is_told_busy_and_the_end_of_a_session_frees_the_place() throws Exception {
        Session session = byHand();
        session.send(probe(1));
        assertThat(hears().hasProbeReady()).isTrue();
        session.send(probe(2));
        Refuse busy = hears().getRefuse();
        assertThat(busy.getCode()).isEqualTo(Code.BUSY);
        assertThat(busy.getTransferId()).isEqualTo(id(2));
        session.send(probeEnd(2));
        assertThat(hears().getRefuse().getCode()).as("that one was never open").isEqualTo(Code.TIMEOUT);
        line.disconnect();
        line.connect();
        session = line.end(0).session("").orElseThrow();
        session.send(probe(3));
        Control answer = hears();
        for (int again = 0; answer.hasRefuse() && again < 100; again++) { // its end may be worked off a moment later
            assertThat(answer.getRefuse().getCode()).isEqualTo(Code.BUSY);
            Thread.sleep(20);
            session.send(probe(3));
            answer = hears();
        }
        assertThat(answer.hasProbeReady()).isTrue();
        session.send(probeEnd(3));
        assertThat(hears().getProbeResult().getBytes()).isZero();
    }

    @Test
    void frames_of_a_probe_are_counted_by_their_headers_and_take_no_buffer() throws Exception {
        Session session = byHand();
        session.send(probe(1));
        assertThat(hears().hasProbeReady()).isTrue();
        var stream = session.streams(1).toCompletableFuture().get().getFirst();
        for (int number : new int[] {1, 1, 2, 1}) { // one is of no probe
            var header = new ChunkHeader(
                    ChunkHeader.KIND_DATA,
                    ChunkHeader.CODEC_RAW,
                    1,
                    id(number).toByteArray(),
                    0,
                    0,
                    1000,
                    1000,
                    new byte[32]);
            stream.send(header, ByteBuffer.allocateDirect(1000))
                    .toCompletableFuture()
                    .get();
        }
        session.send(probeEnd(1));
        assertThat(hears().getProbeResult().getBytes()).isEqualTo(3 * 1072L);
    }

    @Test
    void four_questions_at_once_and_the_fifth_is_told_busy() throws Exception {
        publish(1, "run");
        CountDownLatch goOn = new CountDownLatch(1);
        destination.listening = () -> {
            try {
                assertThat(goOn.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        Session session = byHand();
        for (int i = 1; i <= 5; i++) {
            session.send(Control.newBuilder()
                    .setListRequest(ListRequest.newBuilder()
                            .setRequestId(id(i))
                            .setVolume("v")
                            .setMax(1))
                    .build());
        }
        Refuse busy = hears().getRefuse();
        assertThat(busy.getCode()).isEqualTo(Code.BUSY);
        assertThat(busy.getTransferId()).isEqualTo(id(5));
        assertThat(busy.getSentence()).contains("4 questions");
        goOn.countDown();
        for (int i = 1; i <= 4; i++) {
            assertThat(hears().getListPage().getCheckpointsCount()).isEqualTo(1);
        }
    }

    @Test
    void an_id_that_was_used_for_another_checkpoint_is_refused() throws Exception {
        push("m", 5);
        push("n", 6);
        Session session = byHand();
        CountDownLatch answered = new CountDownLatch(1);
        line.controls = message -> {
            if (message.hasVerifyAnswer()) {
                answered.countDown();
                return null;
            }
            if (message.hasRefuse()) {
                said.add(message);
                return null;
            }
            return message;
        };
        session.send(question("m"));
        assertThat(answered.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        session.send(question("n"));
        assertThat(hears().getRefuse().getCode()).isEqualTo(Code.PROTOCOL);
    }

    private static Control question(String name) {
        return Control.newBuilder()
                .setVerifyRequest(VerifyRequest.newBuilder()
                        .setRequestId(id(1))
                        .setVolume("v")
                        .setName(name))
                .build();
    }

    @Test
    void answers_that_nobody_waits_for_harm_nobody() throws Exception {
        Session session = line.end(1).session("").orElseThrow();
        session.send(Control.newBuilder()
                .setListPage(ListPage.newBuilder().setRequestId(id(9)))
                .build());
        session.send(Control.newBuilder()
                .setRefuse(Refuse.newBuilder().setTransferId(id(9)).setCode(Code.BUSY))
                .build());
        publish(1, "run");
        assertThat(source.questions().list("peer", "v", "", 1).checkpoints()).hasSize(1);
        assertThat(session.open()).isTrue();
    }

    // ---- the test of a peer

    @Test
    void a_test_measures_and_says_who_reaches_whom() {
        line.end(0).reach = List.of(
                new Reach("10.0.0.1:7443", false, Duration.ofMillis(9), "refused"),
                new Reach("10.0.0.2:7443", true, Duration.ofMillis(2), null));
        line.end(1).reach = List.of(new Reach("10.9.9.9:7443", false, Duration.ofMillis(9), "a firewall"));
        PeerReport report = source.questions().test("peer", 1, 2);
        assertThat(report.peer()).isEqualTo(destination.spiffeId);
        assertThat(report.weDial()).isEqualTo(line.end(0).reach);
        assertThat(report.theyDial()).isEqualTo(new PeerReport.TheyDial("fails", "a firewall"));
        PeerReport.Line measured = report.line();
        assertThat(measured).as(report.toString()).isNotNull();
        assertThat(measured.group()).isEqualTo("X25519MLKEM768");
        assertThat(measured.roundTripMillis()).isEqualTo(3.0);
        assertThat(measured.rateOneStream()).isPositive();
        assertThat(measured.rateStreams()).isPositive();
        assertThat(measured.streams()).isEqualTo(2);
        assertThat(report.kernel().congestionControl()).isNotEmpty();
        assertThat(destination.rows(Table.NAMES)).isZero();
        line.end(1).reach = List.of();
        assertThat(source.questions().test("peer", 1, 1).theyDial().outcome()).isEqualTo("not_configured");
    }

    @Test
    void a_test_without_a_session_says_what_it_can() {
        line.disconnect();
        line.end(0).reach = List.of(new Reach("10.0.0.1:7443", false, Duration.ofMillis(9), "refused"));
        PeerReport report = source.questions().test("peer", 1, 2);
        assertThat(report.line()).isNull();
        assertThat(report.whyNot()).contains("the test has not connected them");
        assertThat(report.weDial()).hasSize(1);
        assertThat(report.theyDial().outcome()).isEqualTo("unknown");
    }

    @Test
    void a_test_that_the_peer_refuses_says_so_and_what_else_it_found() throws Exception {
        line.controls = message -> message.hasProbeReady()
                ? Control.newBuilder()
                        .setRefuse(Refuse.newBuilder()
                                .setTransferId(message.getProbeReady().getProbeId())
                                .setCode(Code.BUSY)
                                .setSentence("it has other work"))
                        .build()
                : message;
        PeerReport report = source.questions().test("peer", 1, 2);
        assertThat(report.line()).isNotNull();
        assertThat(report.line().rateOneStream()).isNull();
        assertThat(report.advice().getFirst()).contains("it has other work");
        assertThat(report.theyDial().outcome()).isEqualTo("unknown");
    }

    @Test
    void a_peer_that_never_answers_is_not_waited_for_beyond_its_session() throws Exception {
        line.controls = message -> {
            if (message.hasListPage()) {
                Thread.ofPlatform().start(line::disconnect); // it waits for the thread that calls this
                return null;
            }
            return message;
        };
        TransferException e = refused(() -> source.questions().list("peer", "v", "", 1));
        assertThat(e.code()).isEqualTo(Code.TIMEOUT);
        assertThat(e).hasMessageContaining("ended before the answer");
    }
}
