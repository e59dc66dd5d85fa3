package dev.carnet.proto.ledger;

import static dev.carnet.proto.ledger.RecordVectors.base64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limits of SPEC section 4 leave room for the largest records that its other limits allow. */
class LimitsFitTest {
    private static final String S = id('s');
    private static final String D = id('d');
    private static final String ORIGIN = "o".repeat(Limits.ORIGIN_BYTES_MAX);
    private static final String VOLUME = "v".repeat(Limits.VOLUME_BYTES_MAX);
    /** Quotes and backslashes are two bytes each in JSON; a component has 255 bytes at most. */
    private static final String NAME = "\"".repeat(200) + "/" + "\\".repeat(199);

    private static final String DIGEST = "d".repeat(64);
    private static final Instant TIME = Instant.parse("2026-01-31T23:59:59.999Z");

    private static String id(char c) {
        String head = "spiffe://example/";
        return head + String.valueOf(c).repeat(Limits.SPIFFE_ID_BYTES_MAX - head.length());
    }

    @Test
    void the_largest_receipt_is_an_entry() {
        List<String> keys = List.of(DIGEST, DIGEST);
        List<TransferReceipt.SessionFacts> sessions = IntStream.range(0, Limits.RECEIPT_SESSIONS_MAX)
                .mapToObj(i -> new TransferReceipt.SessionFacts(
                        String.format("%032x", i),
                        DIGEST,
                        DIGEST,
                        "X25519MLKEM768",
                        "TLS_AES_256_GCM_SHA384",
                        DIGEST,
                        TIME,
                        Optional.of(TIME)))
                .toList();
        long most = Long.MAX_VALUE;
        Optional<LogHead> log = Optional.of(new LogHead(CanonicalJson.INTEGER_MAX, DIGEST));
        TransferReceipt receipt = new TransferReceipt(
                D,
                ORIGIN,
                TIME,
                "0".repeat(32),
                DIGEST,
                "0".repeat(32),
                DIGEST,
                DIGEST,
                900_000,
                100_000,
                most,
                most,
                most,
                new TransferReceipt.Source(S, ORIGIN, DIGEST, DIGEST, keys, TIME, log),
                new TransferReceipt.Destination(D, ORIGIN, VOLUME, NAME, DIGEST, DIGEST, keys, TIME, log),
                sessions,
                Optional.of(DIGEST),
                Optional.of(DIGEST));
        assertThat(TransferReceipt.read(receipt.payload())).isEqualTo(receipt);
        // Not into 16 KiB: with short names it would, and the first long one would stop a transfer at its very end.
        assertThat(signed(receipt.payload()).encode().length).isBetween(16 << 10, Limits.ENTRY_BYTES_MAX);
    }

    @Test
    void the_largest_intent_is_an_entry() {
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < Limits.LABELS_MAX; i++) {
            labels.put("k".repeat(Limits.LABEL_KEY_BYTES_MAX - 2) + (10 + i), "\"".repeat(Limits.LABEL_BYTES_MAX));
        }
        TransferIntent intent = new TransferIntent(
                S,
                ORIGIN,
                TIME,
                "0".repeat(32),
                Role.DESTINATION,
                D,
                DIGEST,
                "0".repeat(32),
                new TransferIntent.Manner(
                        TransferIntent.MODE_SEALED,
                        TransferIntent.DIRECTION_PULL,
                        Optional.of(DIGEST),
                        Optional.of(DIGEST),
                        Optional.of(DIGEST)),
                VOLUME,
                NAME,
                Limits.MEMBERS_MAX,
                Long.MAX_VALUE,
                new TransferIntent.Part(Limits.PARTS_MAX - 1L, Limits.PARTS_MAX),
                "\"".repeat(Limits.LABEL_BYTES_MAX),
                Optional.of("\"".repeat(Limits.LABEL_BYTES_MAX)),
                labels,
                "\"".repeat(Limits.LABEL_BYTES_MAX),
                DIGEST,
                ORIGIN,
                Optional.empty());
        assertThat(TransferIntent.read(intent.payload())).isEqualTo(intent);
        assertThat(signed(intent.payload()).encode().length).isLessThan(Limits.ENTRY_BYTES_MAX);
    }

    /** Two notes of the longest origin, and as many hashes as a proof can have. */
    @Test
    void the_largest_fork_is_an_entry() {
        List<Hash32> leaves = Stream.of("a", "b")
                .map(text -> Merkle.leaf(text.getBytes(UTF_8)))
                .toList();
        List<Hash32> hashes = new ArrayList<>(Collections.nCopies(61, leaves.getFirst()));
        Hash32 root = hashes.stream().reduce(leaves.getFirst(), Merkle::node);
        hashes.addFirst(leaves.getFirst());
        ObservedFork fork = new ObservedFork(
                D,
                ORIGIN,
                TIME,
                S,
                ORIGIN,
                DIGEST,
                Optional.of("cd".repeat(32)),
                note(1, leaves.getLast()),
                note(1L << 61, root),
                hashes);
        assertThat(ObservedFork.read(fork.payload())).isEqualTo(fork);
        assertThat(signed(fork.payload()).encode().length).isLessThan(Limits.ENTRY_BYTES_MAX);
    }

    private static String note(long size, Hash32 root) {
        return new String(
                new SignedCheckpoint(
                                new LogCheckpoint(ORIGIN, size, root),
                                List.of(
                                        new NoteSignature(ORIGIN, -1, new byte[Signatures.ED25519_BYTES]),
                                        new NoteSignature(ORIGIN, -2, new byte[Long.BYTES + Signatures.MLDSA44_BYTES])))
                        .encode(),
                UTF_8);
    }

    /** A reason is at most 1,024 bytes, each of which JSON may write as six. */
    @Test
    void the_largest_abort_is_an_entry() {
        TransferAbort abort = new TransferAbort(
                D,
                ORIGIN,
                TIME,
                "0".repeat(32),
                Role.DESTINATION,
                S,
                DIGEST,
                "RECEIPT_MISMATCH",
                "\u0001".repeat(Limits.SENTENCE_BYTES_MAX),
                Long.MAX_VALUE,
                DIGEST);
        assertThat(TransferAbort.read(abort.payload())).isEqualTo(abort);
        assertThat(signed(abort.payload()).encode().length).isLessThan(Limits.ENTRY_BYTES_MAX);
    }

    /** Binding, proof with a chain of four and the Offer travel in one frame. */
    @Test
    void the_largest_offer_with_its_evidence_is_a_frame() {
        KeyList like = KeyBinding.verify(
                        base64(
                                RecordVectors.read("record/bindings.json")
                                        .get("valid")
                                        .get(0),
                                "binding"),
                        base64(
                                RecordVectors.read("record/bindings.json")
                                        .get("valid")
                                        .get(0),
                                "proof"))
                .list();
        KeyList list = new KeyList(S, ORIGIN, DIGEST, like.keys());
        byte[] binding = signed(new KeyBindingStatement(S, ORIGIN, TIME, list, DIGEST).payload())
                .encode();
        byte[] proof = new KeyProof(
                        list.encode(),
                        "rsa-pss-sha256",
                        new byte[512],
                        List.of(new byte[4096], new byte[1500], new byte[1500], new byte[1500]))
                .encode();
        ByteString id = Ids.byteString("0".repeat(32));
        Offer offer = Offer.newBuilder()
                .setVersion(1)
                .setTransferId(id)
                .setCheckpointId(id)
                .setPart(Part.newBuilder().setOf(1))
                .setCoordinator(S)
                .setMode(Mode.MODE_OPEN)
                .setDirection(Direction.DIRECTION_PUSH)
                .setSourceId(S)
                .setSourceOrigin(ORIGIN)
                .setDestinationId(D)
                .setDestinationOrigin(ORIGIN)
                .setVolume(VOLUME)
                .setName(NAME)
                .setMembers(Limits.MEMBERS_MAX)
                .setLogicalBytesMax(Long.MAX_VALUE)
                .setPrincipal("p".repeat(Limits.LABEL_BYTES_MAX))
                .setPurpose("p".repeat(Limits.LABEL_BYTES_MAX))
                .setPolicyDigest(ByteString.copyFrom(new byte[32]))
                .build();
        Control message = Control.newBuilder()
                .setOffer(OfferMessage.newBuilder()
                        .setOffer(offer.toByteString())
                        .setKeys(KeyEvidence.newBuilder()
                                .setBinding(ByteString.copyFrom(binding))
                                .setProof(ByteString.copyFrom(proof))))
                .build();
        assertThat(ControlFrames.encode(message).length).isLessThan(Limits.CONTROL_FRAME_BYTES_MAX);
    }

    /** Two parties, or two generations of keys: as large as signatures get. */
    private static Dsse signed(byte[] payload) {
        List<Dsse.Signature> signatures = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            signatures.add(new Dsse.Signature(String.format("%064x", 2 * i), new byte[Signatures.ED25519_BYTES]));
            signatures.add(new Dsse.Signature(String.format("%064x", 2 * i + 1), new byte[Signatures.MLDSA44_BYTES]));
        }
        return new Dsse(payload, signatures);
    }
}
