package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sealed at one side travels by its records: pulled, pushed onward, in part; paused and cut off. {@code south} has what {@code north} asks for. */
class SealedTransferTest {
    private static final int MIB = 1 << 20;
    private static final long WAIT_SECONDS = 60;

    @TempDir
    private Path work;

    private Site north;
    private Site south;
    private FakeLine line;

    @BeforeEach
    void begin() throws Exception {
        Map<String, java.security.cert.X509Certificate> anchors = new HashMap<>();
        north = new Site(work.resolve("n"), "north.example", anchors);
        south = new Site(work.resolve("s"), "south.example", anchors);
        line = new FakeLine(north.spiffeId, north.origin(), south.spiffeId, south.origin());
        start();
    }

    private void start() throws Exception {
        north.start(line.end(0), line.end(0).pool(), south.spiffeId);
        south.start(line.end(1), line.end(1).pool(), north.spiffeId);
        line.connect();
    }

    private void restart(Site site, int end) throws Exception {
        line.disconnect();
        site.close();
        site.start(line.end(end), line.end(end).pool(), end == 0 ? south.spiffeId : north.spiffeId);
        line.connect();
    }

    @AfterEach
    void end() {
        north.close();
        south.close();
        assertThat(north.fatal).isEmpty();
        assertThat(south.fatal).isEmpty();
    }

    /** South publishes "m" by a push of north's: shards, a config, an empty directory and an empty file. */
    private Path published() throws Exception {
        Path from = north.volumePath().resolve("model");
        Random random = new Random(1);
        for (String name : List.of("shards/0.bin", "shards/1.bin", "shards-index", "deep/er/x.txt")) {
            Files.createDirectories(from.resolve(name).getParent());
            byte[] bytes = new byte[name.endsWith("bin") ? 9 * MIB + 3 : 100];
            random.nextBytes(bytes);
            Files.write(from.resolve(name), bytes);
        }
        Files.write(from.resolve("empty"), new byte[0]);
        Files.createDirectories(from.resolve("nothing"));
        TransferView sent = awaitEnd(north, push(north, from, "m"));
        assertThat(sent.state()).as(sent.toString()).isEqualTo("CLOSED");
        await(south, sent.id(), view -> view.receipt() != null);
        return from;
    }

    private static String push(Site site, Path from, String name) {
        return site.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", name, false, 0, 0))
                .id();
    }

    private String pull(String name, String to, String... include) {
        return north.engine()
                .pull(new PullRequest(
                        "local", Caller.DAEMON, "peer", "v", name, "w", to, List.of(include), 0, 0, Map.of("run", "7")))
                .id();
    }

    private Plan planned(String to) {
        return north.engine()
                .plan(new PullRequest("local", Caller.DAEMON, "peer", "v", "m", "w", to, List.of(), 0, 0, Map.of()));
    }

    @Test
    void a_dry_run_of_a_pull_asks_nobody_and_of_a_push_counts_from_the_records() throws Exception {
        published();
        Plan pull = planned("copy");
        assertThat(pull.connected()).isTrue();
        assertThat(pull.bytes()).isNull();
        assertThat(pull.transfer()).isNull();
        int before = north.engine().list(100).size();
        String id = pull("m", "copy");
        assertThat(north.engine().list(100)).hasSize(before + 1);
        closed(north, id);
        assertThatThrownBy(() -> planned("copy"))
                .as("taken by now")
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("copy");
        Plan push = north.engine()
                .plan(new PushRequest(
                        "local", Caller.DAEMON, pulled("copy").toString(), "peer", "v", "back", false, 0, 0));
        assertThat(push.mode()).isEqualTo("sealed");
        assertThat(push.files()).isEqualTo(5);
        assertThat(push.directories()).isEqualTo(5);
        assertThat(push.bytes()).isEqualTo(2L * (9 * MIB + 3) + 200);
    }

    private Path pulled(String name) {
        return north.root.resolve("second").resolve(name);
    }

    private static TransferView await(Site site, String id, java.util.function.Predicate<TransferView> wanted)
            throws Exception {
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

    private static TransferView awaitEnd(Site site, String id) throws Exception {
        return await(site, id, TransferView::finished);
    }

    private static TransferView closed(Site site, String id) throws Exception {
        TransferView view = awaitEnd(site, id);
        assertThat(view.state()).as(view.toString()).isEqualTo("CLOSED");
        return view;
    }

    private void assertAborted(String id, Code code) throws Exception {
        TransferView view = awaitEnd(north, id);
        assertThat(view.state()).isEqualTo("ABORTED");
        assertThat(view.code()).as(view.toString()).isEqualTo(code.name());
        assertThat(pulled("got")).doesNotExist();
        Path staging = north.root.resolve("second/.carnet/staging");
        if (Files.exists(staging)) {
            assertThat(staging).isEmptyDirectory();
        }
        assertThat(north.engine().checkpoints(java.util.Optional.of("w"), "", 10))
                .isEmpty();
        assertThat(line.end(0).pool().inUse()).isZero();
    }

    /** The newest entry of a transfer with this predicate. */
    private static byte[] payload(Site site, String transfer, Predicate predicate) {
        return site.envelopes().stream()
                .map(envelope -> Dsse.parse(envelope).payload())
                .filter(bytes ->
                        Statement.read(bytes).predicate() == predicate && new String(bytes, UTF_8).contains(transfer))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private static TransferIntent intent(Site site, String transfer) {
        return TransferIntent.read(payload(site, transfer, Predicate.TRANSFER_INTENT));
    }

    @Test
    void what_was_published_is_pulled_by_its_records() throws Exception {
        Path from = published();
        String id = pull("m", "got");
        TransferView got = closed(north, id);
        TransferView served = closed(south, id);
        assertThat(got.direction()).isEqualTo("pull");
        assertThat(got.mode()).isEqualTo("sealed");
        assertThat(got.labels()).containsExactly(Map.entry("run", "7"));
        assertThat(got.principal()).isEqualTo("local");
        assertThat(served.principal()).isNull();
        assertThat(served.direction()).isEqualTo("pull");
        assertThat(got.treeDigest()).isEqualTo(served.treeDigest());
        for (String name : List.of("shards/0.bin", "shards/1.bin", "shards-index", "deep/er/x.txt", "empty")) {
            assertThat(pulled("got").resolve(name)).hasSameBinaryContentAs(from.resolve(name));
        }
        assertThat(pulled("got/nothing")).isEmptyDirectory();
        TransferIntent ours = intent(north, id);
        TransferIntent theirs = intent(south, id);
        assertThat(ours.manner().mode()).isEqualTo("sealed");
        assertThat(ours.manner().direction()).isEqualTo("pull");
        assertThat(ours.manner().tree())
                .contains(got.treeDigest())
                .isEqualTo(theirs.manner().tree());
        assertThat(ours.manner().request())
                .isPresent()
                .isEqualTo(theirs.manner().request());
        assertThat(ours.grant()).contains("test");
        assertThat(theirs.grant()).isEmpty();
        assertThat(north.envelopes().getLast()).isEqualTo(south.envelopes().getLast());
    }

    @Test
    void who_pulls_says_how_fast_and_on_how_many_streams() throws Exception {
        published();
        line.streamsAsked.clear();
        long begun = System.nanoTime();
        String id = north.engine()
                .pull(new PullRequest(
                        "local", Caller.DAEMON, "peer", "v", "m", "w", "got", List.of(), 6 * MIB, 5, Map.of()))
                .id();
        closed(north, id);
        assertThat(System.nanoTime() - begun)
                .as("18 MiB at 6 MiB a second")
                .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(2_900));
        assertThat(line.streamsAsked).containsExactly(5);
    }

    @Test
    void what_is_sealed_here_is_pushed_onward_by_its_records_and_found_again_without_hashing() throws Exception {
        published();
        String id = push(south, south.volumePath().resolve("m"), "onward");
        assertThat(closed(south, id).mode()).isEqualTo("sealed");
        TransferView got = closed(north, id);
        assertThat(got.treeDigest()).isEqualTo(closed(south, id).treeDigest());
        assertThat(north.volumePath().resolve("onward/shards/1.bin"))
                .hasSameBinaryContentAs(south.volumePath().resolve("m/shards/1.bin"));
        TransferView again = awaitEnd(south, push(south, south.volumePath().resolve("m"), "onward"));
        assertThat(again.state()).as(again.toString()).isEqualTo("EXISTS");
    }

    @Test
    void what_was_changed_since_travels_as_it_is_now() throws Exception {
        published();
        Files.write(south.volumePath().resolve("m/shards-index"), new byte[] {1});
        String id = push(south, south.volumePath().resolve("m"), "onward");
        assertThat(closed(south, id).mode()).isEqualTo("open");
        assertThat(north.volumePath().resolve("onward/shards-index")).hasBinaryContent(new byte[] {1});
    }

    @Test
    void a_part_is_a_checkpoint_of_its_own_that_names_the_whole() throws Exception {
        Path from = published();
        String whole = south.engine()
                .checkpoints(java.util.Optional.of("v"), "", 10)
                .getFirst()
                .treeDigest();
        String id = pull("m", "got", "shards/0.bin", "x.txt");
        TransferView got = closed(north, id);
        assertThat(got.partOf()).isEqualTo(whole);
        assertThat(got.treeDigest()).isNotEqualTo(whole);
        try (var all = Files.walk(pulled("got"))) {
            assertThat(all.map(path -> pulled("got").relativize(path).toString())
                            .sorted())
                    .containsExactly("", "deep", "deep/er", "deep/er/x.txt", "shards", "shards/0.bin");
        }
        assertThat(pulled("got/shards/0.bin")).hasSameBinaryContentAs(from.resolve("shards/0.bin"));
        TransferReceipt receipt = TransferReceipt.read(payload(north, id, Predicate.TRANSFER_RECEIPT));
        assertThat(receipt.partOf()).contains(whole);
        assertThat(intent(south, id).manner().partOf()).contains(whole);
        assertThat(closed(south, id).treeDigest()).isEqualTo(got.treeDigest());
    }

    @Test
    void patterns_that_choose_nothing_are_refused() throws Exception {
        published();
        assertAborted(pull("m", "got", "no-such-file"), Code.BAD_NAME);
        assertThatThrownBy(() -> pull("m", "got", "a//b"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    @Test
    void what_is_not_there_or_was_changed_or_may_not_be_pulled_is_refused_by_name() throws Exception {
        published();
        assertAborted(pull("other", "got"), Code.UNKNOWN_CHECKPOINT);
        south.denied = Set.of(Policy.Act.SERVE_PULL);
        assertAborted(pull("m", "got"), Code.POLICY);
        assertAborted(pull("other", "got"), Code.POLICY);
        south.denied = Set.of();
        Files.write(south.volumePath().resolve("m/empty"), new byte[] {1});
        assertAborted(pull("m", "got"), Code.SOURCE_CHANGED);
        assertThat(south.said()).doesNotContain("transfer-abort");
        north.denied = Set.of(Policy.Act.PULL);
        assertThatThrownBy(() -> pull("m", "got"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.POLICY));
    }

    @Test
    void a_name_that_is_taken_here_is_refused_before_the_peer_is_asked() throws Exception {
        published();
        closed(north, pull("m", "got"));
        assertThatThrownBy(() -> pull("m", "got/inside"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_TAKEN));
    }

    @Test
    void a_pull_waits_for_its_peer_survives_restarts_of_both_and_many_cuts() throws Exception {
        Path from = published();
        line.disconnect();
        String id = pull("m", "got");
        assertThat(pull("m", "got")).as("typed again").isEqualTo(id);
        assertThat(north.engine().get(id).orElseThrow().state()).isEqualTo("REQUESTED");
        restart(north, 0);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int cut = 0; cut < 8; cut++) {
            Thread.sleep(random.nextInt(80));
            if (cut % 3 == 0) {
                restart(cut % 2 == 0 ? south : north, cut % 2 == 0 ? 1 : 0);
            } else {
                line.disconnect();
                line.connect();
            }
        }
        assertThat(awaitEnd(north, id).state())
                .as("seed %d: %s", seed, north.engine().get(id))
                .isEqualTo("CLOSED");
        assertThat(pulled("got/shards/0.bin")).hasSameBinaryContentAs(from.resolve("shards/0.bin"));
        closed(south, id);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_pause_lasts_until_somebody_continues_also_across_a_restart(boolean atSource) throws Exception {
        published();
        AtomicInteger frames = new AtomicInteger();
        line.payloads = bytes -> frames.incrementAndGet() > 1 ? null : bytes;
        AtomicInteger told = new AtomicInteger();
        line.controls = message -> {
            if (message.hasWaiting() && message.getWaiting().getCode() == Code.PAUSED) {
                told.incrementAndGet();
            }
            return message;
        };
        String id = pull("m", "got");
        Site paused = atSource ? south : north;
        await(south, id, view -> view.state().equals("OPEN") && frames.get() > 0);
        paused.engine().pause(id);
        await(paused, id, view -> view.paused() && told.get() > 0); // it is on record first
        line.payloads = UnaryOperator.identity();
        restart(paused, atSource ? 1 : 0);
        Thread.sleep(300);
        TransferView still = await(north, id, view -> view.state().equals("RECEIVING"));
        assertThat(paused.engine().get(id).orElseThrow().paused()).isTrue();
        assertThat(still.bytesDone()).isLessThan(still.bytesTotal());
        paused.engine().resume(id);
        closed(north, id);
        assertThat(closed(paused, id).paused()).isFalse();
    }

    @Test
    void a_request_can_be_paused_and_cancelled() throws Exception {
        published();
        line.disconnect();
        String id = pull("m", "got");
        north.engine().pause(id);
        await(north, id, TransferView::paused);
        line.connect();
        Thread.sleep(200);
        assertThat(north.engine().get(id).orElseThrow().state()).isEqualTo("REQUESTED");
        north.engine().cancel(id);
        assertAborted(id, Code.CANCELLED);
        assertThat(south.engine().get(id)).isEmpty();
    }

    /** The time to live does not run while it is paused. */
    @Test
    void a_request_that_was_paused_for_long_goes_on() throws Exception {
        published();
        line.disconnect();
        String id = pull("m", "got");
        north.engine().pause(id);
        await(north, id, TransferView::paused);
        north.ahead = java.time.Duration.ofDays(15);
        Thread.sleep(300); // some ticks
        assertThat(north.engine().get(id).orElseThrow().state()).isEqualTo("REQUESTED");
        north.engine().resume(id);
        Thread.sleep(300);
        assertThat(north.engine().get(id).orElseThrow().state()).isEqualTo("REQUESTED");
        line.connect();
        closed(north, id);
    }

    /** A writer that comes while it is being pulled is the owner's doing: the puller must not be told that its peer lies. */
    @Test
    void a_file_that_is_written_while_it_is_being_pulled_is_a_changed_source_and_no_lie() throws Exception {
        published();
        Path shard = south.volumePath().resolve("m/shards/0.bin");
        AtomicInteger frames = new AtomicInteger();
        line.payloads = bytes -> {
            if (frames.getAndIncrement() == 0) {
                try {
                    for (Path file : List.of(shard, south.volumePath().resolve("m/shards/1.bin"))) {
                        byte[] other = Files.readAllBytes(file);
                        java.util.Arrays.fill(other, (byte) 7);
                        Files.write(file, other);
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return bytes;
        };
        assertAborted(pull("m", "got"), Code.SOURCE_CHANGED);
    }

    @Test
    void a_cancel_at_either_side_of_a_pull_leaves_nothing() throws Exception {
        published();
        line.payloads = bytes -> null;
        String id = pull("m", "got");
        await(north, id, view -> view.state().equals("RECEIVING"));
        north.engine().cancel(id);
        assertAborted(id, Code.CANCELLED);
        String second = pull("m", "got");
        await(north, second, view -> view.state().equals("RECEIVING"));
        south.engine().cancel(second);
        assertAborted(second, Code.CANCELLED);
        assertThat(awaitEnd(south, second).state()).isEqualTo("ABORTED");
    }

    // ---- a source that lies

    /** Changes pages of blobs on their way. */
    private void lies(UnaryOperator<BlobPage.Builder> lie) {
        line.controls = message -> message.hasBlobPage()
                ? Control.newBuilder()
                        .setBlobPage(lie.apply(message.getBlobPage().toBuilder()))
                        .build()
                : message;
    }

    @Test
    void a_tree_that_is_not_the_one_offered_is_refused() throws Exception {
        published();
        lies(page -> page.setValue(
                page.getValue().startsWith(ByteString.copyFromUtf8("carnet-tree"))
                        ? ByteString.copyFromUtf8(page.getValue().toStringUtf8().replace("0755", "0700"))
                        : page.getValue()));
        assertAborted(pull("m", "got"), Code.TREE_MISMATCH);
    }

    @Test
    void chunk_values_that_are_not_those_offered_are_refused() throws Exception {
        published();
        lies(page -> {
            if (page.getValue().startsWith(ByteString.copyFromUtf8("carnet-cvs"))) {
                byte[] bytes = page.getValue().toByteArray();
                bytes[20] ^= 1;
                page.setValue(ByteString.copyFrom(bytes));
            }
            return page;
        });
        assertAborted(pull("m", "got"), Code.FILE_MISMATCH);
    }

    @Test
    void a_page_at_another_offset_or_of_another_blob_is_refused() throws Exception {
        published();
        lies(page -> page.setOffset(page.getOffset() + 1));
        assertAborted(pull("m", "got"), Code.PROTOCOL);
        lies(page -> page.setDigest(ByteString.copyFrom(new byte[32])));
        assertAborted(pull("m", "got"), Code.PROTOCOL);
    }

    @Test
    void a_chunk_of_other_bytes_than_were_sealed_is_caught_at_that_chunk() throws Exception {
        published();
        Path shard = south.volumePath().resolve("m/shards/0.bin");
        AtomicInteger frames = new AtomicInteger();
        line.payloads = bytes -> {
            frames.incrementAndGet();
            if (bytes.length > MIB) {
                bytes[5] ^= 1;
            }
            return bytes;
        };
        String id = pull("m", "got");
        assertAborted(id, Code.CHUNK_MISMATCH);
        assertThat(north.engine().get(id).orElseThrow().error())
                .contains("shards/")
                .contains("chunk");
        assertThat(shard).exists();
    }

    @Test
    void an_offer_of_something_else_than_was_asked_for_is_refused() throws Exception {
        published();
        line.controls = message -> {
            if (!message.hasOffer()) {
                return message;
            }
            try {
                var offer = dev.carnet.proto.wire.v1.Offer.parseFrom(
                                message.getOffer().getOffer())
                        .toBuilder()
                        .setName("elsewhere")
                        .build();
                return Control.newBuilder()
                        .setOffer(message.getOffer().toBuilder().setOffer(offer.toByteString()))
                        .build();
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        };
        assertAborted(pull("m", "got"), Code.OFFER_MISMATCH);
        assertThat(north.root.resolve("second/elsewhere")).doesNotExist();
    }
}
