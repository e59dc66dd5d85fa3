package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.FileSeal;
import dev.carnet.proto.wire.v1.FileSeals;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.MemberType;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Part;
import dev.carnet.proto.wire.v1.Resume;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The steps of one push in open mode by hand: the root and the file {@code a}. What a misbehaviour does not change is right. */
final class Push {
    static final byte[] BYTES = "0123456789".repeat(100).getBytes(UTF_8);
    static final long MTIME = 1_700_000_000;
    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Instant SEALED = Instant.parse("2026-06-01T00:00:01Z");

    final Line line;
    Offer offer;
    int attempt;

    Push(Line line) {
        this.line = line;
        long number = NEXT.getAndIncrement();
        this.offer = Offer.newBuilder()
                .setVersion(1)
                .setTransferId(id(0xabcd_0000_0000_0000L + number))
                .setCheckpointId(id(0xef01_0000_0000_0000L + number))
                .setPart(Part.newBuilder().setOf(1))
                .setCoordinator(line.as.id)
                .setMode(Mode.MODE_OPEN)
                .setDirection(Direction.DIRECTION_PUSH)
                .setSourceId(line.as.id)
                .setSourceOrigin(line.as.origin())
                .setDestinationId(Besieged.VICTIM)
                .setDestinationOrigin(Besieged.VICTIM_ORIGIN)
                .setVolume(Besieged.SMALL)
                .setName("n" + number)
                .setMembers(2)
                .setLogicalBytesMax(BYTES.length)
                .setPrincipal("local")
                .setPolicyDigest(ByteString.copyFrom(new byte[32]))
                .build();
    }

    /** The same transfer, in another session. */
    Push in(Line other) {
        Push again = new Push(other);
        again.offer = offer;
        return again;
    }

    private static ByteString id(long number) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(16).putLong(number).putLong(number).array());
    }

    Push offer(java.util.function.UnaryOperator<Offer.Builder> change) {
        offer = change.apply(offer.toBuilder()).build();
        return this;
    }

    ByteString transfer() {
        return offer.getTransferId();
    }

    String hexId() {
        return HexFormat.of().formatHex(transfer().toByteArray());
    }

    Push offers() {
        return offers(line.as.evidence());
    }

    Push offers(KeyEvidence keys) {
        line.say(Control.newBuilder()
                .setOffer(
                        OfferMessage.newBuilder().setOffer(offer.toByteString()).setKeys(keys)));
        return this;
    }

    Push accepted() {
        var _ = line.hears(Control.BodyCase.ACCEPT);
        return this;
    }

    /** To the last page of Held. */
    Push begins() {
        return offers().accepted().saysBegin("1".repeat(64)).held();
    }

    Push saysBegin(String intent) {
        line.say(Control.newBuilder()
                .setBegin(Begin.newBuilder().setTransferId(transfer()).setIntentDigest(digest(intent))));
        return this;
    }

    Push held() {
        attempt = line.hears(Control.BodyCase.HELD).getHeld().getAttempt();
        return this;
    }

    Push resumes() {
        line.say(Control.newBuilder()
                .setResume(Resume.newBuilder()
                        .setTransferId(transfer())
                        .setOfferDigest(digest(sha256(offer.toByteArray())))
                        .setState("OPEN")
                        .setKeys(line.as.evidence())));
        return this;
    }

    /** Until the destination has them on record: chunks may follow. */
    Push announces() {
        page(0, directory("."), file("a", BYTES.length));
        var _ = line.hears(Control.BodyCase.FILE_PAGE_ACK);
        return this;
    }

    Push page(int first, MemberLine... lines) {
        line.say(Control.newBuilder()
                .setFilePage(FilePage.newBuilder()
                        .setTransferId(transfer())
                        .setAttempt(attempt)
                        .setFirst(first)
                        .addAllMembers(List.of(lines))));
        return this;
    }

    static MemberLine directory(String path) {
        return line(MemberType.MEMBER_TYPE_DIRECTORY, path, 0755, 0);
    }

    static MemberLine file(String path, long size) {
        return line(MemberType.MEMBER_TYPE_FILE, path, 0644, size);
    }

    private static MemberLine line(MemberType type, String path, int mode, long size) {
        return MemberLine.newBuilder()
                .setType(type)
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(mode)
                .setSize(size)
                .setMtimeSeconds(MTIME)
                .build();
    }

    /** A raw chunk with the CV that its bytes have. */
    ChunkHeader header(int member, int chunk, byte[] bytes) {
        return header(ChunkHeader.KIND_DATA, ChunkHeader.CODEC_RAW, member, chunk, bytes.length, bytes.length, bytes);
    }

    ChunkHeader header(byte kind, byte codec, int member, int chunk, int length, int wireLength, byte[] cvOf) {
        return new ChunkHeader(
                kind, codec, attempt, transfer().toByteArray(), member, chunk, length, wireLength, cv(cvOf, chunk));
    }

    static byte[] cv(byte[] bytes, int chunk) {
        byte[] cv = new byte[ChunkHeader.CV_BYTES];
        Blake3.scalar().chunkCv(MemorySegment.ofArray(bytes), 0, bytes.length, chunk, cv);
        return cv;
    }

    Push sendsChunk(byte[] bytes) throws IOException {
        line.chunk(header(1, 0, bytes), bytes);
        return this;
    }

    /** The one chunk, and the Ack for it. */
    Push sends() throws IOException {
        sendsChunk(BYTES);
        var _ = line.hears(Control.BodyCase.ACK);
        return this;
    }

    Push sealsFile(int file, long size, byte[] digest) {
        line.say(Control.newBuilder()
                .setFileSeals(FileSeals.newBuilder()
                        .setTransferId(transfer())
                        .setAttempt(attempt)
                        .addSeals(FileSeal.newBuilder()
                                .setFile(file)
                                .setSize(size)
                                .setDigest(ByteString.copyFrom(digest)))));
        return this;
    }

    static Hash32 blake3() {
        return Blake3.scalar()
                .chunkZero(MemorySegment.ofArray(BYTES), 0, BYTES.length)
                .root();
    }

    /** What an honest source says in the end; the digests are computed here, from SPEC section 3 alone. */
    Seal seal() {
        String root = MTIME + ".000000000";
        String tree = "carnet-tree v1\nd 0755 " + root + " .\nf 0644 " + root + " " + BYTES.length + " "
                + blake3().hex() + " a\n";
        String content = "carnet-content v1\n" + BYTES.length + " " + blake3().hex() + " a\n";
        return new Seal(
                line.as.id,
                line.as.origin(),
                SEALED,
                hexId(),
                sha256(tree.getBytes(UTF_8)),
                sha256(offer.toByteArray()),
                HexFormat.of().formatHex(offer.getCheckpointId().toByteArray()),
                sha256(content.getBytes(UTF_8)),
                1,
                1,
                BYTES.length,
                new Seal.Source(line.as.id, line.as.origin()),
                new Seal.Destination(Besieged.VICTIM, Besieged.VICTIM_ORIGIN, offer.getVolume(), offer.getName()),
                Optional.empty());
    }

    /** A seal that says something else. */
    static Seal with(Seal s, String transfer, String tree, Seal.Destination to) {
        return new Seal(
                s.daemon(),
                s.origin(),
                s.time(),
                transfer,
                tree,
                s.offer(),
                s.checkpoint(),
                s.content(),
                s.files(),
                s.directories(),
                s.logicalBytes(),
                s.source(),
                to,
                s.partOf());
    }

    Push seals() {
        return seals(seal());
    }

    Push seals(Seal seal) {
        return sealsWith(line.as.keys().signTwice(seal.payload()));
    }

    Push sealsWith(byte[] envelope) {
        line.say(Control.newBuilder()
                .setSeal(dev.carnet.proto.wire.v1.Seal.newBuilder()
                        .setTransferId(transfer())
                        .setEnvelope(ByteString.copyFrom(envelope))));
        return this;
    }

    byte[] receipt() {
        return line.hears(Control.BodyCase.RECEIPT).getReceipt().getEnvelope().toByteArray();
    }

    Push countersigns(byte[] envelope) {
        line.say(Control.newBuilder()
                .setCountersigned(Countersigned.newBuilder()
                        .setTransferId(transfer())
                        .setEnvelope(ByteString.copyFrom(envelope))));
        return this;
    }

    /** Signs the receipt as an honest source does. */
    void closes(byte[] receipt) {
        countersigns(line.as.keys().countersign(receipt));
        var _ = line.hears(Control.BodyCase.CLOSED);
    }

    /** From Held to the honest end. */
    Seen finishes() throws IOException {
        announces().sends().seals().closes(receipt());
        return Seen.nothing("the transfer went on to CLOSED");
    }

    static ByteString digest(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
