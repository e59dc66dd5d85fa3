package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferReceipt.SessionFacts;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.Closed;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.Held;
import dev.carnet.proto.wire.v1.Receipt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A destination that says what is not so: the source signs nothing of it, says why, and goes on where the truth comes later. */
class LyingDestinationTest {
    private static final int WAIT_SECONDS = 10;

    @TempDir(factory = FastDisk.class)
    private static Path work;

    private static Site source;
    private static Site destination;
    private static FakeLine line;
    private static int names;

    @BeforeAll
    static void open() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
        byte[] bytes = new byte[5 << 20];
        new Random(3).nextBytes(bytes);
        Files.createDirectories(from());
        Files.write(from().resolve("weights"), bytes);
    }

    @AfterAll
    static void close() {
        source.close();
        destination.close();
        assertThat(source.fatal).isEmpty();
        assertThat(destination.fatal).isEmpty();
    }

    private static Path from() {
        return source.volumePath().resolve("model");
    }

    private static String push() {
        line.disconnect();
        line.connect();
        return source.engine()
                .push(new PushRequest(
                        "local", Caller.DAEMON, from().toString(), "peer", "v", "m" + ++names, false, 0, 0))
                .id();
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

    private static long receipts() {
        return source.said().stream().filter("transfer-receipt"::equals).count();
    }

    /** The first message of a kind is changed on its way. */
    private static void once(Control.BodyCase kind, UnaryOperator<Control> change) {
        AtomicBoolean done = new AtomicBoolean();
        line.controls = message ->
                message.getBodyCase() == kind && done.compareAndSet(false, true) ? change.apply(message) : message;
    }

    private static void assertClosed(String id) throws Exception {
        TransferView view = await(source, id, TransferView::finished);
        assertThat(view.state()).as(view.toString()).isEqualTo("CLOSED");
        assertThat(await(destination, id, TransferView::finished).state()).isEqualTo("CLOSED");
        assertThat(line.end(0).pool().inUse()).isZero();
        assertThat(line.end(1).pool().inUse()).isZero();
    }

    // ---- receipts

    @TestFactory
    Stream<DynamicTest> receipts_that_lie() {
        String f = "f".repeat(64);
        Map<String, Executable> cases = Map.ofEntries(
                lie(
                        "the tree",
                        r -> copy(
                                r,
                                f,
                                r.content(),
                                r.files(),
                                r.logicalBytes(),
                                r.source(),
                                r.destination(),
                                r.sessions())),
                lie(
                        "the content",
                        r -> copy(
                                r,
                                r.tree(),
                                f,
                                r.files(),
                                r.logicalBytes(),
                                r.source(),
                                r.destination(),
                                r.sessions())),
                lie(
                        "the files",
                        r -> copy(
                                r,
                                r.tree(),
                                r.content(),
                                2,
                                r.logicalBytes(),
                                r.source(),
                                r.destination(),
                                r.sessions())),
                lie(
                        "the bytes",
                        r -> copy(r, r.tree(), r.content(), r.files(), 1, r.source(), r.destination(), r.sessions())),
                lie(
                        "the source's intent",
                        r -> with(r, source(r.source(), f, r.source().seal()), r.destination())),
                lie("the seal", r -> with(r, source(r.source(), r.source().intent(), f), r.destination())),
                lie(
                        "the name",
                        r -> with(
                                r,
                                r.source(),
                                destination(
                                        r.destination(), "else", r.destination().intent()))),
                lie(
                        "the destination's intent",
                        r -> with(
                                r,
                                r.source(),
                                destination(r.destination(), r.destination().name(), f))),
                lie(
                        "a session that never was",
                        r -> copy(
                                r,
                                r.tree(),
                                r.content(),
                                r.files(),
                                r.logicalBytes(),
                                r.source(),
                                r.destination(),
                                more(r.sessions()))));
        return cases.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), e.getValue()));
    }

    private Map.Entry<String, Executable> lie(String what, UnaryOperator<TransferReceipt> change) {
        return Map.entry(
                what,
                () -> refused(
                        "RECEIPT_MISMATCH",
                        envelope -> destination
                                .ledger()
                                .keys()
                                .signTwice(change.apply(TransferReceipt.read(
                                                Dsse.parse(envelope).payload()))
                                        .payload())));
    }

    @TestFactory
    Stream<DynamicTest> receipts_that_are_not_signed() {
        Map<String, Function<byte[], byte[]>> cases = Map.of(
                "by another",
                envelope ->
                        source.ledger().keys().signTwice(Dsse.parse(envelope).payload()),
                "once only",
                envelope ->
                        destination.ledger().keys().sign(Dsse.parse(envelope).payload()),
                "by all before we did",
                envelope -> source.ledger().keys().countersign(envelope),
                "at all",
                envelope -> "nonsense".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return cases.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> refused("BAD_STATEMENT", e.getValue())));
    }

    /** Flagged, not signed, not logged; and closed when the true receipt comes with the next session. */
    private static void refused(String code, Function<byte[], byte[]> lie) throws Exception {
        long before = receipts();
        once(
                Control.BodyCase.RECEIPT,
                message -> message.toBuilder()
                        .setReceipt(Receipt.newBuilder()
                                .setTransferId(message.getReceipt().getTransferId())
                                .setEnvelope(ByteString.copyFrom(lie.apply(
                                        message.getReceipt().getEnvelope().toByteArray()))))
                        .build());
        String id = push();
        TransferView flagged = await(source, id, view -> view.code() != null);
        assertThat(flagged.code()).isEqualTo(code);
        assertThat(flagged.error()).contains(destination.spiffeId);
        assertThat(flagged.state()).isEqualTo("SEALED");
        assertThat(flagged.receipt()).isNull();
        assertThat(receipts()).isEqualTo(before);
        assertThat(await(destination, id, view -> true).state()).isEqualTo("HALF_SIGNED");
        line.disconnect();
        line.connect();
        assertClosed(id);
        assertThat(receipts()).isEqualTo(before + 1);
    }

    private static TransferReceipt with(
            TransferReceipt r, TransferReceipt.Source from, TransferReceipt.Destination to) {
        return copy(r, r.tree(), r.content(), r.files(), r.logicalBytes(), from, to, r.sessions());
    }

    private static TransferReceipt copy(
            TransferReceipt r,
            String tree,
            String content,
            long files,
            long bytes,
            TransferReceipt.Source from,
            TransferReceipt.Destination to,
            List<SessionFacts> sessions) {
        return new TransferReceipt(
                r.daemon(),
                r.origin(),
                r.time(),
                r.transfer(),
                tree,
                r.checkpoint(),
                r.offer(),
                content,
                files,
                r.directories(),
                bytes,
                r.wireBytes(),
                r.resentBytes(),
                from,
                to,
                sessions,
                r.sessionsMore(),
                r.partOf());
    }

    private static TransferReceipt.Source source(TransferReceipt.Source s, String intent, String seal) {
        return new TransferReceipt.Source(s.id(), s.origin(), intent, seal, s.entryKeys(), s.time(), s.log());
    }

    private static TransferReceipt.Destination destination(TransferReceipt.Destination d, String name, String intent) {
        return new TransferReceipt.Destination(
                d.id(), d.origin(), d.volume(), name, intent, d.possession(), d.entryKeys(), d.time(), d.log());
    }

    private static List<SessionFacts> more(List<SessionFacts> sessions) {
        List<SessionFacts> all = new ArrayList<>(sessions);
        SessionFacts one = sessions.getFirst();
        all.add(new SessionFacts(
                "ab".repeat(16),
                one.sourceKey(),
                one.destinationKey(),
                one.group(),
                one.suite(),
                one.exporter(),
                Instant.parse("2026-07-01T00:00:00Z"),
                Optional.of(Instant.parse("2026-07-01T00:00:00Z"))));
        return all;
    }

    @Test
    void another_envelope_at_the_close_is_not_believed() throws Exception {
        once(
                Control.BodyCase.CLOSED,
                message -> message.toBuilder()
                        .setClosed(Closed.newBuilder()
                                .setTransferId(message.getClosed().getTransferId())
                                .setEnvelopeDigest(ByteString.copyFrom(new byte[32])))
                        .build());
        String id = push();
        TransferView flagged = await(source, id, view -> view.code() != null);
        assertThat(flagged.code()).isEqualTo("BAD_STATEMENT");
        assertThat(flagged.state()).isEqualTo("COUNTERSIGNED");
        line.disconnect();
        line.connect();
        assertClosed(id);
    }

    // ---- while bytes move: what cannot be so ends the transfer on both sides

    @TestFactory
    Stream<DynamicTest> claims_that_cannot_be() {
        Map<String, Executable> cases = Map.of(
                "chunks that were not sent", () -> aborted(Control.BodyCase.FILE_PAGE_ACK, ack(1, 0, 1_000_000)),
                "chunks of no member", () -> aborted(Control.BodyCase.FILE_PAGE_ACK, ack(77, 0, 0)),
                "chunks of a directory", () -> aborted(Control.BodyCase.FILE_PAGE_ACK, ack(0, 0, 0)),
                "more members than there are",
                        () -> aborted(
                                Control.BodyCase.FILE_PAGE_ACK,
                                m -> m.toBuilder()
                                        .setFilePageAck(FilePageAck.newBuilder(m.getFilePageAck())
                                                .setMembersKnown(3))
                                        .build()),
                "to know more members than there are",
                        () -> aborted(
                                Control.BodyCase.HELD,
                                m -> m.toBuilder()
                                        .setHeld(Held.newBuilder(m.getHeld()).setMembersKnown(3))
                                        .build()));
        return cases.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), e.getValue()));
    }

    private static UnaryOperator<Control> ack(int member, int first, int last) {
        return message -> Control.newBuilder()
                .setAck(Ack.newBuilder()
                        .setTransferId(message.getFilePageAck().getTransferId())
                        .setAttempt(message.getFilePageAck().getAttempt())
                        .addChunks(ChunkRange.newBuilder()
                                .setFile(member)
                                .setFirst(first)
                                .setLast(last)))
                .build();
    }

    private static void aborted(Control.BodyCase kind, UnaryOperator<Control> lie) throws Exception {
        once(kind, lie);
        String id = push();
        TransferView view = await(source, id, TransferView::finished);
        assertThat(view.code()).as(view.toString()).isEqualTo("PROTOCOL");
        assertThat(view.error()).contains(destination.spiffeId);
        assertThat(await(destination, id, TransferView::finished).state()).isEqualTo("ABORTED");
        assertThat(destination.volumePath().resolve("m" + names)).doesNotExist();
        assertThat(destination.below("staging")).isEmpty();
    }

    @Test
    void chunks_that_were_never_sent_are_not_taken_as_held() throws Exception {
        // it claims to hold all of the file from the first: the source reads its own bytes for the CVs, and the seal
        // does not come through
        AtomicBoolean done = new AtomicBoolean();
        line.controls = message -> {
            if (message.getBodyCase() != Control.BodyCase.FILE_PAGE_ACK || !done.compareAndSet(false, true)) {
                return message;
            }
            return Control.newBuilder()
                    .setHeld(Held.newBuilder()
                            .setTransferId(message.getFilePageAck().getTransferId())
                            .setAttempt(message.getFilePageAck().getAttempt())
                            .setMembersKnown(2)
                            .addChunks(ChunkRange.newBuilder()
                                    .setFile(1)
                                    .setFirst(0)
                                    .setLast(1))
                            .setLast(true))
                    .build();
        };
        String id = push();
        TransferView view = await(source, id, TransferView::finished);
        assertThat(view.state()).isEqualTo("ABORTED");
        assertThat(view.code()).isEqualTo("PROTOCOL");
        assertThat(await(destination, id, TransferView::finished).error()).contains("before all of it is acknowledged");
        assertThat(destination.below("staging")).isEmpty();
    }
}
