package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.carnet.client.Transfer;
import dev.carnet.daemon.transport.RawPeer;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Accept;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.Held;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Receipt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** The steps of a destination by hand, of a push that the daemon is asked for. Nothing that it takes is kept. */
final class Taking {
    private static final AtomicInteger NEXT = new AtomicInteger(1);
    private static final String DIGEST = "d".repeat(64);
    private static final int CVS_HEAD_BYTES = 16;

    final Line line;
    final String id;
    final ByteString transfer;
    private final ByteString offerBytes;
    private final Offer offer;
    private final List<String> theirKeys;
    private String theirIntent = DIGEST;
    private Optional<Dsse> seal = Optional.empty();

    private Taking(Line line, String id, ByteString offerBytes, List<String> theirKeys) {
        this.theirKeys = theirKeys;
        this.line = line;
        this.id = id;
        this.offerBytes = offerBytes;
        try {
            this.offer = Offer.parseFrom(offerBytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        this.transfer = offer.getTransferId();
    }

    /** Makes the daemon offer something. */
    static Taking begin(Line line) {
        String alias = line.as.id.substring(line.as.id.lastIndexOf('/') + 1);
        String id = line.site.pushTo(alias, "d" + NEXT.getAndIncrement());
        return offered(line, id);
    }

    /** What the daemon offers, because it was told to push it or asked for it. */
    static Taking offered(Line line, String id) {
        OfferMessage offer = line.hears(Control.BodyCase.OFFER).getOffer();
        while (!offered(offer).equals(id)) {
            offer = line.hears(Control.BodyCase.OFFER).getOffer();
        }
        KeyBinding binding = KeyBinding.verify(
                offer.getKeys().getBinding().toByteArray(),
                offer.getKeys().getProof().toByteArray());
        return new Taking(line, id, offer.getOffer(), binding.entry().ids());
    }

    private static String offered(OfferMessage message) {
        try {
            return hex(Offer.parseFrom(message.getOffer()).getTransferId());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** The same transfer, in another session. */
    Taking in(Line other) {
        Taking again = new Taking(other, id, offerBytes, theirKeys);
        again.theirIntent = theirIntent;
        again.seal = seal;
        return again;
    }

    Taking accepts() {
        return accepts(line.as.evidence());
    }

    Taking accepts(KeyEvidence keys) {
        line.say(Control.newBuilder()
                .setAccept(Accept.newBuilder()
                        .setTransferId(transfer)
                        .setIntentDigest(Push.digest(DIGEST))
                        .setKeys(keys)
                        .setPolicyDigest(Push.digest(DIGEST))));
        return this;
    }

    Taking begun() {
        theirIntent = HexFormat.of()
                .formatHex(line.hears(Control.BodyCase.BEGIN)
                        .getBegin()
                        .getIntentDigest()
                        .toByteArray());
        return this;
    }

    Taking holds(UnaryOperator<Held.Builder> change) {
        line.say(Control.newBuilder()
                .setHeld(change.apply(
                        Held.newBuilder().setTransferId(transfer).setAttempt(1).setLast(true))));
        return this;
    }

    Taking acknowledgesMembers(int known) {
        line.say(Control.newBuilder()
                .setFilePageAck(FilePageAck.newBuilder()
                        .setTransferId(transfer)
                        .setAttempt(1)
                        .setMembersKnown(known)));
        return this;
    }

    Taking acknowledges(int member, int first, int last) {
        line.say(Control.newBuilder()
                .setAck(Ack.newBuilder()
                        .setTransferId(transfer)
                        .setAttempt(1)
                        .addChunks(ChunkRange.newBuilder()
                                .setFile(member)
                                .setFirst(first)
                                .setLast(last))));
        return this;
    }

    /** Every member, acknowledged; gives the number of chunks. */
    private int takesMembers() {
        return offer.getMode() == Mode.MODE_SEALED ? takesBlobs() : takesPages();
    }

    /** Tree and CVs, acknowledged where they are what the offer names; gives the number of chunks. */
    private int takesBlobs() {
        byte[] tree = takesBlob();
        byte[] cvs = takesBlob();
        ByteString whole = offer.getPartOf().isEmpty() ? offer.getTreeDigest() : offer.getPartOf();
        if (!SealedPush.digest(tree).equals(whole) || !SealedPush.digest(cvs).equals(offer.getCvsDigest())) {
            throw new AssertionError("other blobs than were offered");
        }
        acknowledgesMembers(offer.getMembers());
        return (cvs.length - CVS_HEAD_BYTES) / ChunkHeader.CV_BYTES;
    }

    private byte[] takesBlob() {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        while (true) {
            BlobPage page = line.hears(Control.BodyCase.BLOB_PAGE).getBlobPage();
            blob.writeBytes(page.getValue().toByteArray());
            if (page.getLast()) {
                return blob.toByteArray();
            }
        }
    }

    private int takesPages() {
        int known = 0;
        long chunks = 0;
        while (known < offer.getMembers()) {
            FilePage page = line.hears(Control.BodyCase.FILE_PAGE).getFilePage();
            known = page.getFirst() + page.getMembersCount();
            for (MemberLine member : page.getMembersList()) {
                chunks += Math.ceilDiv(member.getSize(), (long) ChunkHeader.CHUNK_BYTES);
            }
            acknowledgesMembers(known);
        }
        return Math.toIntExact(chunks);
    }

    Taking acknowledgesEveryMember() {
        if (takesMembers() == 0) {
            throw new AssertionError("nothing to send");
        }
        return this;
    }

    /** Reads every chunk, acknowledges it, waits for the seal. */
    Taking takesAll() throws IOException {
        int chunks = takesMembers();
        RawPeer stream = line.stream();
        for (int i = 0; i < chunks; i++) {
            ChunkHeader header = header(stream);
            stream.in.skipNBytes(header.wireLength());
            acknowledges(header.file(), header.chunk(), header.chunk());
        }
        seal = Optional.of(Dsse.parse(
                line.hears(Control.BodyCase.SEAL).getSeal().getEnvelope().toByteArray()));
        return this;
    }

    Taking takesHalfAChunk() throws IOException {
        int chunks = takesMembers();
        RawPeer stream = line.stream();
        if (chunks == 0) {
            throw new AssertionError("nothing to take");
        }
        stream.in.skipNBytes(header(stream).wireLength() / 2);
        return this;
    }

    private static ChunkHeader header(RawPeer stream) throws IOException {
        byte[] header = new byte[ChunkHeader.BYTES];
        stream.in.readFully(header);
        return ChunkHeader.read(ByteBuffer.wrap(header));
    }

    /** What the daemon should see, but for its session: that one never was. */
    TransferReceipt trueReceipt() {
        Dsse envelope = seal.orElseThrow();
        Seal s = Seal.read(envelope.payload());
        Instant now = Instant.parse("2026-06-01T00:00:02Z");
        List<String> keys = line.as.keys().entryKeyIds();
        return new TransferReceipt(
                line.as.id,
                line.as.origin(),
                now,
                s.transfer(),
                s.tree(),
                s.checkpoint(),
                s.offer(),
                s.content(),
                s.files(),
                s.directories(),
                s.logicalBytes(),
                s.logicalBytes(),
                0,
                new TransferReceipt.Source(
                        s.source().id(),
                        s.source().origin(),
                        theirIntent,
                        Push.sha256(envelope.payload()),
                        theirKeys,
                        s.time(),
                        Optional.empty()),
                new TransferReceipt.Destination(
                        line.as.id,
                        line.as.origin(),
                        s.destination().volume(),
                        s.destination().name(),
                        DIGEST,
                        DIGEST,
                        keys,
                        now,
                        Optional.empty()),
                List.of(new TransferReceipt.SessionFacts(
                        "ab".repeat(16),
                        DIGEST,
                        DIGEST,
                        "X25519MLKEM768",
                        "TLS_AES_256_GCM_SHA384",
                        DIGEST,
                        now,
                        Optional.empty())),
                Optional.empty(),
                Optional.empty());
    }

    static TransferReceipt with(TransferReceipt r, String tree, long files) {
        return new TransferReceipt(
                r.daemon(),
                r.origin(),
                r.time(),
                r.transfer(),
                tree,
                r.checkpoint(),
                r.offer(),
                r.content(),
                files,
                r.directories(),
                r.logicalBytes(),
                r.wireBytes(),
                r.resentBytes(),
                r.source(),
                r.destination(),
                r.sessions(),
                r.sessionsMore(),
                r.partOf());
    }

    Taking receipt(byte[] envelope) {
        line.say(Control.newBuilder()
                .setReceipt(Receipt.newBuilder().setTransferId(transfer).setEnvelope(ByteString.copyFrom(envelope))));
        return this;
    }

    /** The source has said Cancel: its due answer. */
    void abortedBy(Code code) {
        saysAborted(code);
        Transfer ended = line.site.await(id, Transfer::finished);
        if (!ended.code().orElse("").equals(code.name())) {
            throw new AssertionError("it ended otherwise: " + ended);
        }
    }

    void saysAborted(Code code) {
        line.saysAborted(transfer, code);
    }
}
