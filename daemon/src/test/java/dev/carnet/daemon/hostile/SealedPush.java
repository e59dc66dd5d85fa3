package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.carnet.client.PullRequest;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The steps of a source in sealed mode by hand: a push of its own, or what the daemon pulls from it. The checkpoint is the root, {@code a} of one chunk and {@code b}
 * of two. What a misbehaviour does not change is right; the digests are computed here, from SPEC sections 2 and 3 alone.
 */
final class SealedPush {
    private static final AtomicInteger NEXT = new AtomicInteger(1);
    private static final byte[] B = new byte[ChunkHeader.CHUNK_BYTES + 7];

    static {
        Arrays.fill(B, (byte) 7);
    }

    static final String HEAD = "carnet-tree v1\nd 0755 " + Push.MTIME + ".000000000 .\n";

    /** What travels, or is said to. */
    record Lot(String tree, byte[] cvs, int members, long bytes) {
        Lot tree(String other) {
            return new Lot(other, cvs, members, bytes);
        }

        Lot cvs(byte[] others) {
            return new Lot(tree, others, members, bytes);
        }

        Lot sizes(int otherMembers, long otherBytes) {
            return new Lot(tree, cvs, otherMembers, otherBytes);
        }

        ByteString treeDigest() {
            return digest(tree.getBytes(UTF_8));
        }

        /** The text that its content digest is of. */
        private String content() {
            StringBuilder text = new StringBuilder("carnet-content v1\n");
            tree.lines().filter(line -> line.startsWith("f ")).forEach(line -> {
                String[] fields = line.split(" ", 6);
                text.append(fields[3] + " " + fields[4] + " " + fields[5] + "\n");
            });
            return text.toString();
        }
    }

    static final Lot A_AND_B = new Lot(
            HEAD + file(Push.BYTES.length, Push.blake3(), "a") + file(B.length, digestOfB(), "b"),
            cvs(cvOfA(), cvOfB(0), cvOfB(1)),
            3,
            Push.BYTES.length + B.length);
    static final Lot A =
            new Lot(HEAD + file(Push.BYTES.length, Push.blake3(), "a"), cvs(cvOfA()), 2, Push.BYTES.length);

    final Line line;
    final Push push;
    final Lot lot;

    private SealedPush(Push push, Lot lot) {
        this.line = push.line;
        this.push = push;
        this.lot = lot;
    }

    // ---- the checkpoint

    static String file(long size, Hash32 digest, String path) {
        return "f 0644 " + Push.MTIME + ".000000000 " + size + " " + digest.hex() + " " + path + "\n";
    }

    static Hash32 digestOfB() {
        CvTree tree = new CvTree();
        tree.add(Hash32.of(cvOfB(0)));
        tree.add(Hash32.of(cvOfB(1)));
        return tree.root();
    }

    static byte[] chunkOfB(int number) {
        return number == 0
                ? Arrays.copyOf(B, ChunkHeader.CHUNK_BYTES)
                : Arrays.copyOfRange(B, ChunkHeader.CHUNK_BYTES, B.length);
    }

    static byte[] cvOfB(int number) {
        return Push.cv(chunkOfB(number), number);
    }

    static byte[] cvOfA() {
        return Blake3.scalar()
                .chunkZero(MemorySegment.ofArray(Push.BYTES), 0, Push.BYTES.length)
                .cv()
                .toBytes();
    }

    static byte[] cvs(byte[]... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Arrays.copyOf("carnet-cvs v1\n".getBytes(US_ASCII), 16));
        for (byte[] value : values) {
            out.writeBytes(value);
        }
        return out.toByteArray();
    }

    static ByteString digest(byte[] bytes) {
        return Push.digest(Push.sha256(bytes));
    }

    // ---- how it begins

    /** A push in sealed mode that is not offered yet. */
    static SealedPush of(Line line, Lot lot) {
        return new SealedPush(new Push(line), lot).offer(o -> o);
    }

    /** Makes the daemon ask for a checkpoint, and hears it ask. */
    static Request asked(Line line, String... include) {
        String alias = line.as.id.substring(line.as.id.lastIndexOf('/') + 1);
        String id = line.site
                .client()
                .pull(new PullRequest(
                        alias,
                        "weights",
                        "run-7",
                        Besieged.SMALL,
                        "p" + NEXT.getAndIncrement(),
                        List.of(include),
                        0,
                        0,
                        Map.of()))
                .id();
        while (true) {
            Request request = request(line.hears(Control.BodyCase.REQUEST));
            if (Taking.hex(request.getTransferId()).equals(id)) {
                return request;
            }
        }
    }

    static Request request(Control message) {
        try {
            return Request.parseFrom(message.getRequest().getRequest());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** The answer to what the daemon asked for, not offered yet. */
    static SealedPush answer(Line line, Request request, Lot lot) {
        Push push = new Push(line)
                .offer(o -> o.setTransferId(request.getTransferId())
                        .setDirection(Direction.DIRECTION_PULL)
                        .setRequest(digest(request.toByteArray()))
                        .setVolume(request.getToVolume())
                        .setName(request.getToName())
                        .setPrincipal(request.getPrincipal())
                        .setPurpose(request.getPurpose())
                        .addAllLabels(request.getLabelsList()));
        return new SealedPush(push, lot).offer(o -> o);
    }

    SealedPush offer(UnaryOperator<Offer.Builder> change) {
        var _ = push.offer(o -> change.apply(o.setMode(Mode.MODE_SEALED)
                .setTreeDigest(lot.treeDigest())
                .setCvsDigest(digest(lot.cvs()))
                .setMembers(lot.members())
                .setLogicalBytesMax(lot.bytes())));
        return this;
    }

    /** The same transfer, in another session. */
    SealedPush in(Line other) {
        return new SealedPush(push.in(other), lot);
    }

    SealedPush offers() {
        var _ = push.offers();
        return this;
    }

    SealedPush resumes() {
        var _ = push.resumes();
        return this;
    }

    SealedPush accepted() {
        var _ = push.accepted();
        return this;
    }

    SealedPush saysBegin() {
        var _ = push.saysBegin("1".repeat(64));
        return this;
    }

    SealedPush held() {
        var _ = push.held();
        return this;
    }

    SealedPush begins() {
        return offers().accepted().saysBegin().held();
    }

    // ---- tree and CVs

    SealedPush page(ByteString digest, long at, byte[] value, boolean last) {
        line.say(Control.newBuilder()
                .setBlobPage(BlobPage.newBuilder()
                        .setTransferId(push.transfer())
                        .setAttempt(push.attempt)
                        .setDigest(digest)
                        .setOffset(at)
                        .setValue(ByteString.copyFrom(value))
                        .setLast(last)));
        return this;
    }

    SealedPush blob(ByteString digest, byte[] blob) {
        for (int at = 0; at < blob.length; at += Limits.BLOB_PAGE_BYTES_MAX) {
            int end = Math.min(blob.length, at + Limits.BLOB_PAGE_BYTES_MAX);
            var _ = page(digest, at, Arrays.copyOfRange(blob, at, end), end == blob.length);
        }
        return this;
    }

    SealedPush sendsTree() {
        return blob(push.offer.getTreeDigest(), lot.tree().getBytes(UTF_8));
    }

    SealedPush sendsHalfATree() {
        byte[] tree = lot.tree().getBytes(UTF_8);
        return page(push.offer.getTreeDigest(), 0, Arrays.copyOf(tree, tree.length / 2), false);
    }

    SealedPush sendsCvs() {
        return blob(push.offer.getCvsDigest(), lot.cvs());
    }

    /** Until the daemon has them on record. */
    SealedPush known() {
        var _ = line.hears(Control.BodyCase.FILE_PAGE_ACK);
        return this;
    }

    SealedPush announces() {
        return sendsTree().sendsCvs().known();
    }

    // ---- bytes and the end

    SealedPush chunk(int member, int chunk, byte[] bytes) throws IOException {
        line.chunk(push.header(member, chunk, bytes), bytes);
        return this;
    }

    private void acknowledged(int chunks) {
        for (int left = chunks; left > 0; ) {
            for (ChunkRange range : line.hears(Control.BodyCase.ACK).getAck().getChunksList()) {
                left -= range.getLast() - range.getFirst() + 1;
            }
        }
    }

    SealedPush sendsA() throws IOException {
        var _ = chunk(1, 0, Push.BYTES);
        acknowledged(1);
        return this;
    }

    /** Every chunk, and the Acks for them. */
    SealedPush sends() throws IOException {
        var _ = sendsA();
        if (lot.members() > 2) {
            var _ = chunk(2, 0, chunkOfB(0)).chunk(2, 1, chunkOfB(1));
            acknowledged(2);
        }
        return this;
    }

    Seal seal() {
        Seal s = push.seal();
        return new Seal(
                s.daemon(),
                s.origin(),
                s.time(),
                s.transfer(),
                Push.sha256(lot.tree().getBytes(UTF_8)),
                s.offer(),
                s.checkpoint(),
                Push.sha256(lot.content().getBytes(UTF_8)),
                lot.members() - 1,
                1,
                lot.bytes(),
                s.source(),
                s.destination(),
                Optional.of(push.offer.getPartOf())
                        .filter(whole -> !whole.isEmpty())
                        .map(Taking::hex));
    }

    SealedPush seals() {
        var _ = push.seals(seal());
        return this;
    }

    Seen closes() {
        push.closes(push.receipt());
        return Seen.nothing("the transfer went on to CLOSED");
    }

    /** From Held to the honest end. */
    Seen finishes() throws IOException {
        return announces().sends().seals().closes();
    }

    Seen verdict() {
        return line.verdict();
    }
}
