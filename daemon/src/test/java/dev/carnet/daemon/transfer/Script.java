package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.MemberType;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Part;
import dev.carnet.proto.wire.v1.Resume;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** The steps of one push by hand: the root and the file {@code a} with {@link #BYTES}, at {@code NAME}. What a test does not change is right. */
final class Script {
    static final byte[] BYTES = "0123456789".repeat(100).getBytes(UTF_8);
    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Instant SEALED = Instant.parse("2026-06-01T00:00:01Z");

    final Puppet puppet;
    final String name;
    Offer offer;
    int attempt;

    Script(Puppet puppet) {
        this.puppet = puppet;
        long number = NEXT.getAndIncrement();
        this.name = "n" + number;
        this.offer = Offer.newBuilder()
                .setVersion(1)
                .setTransferId(id(0xabcd_0000_0000_0000L + number))
                .setCheckpointId(id(0xef01_0000_0000_0000L + number))
                .setPart(Part.newBuilder().setOf(1))
                .setCoordinator(puppet.mine().spiffeId)
                .setMode(Mode.MODE_OPEN)
                .setDirection(Direction.DIRECTION_PUSH)
                .setSourceId(puppet.mine().spiffeId)
                .setSourceOrigin(puppet.mine().origin())
                .setDestinationId(puppet.theirs().spiffeId)
                .setDestinationOrigin(puppet.theirs().origin())
                .setVolume("v")
                .setName(name)
                .setMembers(2)
                .setLogicalBytesMax(BYTES.length)
                .setPrincipal("local")
                .setPolicyDigest(ByteString.copyFrom(new byte[32]))
                .build();
    }

    private static ByteString id(long number) {
        return ByteString.copyFrom(
                java.nio.ByteBuffer.allocate(16).putLong(number).putLong(number).array());
    }

    ByteString transfer() {
        return offer.getTransferId();
    }

    String hexId() {
        return HexFormat.of().formatHex(transfer().toByteArray());
    }

    Script offers() {
        puppet.say(Control.newBuilder()
                .setOffer(OfferMessage.newBuilder()
                        .setOffer(offer.toByteString())
                        .setKeys(puppet.mine().engine().peerKeys().ours()))
                .build());
        return this;
    }

    /** To the last page of Held. */
    Script begins() {
        offers();
        puppet.hears(Control.BodyCase.ACCEPT);
        saysBegin("1".repeat(64));
        return held();
    }

    Script saysBegin(String intent) {
        puppet.say(Control.newBuilder()
                .setBegin(Begin.newBuilder().setTransferId(transfer()).setIntentDigest(digest(intent)))
                .build());
        return this;
    }

    Script held() {
        attempt = puppet.hears(Control.BodyCase.HELD).getHeld().getAttempt();
        return this;
    }

    Script resumes() {
        puppet.say(Control.newBuilder()
                .setResume(Resume.newBuilder()
                        .setTransferId(transfer())
                        .setOfferDigest(digest(sha256(offer.toByteArray())))
                        .setState("OPEN")
                        .setKeys(puppet.mine().engine().peerKeys().ours()))
                .build());
        return this;
    }

    /** Until the destination has them on record: chunks may follow. */
    Script announces() {
        page(0, directory("."), file("a", BYTES.length));
        puppet.hears(Control.BodyCase.FILE_PAGE_ACK);
        return this;
    }

    Script page(int first, MemberLine... lines) {
        puppet.say(Control.newBuilder()
                .setFilePage(FilePage.newBuilder()
                        .setTransferId(transfer())
                        .setAttempt(attempt)
                        .setFirst(first)
                        .addAllMembers(java.util.List.of(lines)))
                .build());
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
                .setMtimeSeconds(1_700_000_000)
                .build();
    }

    /** The one chunk, and the Ack for it. */
    Script sends() {
        puppet.chunk(Puppet.header(transfer(), attempt, 1, 0, BYTES), BYTES);
        puppet.hears(Control.BodyCase.ACK);
        return this;
    }

    static Hash32 blake3() {
        return Blake3.scalar()
                .chunkZero(MemorySegment.ofArray(BYTES), 0, BYTES.length)
                .root();
    }

    /** What an honest source says in the end; the digests are computed here, from SPEC section 3 alone. */
    Seal seal() {
        String tree = "carnet-tree v1\nd 0755 1700000000.000000000 .\nf 0644 1700000000.000000000 " + BYTES.length + " "
                + blake3().hex() + " a\n";
        String content = "carnet-content v1\n" + BYTES.length + " " + blake3().hex() + " a\n";
        return new Seal(
                puppet.mine().spiffeId,
                puppet.mine().origin(),
                SEALED,
                hexId(),
                sha256(tree.getBytes(UTF_8)),
                sha256(offer.toByteArray()),
                HexFormat.of().formatHex(offer.getCheckpointId().toByteArray()),
                sha256(content.getBytes(UTF_8)),
                1,
                1,
                BYTES.length,
                new Seal.Source(puppet.mine().spiffeId, puppet.mine().origin()),
                new Seal.Destination(
                        puppet.theirs().spiffeId, puppet.theirs().origin(), offer.getVolume(), offer.getName()),
                java.util.Optional.empty());
    }

    Script seals() {
        return seals(puppet.mine().ledger().keys().signTwice(seal().payload()));
    }

    Script seals(byte[] envelope) {
        puppet.say(Control.newBuilder()
                .setSeal(dev.carnet.proto.wire.v1.Seal.newBuilder()
                        .setTransferId(transfer())
                        .setEnvelope(ByteString.copyFrom(envelope)))
                .build());
        return this;
    }

    byte[] receipt() {
        return puppet.hears(Control.BodyCase.RECEIPT).getReceipt().getEnvelope().toByteArray();
    }

    Script countersigns(byte[] envelope) {
        puppet.say(Control.newBuilder()
                .setCountersigned(
                        Countersigned.newBuilder().setTransferId(transfer()).setEnvelope(ByteString.copyFrom(envelope)))
                .build());
        return this;
    }

    void closes(byte[] receipt) {
        countersigns(puppet.mine().ledger().keys().countersign(receipt));
        puppet.hears(Control.BodyCase.CLOSED);
    }

    /** From where it is to the honest end. */
    void finishes() {
        sends().seals().closes(receipt());
    }

    Code aborted() {
        return puppet.hears(Control.BodyCase.ABORTED).getAborted().getCode();
    }

    Code refused() {
        return puppet.hears(Control.BodyCase.REFUSE).getRefuse().getCode();
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
