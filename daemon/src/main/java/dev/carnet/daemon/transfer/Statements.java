package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.SessionRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.ChunkList;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.StagingDestroyed;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferAbort;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferReceipt.SessionFacts;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Label;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds the payloads of entries from what is on record, and checks what the other side has signed (SPEC section 11). */
final class Statements {
    private static final HexFormat HEX = HexFormat.of();

    /** Sessions that a receipt names, inline and in its blob: what fits one message with it. */
    private static final int SESSIONS_MAX = 64;

    private final Room room;
    private final PeerKeys keys;

    Statements(Room room, PeerKeys keys) {
        this.room = room;
        this.keys = keys;
    }

    private Instant now() {
        return Instant.ofEpochMilli(room.clock().millis());
    }

    private String self() {
        return room.settings().self();
    }

    private String origin() {
        return room.ledger().origin();
    }

    /** Ours, of either role. {@code peerIntent}: of a source, what Accept said; of a destination, empty. */
    byte[] intent(Transfer transfer, String peerIntent) {
        Offer offer = transfer.offerParsed();
        Role role = transfer.key().role();
        TransferRow row = transfer.row();
        return new TransferIntent(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        role,
                        row.getPeer(),
                        hex(transfer.offerDigest().toByteArray()),
                        hex(offer.getCheckpointId().toByteArray()),
                        manner(offer),
                        offer.getVolume(),
                        offer.getName(),
                        offer.getMembers(),
                        offer.getLogicalBytesMax(),
                        TransferIntent.Part.WHOLE,
                        row.getPrincipal(),
                        row.getGrant().isEmpty() ? Optional.empty() : Optional.of(row.getGrant()),
                        labels(offer),
                        row.getRule(),
                        room.policy().get().digest(),
                        role == Role.SOURCE ? offer.getDestinationOrigin() : offer.getSourceOrigin(),
                        role == Role.SOURCE ? Optional.of(peerIntent) : Optional.empty())
                .payload();
    }

    private static TransferIntent.Manner manner(Offer offer) {
        return new TransferIntent.Manner(
                offer.getMode() == Mode.MODE_SEALED ? TransferIntent.MODE_SEALED : TransferIntent.MODE_OPEN,
                offer.getDirection() == Direction.DIRECTION_PULL
                        ? TransferIntent.DIRECTION_PULL
                        : TransferIntent.DIRECTION_PUSH,
                digest(offer.getTreeDigest()),
                digest(offer.getPartOf()),
                digest(offer.getRequest()));
    }

    private static Map<String, String> labels(Offer offer) {
        return offer.getLabelsList().stream().collect(Collectors.toMap(Label::getKey, Label::getValue));
    }

    private static Optional<String> digest(ByteString bytes) {
        return bytes.isEmpty() ? Optional.empty() : Optional.of(hex(bytes.toByteArray()));
    }

    byte[] seal(Transfer transfer, TreeSummary tree) {
        Offer offer = transfer.offerParsed();
        return new Seal(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        tree.treeDigest().hex(),
                        hex(transfer.offerDigest().toByteArray()),
                        hex(offer.getCheckpointId().toByteArray()),
                        tree.contentDigest().hex(),
                        tree.files(),
                        tree.directories(),
                        tree.logicalBytes(),
                        new Seal.Source(self(), origin()),
                        new Seal.Destination(
                                offer.getDestinationId(),
                                offer.getDestinationOrigin(),
                                offer.getVolume(),
                                offer.getName()),
                        digest(offer.getPartOf()))
                .payload();
    }

    /**
     * What a destination demands of a seal: signed by the source's entry keys, about this very transfer, and equal to the tree that we have computed.
     *
     * @throws TransferException BAD_STATEMENT or TREE_MISMATCH
     */
    Dsse checkSeal(Transfer transfer, byte[] envelope, TreeSummary ours) {
        String peer = transfer.row().getPeer();
        Offer offer = transfer.offerParsed();
        Dsse dsse = parse(peer, "seal", envelope);
        Seal seal = read(peer, "seal", () -> {
            keys.signer(transfer, dsse).verifyBoth(dsse);
            return Seal.read(dsse.payload());
        });
        require(dsse.signatures().size() == 2, peer, "a seal has two signatures");
        require(seal.transfer().equals(transfer.key().id()), peer, "the seal is about another transfer");
        require(seal.offer().equals(hex(transfer.offerDigest().toByteArray())), peer, "the seal names another offer");
        require(
                seal.checkpoint().equals(hex(offer.getCheckpointId().toByteArray())),
                peer,
                "the seal names another checkpoint");
        require(
                seal.source().equals(new Seal.Source(offer.getSourceId(), offer.getSourceOrigin())),
                peer,
                "the seal names another source");
        require(
                seal.destination().equals(new Seal.Destination(self(), origin(), offer.getVolume(), offer.getName())),
                peer,
                "the seal names another destination");
        require(seal.partOf().equals(digest(offer.getPartOf())), peer, "the seal names another whole");
        boolean same = seal.tree().equals(ours.treeDigest().hex())
                && seal.content().equals(ours.contentDigest().hex())
                && seal.files() == ours.files()
                && seal.directories() == ours.directories()
                && seal.logicalBytes() == ours.logicalBytes();
        if (!same) {
            throw new TransferException(
                    Code.TREE_MISMATCH,
                    "the source's tree " + seal.tree() + " is not the one received, "
                            + ours.treeDigest().hex()
                            + ": push again; if it repeats, one of the two machines computes wrongly");
        }
        return dsse;
    }

    byte[] possession(Transfer transfer, TreeSummary tree) {
        Offer offer = transfer.offerParsed();
        return new Possession(
                        self(),
                        origin(),
                        now(),
                        tree.treeDigest().hex(),
                        Possession.STATE_PUBLISHING,
                        tree.contentDigest().hex(),
                        offer.getVolume(),
                        offer.getName(),
                        tree.files(),
                        tree.logicalBytes(),
                        Optional.of(
                                new Brought(transfer.key().id(), transfer.row().getPeer())),
                        Optional.of(transfer.row().getSealDigest()),
                        Optional.empty(),
                        digest(offer.getPartOf()))
                .payload();
    }

    byte[] receipt(Transfer transfer) {
        Offer offer = transfer.offerParsed();
        TransferRow row = transfer.row();
        Seal seal = Seal.read(Dsse.parse(row.getSeal().toByteArray()).payload());
        List<SessionFacts> facts = named(transfer.rows().sessions(transfer.key()));
        boolean more = facts.size() > Limits.RECEIPT_SESSIONS_MAX;
        return new TransferReceipt(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        seal.tree(),
                        seal.checkpoint(),
                        seal.offer(),
                        seal.content(),
                        seal.files(),
                        seal.directories(),
                        seal.logicalBytes(),
                        row.getWireBytes(),
                        row.getResentBytes(),
                        new TransferReceipt.Source(
                                seal.source().id(),
                                seal.source().origin(),
                                row.getPeerIntent(),
                                row.getSealDigest(),
                                keys.of(row.getPeer()).ids(),
                                seal.time(),
                                room.published()
                                        .head(seal.source().id(), seal.source().origin())),
                        new TransferReceipt.Destination(
                                self(),
                                origin(),
                                offer.getVolume(),
                                offer.getName(),
                                row.getOwnIntent(),
                                row.getPossessionDigest(),
                                room.ledger().keys().entryKeyIds(),
                                now(),
                                room.published().head()),
                        more ? facts.subList(0, Limits.RECEIPT_SESSIONS_MAX) : facts,
                        more ? Optional.of(room.ledger().blob(sessionsBlob(facts))) : Optional.empty(),
                        seal.partOf())
                .payload();
    }

    /** The sessions that brought a chunk, by the time they opened; of very many the first and the last. */
    private static List<SessionFacts> named(List<Sessions.Stored> sessions) {
        List<SessionFacts> all = sessions.stream()
                .filter(stored -> stored.row().getBroughtChunk())
                .map(Statements::facts)
                .sorted(Comparator.comparing(SessionFacts::opened))
                .toList();
        if (all.size() <= SESSIONS_MAX) {
            return all;
        }
        List<SessionFacts> some = new ArrayList<>(all.subList(0, Limits.RECEIPT_SESSIONS_MAX));
        some.addAll(all.subList(all.size() - SESSIONS_MAX + Limits.RECEIPT_SESSIONS_MAX, all.size()));
        return some;
    }

    /** The blob that our receipt names; empty where it names none. */
    byte[] moreSessions(Transfer transfer) {
        TransferReceipt receipt = TransferReceipt.read(
                Dsse.parse(transfer.row().getReceipt().toByteArray()).payload());
        return receipt.sessionsMore()
                .map(digest -> room.ledger()
                        .blob(digest, Limits.RECEIPT_SESSIONS_MORE_BYTES_MAX)
                        .orElseThrow(() -> new IllegalStateException("the blob " + digest + " is gone")))
                .orElse(new byte[0]);
    }

    private static byte[] sessionsBlob(List<SessionFacts> facts) {
        return TransferReceipt.moreSessions(facts.subList(Limits.RECEIPT_SESSIONS_MAX, facts.size()));
    }

    private static SessionFacts facts(Sessions.Stored stored) {
        SessionRow row = stored.row();
        return new SessionFacts(
                stored.id(),
                row.getSourceKey(),
                row.getDestinationKey(),
                row.getGroup(),
                row.getSuite(),
                row.getExporter(),
                Instant.ofEpochMilli(row.getOpenedMs()),
                Optional.of(Instant.ofEpochMilli(row.getClosedMs())));
    }

    /**
     * What a source demands before it countersigns (SPEC section 11): nothing in the receipt may be what it did not see.
     *
     * @throws TransferException BAD_STATEMENT, RECEIPT_MISMATCH, or KEY_BINDING where we have the keys no more with which we are to sign
     */
    TransferReceipt checkReceipt(Transfer transfer, byte[] envelope, byte[] moreSessions) {
        String peer = transfer.row().getPeer();
        TransferRow row = transfer.row();
        Dsse dsse = parse(peer, "receipt", envelope);
        EntryKeys signer = keys.signer(transfer, dsse);
        TransferReceipt receipt = read(peer, "receipt", () -> {
            signer.verifyBoth(dsse);
            return TransferReceipt.read(dsse.payload());
        });
        require(dsse.signatures().size() == 2, peer, "a receipt comes with the receiver's two signatures");
        Seal seal = Seal.read(Dsse.parse(row.getSeal().toByteArray()).payload());
        TransferReceipt.Source source = new TransferReceipt.Source(
                self(),
                origin(),
                row.getOwnIntent(),
                row.getSealDigest(),
                ourKeys(receipt),
                seal.time(),
                receipt.source().log());
        demand(
                source.log().isEmpty() || room.published().had(source.log().get()),
                peer,
                "the root of this daemon's log at a size that it names");
        demand(receipt.daemon().equals(peer) && receipt.destination().id().equals(peer), peer, "its signer");
        demand(receipt.transfer().equals(seal.transfer()), peer, "the transfer");
        demand(receipt.offer().equals(seal.offer()), peer, "the offer");
        demand(receipt.checkpoint().equals(seal.checkpoint()), peer, "the checkpoint");
        demand(receipt.tree().equals(seal.tree()), peer, "the tree digest");
        demand(receipt.content().equals(seal.content()), peer, "the content digest");
        demand(receipt.files() == seal.files(), peer, "the number of files");
        demand(receipt.directories() == seal.directories(), peer, "the number of directories");
        demand(receipt.logicalBytes() == seal.logicalBytes(), peer, "the logical bytes");
        demand(receipt.partOf().equals(seal.partOf()), peer, "the whole that it is part of");
        demand(receipt.source().equals(source), peer, "the source");
        Seal.Destination ours = seal.destination();
        TransferReceipt.Destination theirs = receipt.destination();
        demand(theirs.origin().equals(ours.origin()), peer, "the destination's origin");
        demand(theirs.volume().equals(ours.volume()), peer, "the volume");
        demand(theirs.name().equals(ours.name()), peer, "the name");
        demand(theirs.intent().equals(row.getPeerIntent()), peer, "the destination's intent");
        demand(theirs.entryKeys().equals(signer.ids()), peer, "the destination's entry keys");
        List<SessionFacts> known = transferSessions(transfer);
        List<SessionFacts> said = new ArrayList<>(receipt.sessions());
        if (receipt.sessionsMore().isPresent()) {
            require(
                    receipt.sessionsMore()
                            .get()
                            .equals(hex(Transfer.sha256(moreSessions).toByteArray())),
                    peer,
                    "the blob of further sessions is not the one that the receipt names");
            said.addAll(read(
                    peer,
                    "receipt",
                    () -> TransferReceipt.readMoreSessions(moreSessions, Limits.RECEIPT_SESSIONS_MORE_BYTES_MAX)));
        }
        demand(said.stream().allMatch(s -> known.stream().anyMatch(k -> same(k, s))), peer, "a session");
        return receipt;
    }

    /** The receiver names the keys of ours that it knew: where those have been replaced since, it is they that countersign. */
    private List<String> ourKeys(TransferReceipt receipt) {
        List<String> now = room.ledger().keys().entryKeyIds();
        List<String> named = receipt.source().entryKeys();
        if (named.equals(now)) {
            return now;
        }
        if (!formerly(named)) {
            return now;
        }
        if (!room.ledger().keys().holds(named)) {
            throw new TransferException(
                    Code.KEY_BINDING,
                    "the receipt names the entry keys that this daemon had before (" + String.join(", ", named)
                            + "), and it is they that must countersign it: put their files back into keys/previous/, then `carnet continue`");
        }
        return named;
    }

    /** Whether an earlier binding of our own has these entry keys. */
    private boolean formerly(List<String> ids) {
        for (int number = 0; true; number++) {
            Optional<Recorded> binding =
                    room.ledger().find(new EntryKey("daemon", "self", Predicate.KEY_BINDING, number));
            if (binding.isEmpty()) {
                return false;
            }
            byte[] payload = Dsse.parse(binding.get().envelope()).payload();
            if (KeyBindingStatement.read(payload)
                    .list()
                    .keys()
                    .entry()
                    .entryKeys()
                    .ids()
                    .equals(ids)) {
                return true;
            }
        }
    }

    private List<SessionFacts> transferSessions(Transfer transfer) {
        return transfer.rows().sessions(transfer.key()).stream()
                .map(Statements::facts)
                .toList();
    }

    /** Times are each side's own. */
    private static boolean same(SessionFacts ours, SessionFacts said) {
        return ours.id().equals(said.id())
                && ours.sourceKey().equals(said.sourceKey())
                && ours.destinationKey().equals(said.destinationKey())
                && ours.group().equals(said.group())
                && ours.suite().equals(said.suite())
                && ours.exporter().equals(said.exporter());
    }

    /**
     * What a destination demands of the countersigned receipt: its own payload, all four signatures.
     *
     * @throws TransferException BAD_STATEMENT
     */
    void checkCountersigned(Transfer transfer, byte[] envelope) {
        String peer = transfer.row().getPeer();
        Dsse dsse = parse(peer, "countersigned receipt", envelope);
        Dsse ours = Dsse.parse(transfer.row().getReceipt().toByteArray());
        require(
                java.util.Arrays.equals(dsse.payload(), ours.payload()),
                peer,
                "the payload is not the receipt that we signed");
        require(dsse.signatures().size() == 4, peer, "a receipt has four signatures");
        // ours as we made them, with whatever keys we had then
        require(
                ours.signatures().stream()
                        .allMatch(mine -> dsse.signatures().stream().anyMatch(s -> same(mine, s))),
                peer,
                "our own signatures on the receipt are not the ones that we made");
        read(peer, "countersigned receipt", () -> {
            keys.signer(transfer, dsse).verifyBoth(dsse);
            return dsse;
        });
    }

    private static boolean same(Dsse.Signature one, Dsse.Signature other) {
        return one.keyId().equals(other.keyId()) && Arrays.equals(one.value(), other.value());
    }

    /** Stores the list of chunks that were exposed, and gives its digest. */
    String exposedChunks(Transfer transfer) {
        return room.ledger().blob(out -> {
            ChunkList.Writer list = new ChunkList.Writer(out);
            transfer.chunks().forEach((member, chunk, sum) -> {
                if (sum != null) {
                    add(list, new ChunkList.Chunk(member, chunk, sum.cv()));
                }
            });
        });
    }

    private static long exposedBytes(Transfer transfer) {
        long[] exposed = {0};
        Members.Sizes sizes = transfer.members().sizes();
        transfer.chunks().forEach((member, chunk, sum) -> exposed[0] += Geometry.length(sizes.of(member), chunk));
        return exposed[0];
    }

    /** {@code chunks}: what {@link #exposedChunks} gave. */
    byte[] abort(Transfer transfer, Code code, String reason, String chunks) {
        return new TransferAbort(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        transfer.key().role(),
                        transfer.row().getPeer(),
                        hex(transfer.offerDigest().toByteArray()),
                        code.name(),
                        reason,
                        exposedBytes(transfer),
                        chunks)
                .payload();
    }

    private static void add(ChunkList.Writer list, ChunkList.Chunk chunk) {
        try {
            list.add(chunk);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is on record here, while the other side's word is missing. */
    byte[] receiptPending(Transfer transfer) {
        TransferRow row = transfer.row();
        Seal seal = Seal.read(Dsse.parse(row.getSeal().toByteArray()).payload());
        boolean holder = transfer.key().role() == Role.DESTINATION;
        return new ReceiptPending(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        transfer.key().role(),
                        row.getPeer(),
                        seal.tree(),
                        seal.checkpoint(),
                        seal.offer(),
                        seal.content(),
                        seal.destination().volume(),
                        seal.destination().name(),
                        row.getSealDigest(),
                        holder ? Optional.of(row.getPossessionDigest()) : Optional.empty(),
                        holder
                                ? Optional.of(Dsse.parse(row.getReceipt().toByteArray())
                                        .payloadDigest())
                                : Optional.empty(),
                        Instant.ofEpochMilli(row.getWordWantedMs()))
                .payload();
    }

    byte[] stagingDestroyed(Transfer transfer) {
        Offer offer = transfer.offerParsed();
        return new StagingDestroyed(
                        self(),
                        origin(),
                        now(),
                        transfer.key().id(),
                        Role.DESTINATION,
                        transfer.row().getPeer(),
                        hex(transfer.offerDigest().toByteArray()),
                        offer.getVolume(),
                        offer.getName())
                .payload();
    }

    byte[] possessionReleased(String transferId, String peer, String tree, String volume, String name, String reason) {
        return new PossessionReleased(
                        self(), origin(), now(), Optional.of(new Brought(transferId, peer)), tree, volume, name, reason)
                .payload();
    }

    /** Of a name in the catalogue whose directory is gone. */
    byte[] foundMissing(NameRow row, String volume, String name) {
        return possessionReleased(
                hex(row.getTransferId().toByteArray()),
                row.getFrom(),
                row.getTreeDigest(),
                volume,
                name,
                "found missing");
    }

    // ---- helpers

    private interface Reading<T> {
        T read();
    }

    private static Dsse parse(String peer, String what, byte[] envelope) {
        return read(peer, what, () -> Dsse.parse(envelope));
    }

    private static <T> T read(String peer, String what, Reading<T> reading) {
        try {
            return reading.read();
        } catch (StatementException e) {
            throw new TransferException(Code.BAD_STATEMENT, "the " + what + " from " + peer + ": " + e.getMessage(), e);
        }
    }

    private static void require(boolean holds, String peer, String rule) {
        if (!holds) {
            throw new TransferException(Code.BAD_STATEMENT, peer + ": " + rule);
        }
    }

    private static void demand(boolean equal, String peer, String what) {
        if (!equal) {
            throw new TransferException(
                    Code.RECEIPT_MISMATCH,
                    "the receipt from " + peer + " does not say what we saw: " + what
                            + " differs; it is not countersigned. Ask its operator, then `carnet continue`");
        }
    }

    static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }
}
