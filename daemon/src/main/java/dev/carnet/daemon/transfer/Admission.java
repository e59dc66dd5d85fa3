package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.NodeId;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.ContentForm;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Exists;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Request;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides upon an Offer in the order of SPEC section 8. What is refused leaves nothing behind. */
final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);
    private static final int VERSION = 1;

    private final Room room;
    private final Engine engine;
    private final Map<Long, Object> locks = new ConcurrentHashMap<>(); // by file system

    Admission(Room room, Engine engine) {
        this.room = room;
        this.engine = engine;
    }

    /** The name of the rule by which a peer may push into a volume, or this daemon pull into it. */
    Optional<String> rule(String peer, String volume, boolean pull) {
        return room.policy()
                .get()
                .allows(peer, pull ? Policy.Act.PULL : Policy.Act.RECEIVE_PUSH, volume)
                .map(Policy.Rule::name);
    }

    /**
     * Takes an offer whose transfer is not known yet: gives its row in ACCEPTED, or empty where it was answered with Exists.
     *
     * @throws TransferException the refusal
     */
    Optional<TransferRow> consider(Session session, OfferMessage message, Key key) {
        Offer offer = parse(message.getOffer());
        String peer = session.peer().spiffeId();
        form(offer, session);
        engine.peerKeys().accept(peer, message.getKeys());
        critical(offer);
        reserved(offer);
        require(
                offer.getDirection() == Direction.DIRECTION_PUSH,
                Code.OFFER_MISMATCH,
                room.settings().self() + " has not asked for this, or does not ask any more");
        require(
                offer.getPartOf().isEmpty(),
                Code.UNSUPPORTED,
                "this version takes a part of a checkpoint where it has asked for it alone");
        String rule = rule(peer, offer.getVolume(), false)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule of " + room.settings().self() + " lets " + peer + " push into the volume '"
                                + Sentences.shown(offer.getVolume()) + "': its operator can add one"));
        Volume volume = engine.volume(offer.getVolume());
        CheckpointName name = CheckpointName.of(offer.getName());
        if (volume.readOnly()) {
            throw new TransferException(Code.READ_ONLY, "the volume '" + volume.name() + "' is read-only");
        }
        if (exists(session, volume, name, offer)) {
            return Optional.empty();
        }
        bound(peer);
        return Optional.of(accept(session, message, offer, rule, volume, name, key));
    }

    /**
     * Takes the offer of what was asked for: its transfer is ACCEPTED then. In the transfer's mailbox.
     *
     * @throws TransferException the refusal
     */
    void requested(Session session, OfferMessage message, DestinationTransfer transfer) {
        Offer offer = parse(message.getOffer());
        String peer = session.peer().spiffeId();
        form(offer, session);
        engine.peerKeys().accept(peer, message.getKeys());
        critical(offer);
        reserved(offer);
        Request request = transfer.request().orElseThrow();
        boolean same = offer.getDirection() == Direction.DIRECTION_PULL
                && offer.getRequest()
                        .equals(Transfer.sha256(transfer.row().getRequest().toByteArray()))
                && offer.getVolume().equals(request.getToVolume())
                && offer.getName().equals(request.getToName())
                && offer.getPrincipal().equals(request.getPrincipal())
                && offer.getPurpose().equals(request.getPurpose())
                && offer.getLabelsList().equals(request.getLabelsList())
                && (offer.getPartOf().isEmpty() || request.getIncludeCount() > 0);
        require(same, Code.OFFER_MISMATCH, peer + " offers something else than what was asked of it");
        String rule = Pulls.rule(room, peer, offer.getVolume());
        Volume volume = engine.volume(offer.getVolume());
        CheckpointName name = CheckpointName.of(offer.getName());
        require(!volume.readOnly(), Code.READ_ONLY, "the volume '" + volume.name() + "' is read-only");
        free(volume, name);
        var _ = accept(session, message, offer, rule, volume, name, transfer.key());
    }

    /**
     * Whether a pull can be published under a name. One whose directory is gone is released.
     *
     * @throws TransferException NAME_TAKEN, saying by what
     */
    void free(Volume volume, CheckpointName name) {
        Optional<NameRow> row = room.store()
                .read(tx -> Names.get(tx, volume.name(), name.value()))
                .filter(NameRow::getPublished);
        if (row.isPresent() && volume.lookup(name).isEmpty()) {
            release(row.get(), volume, name);
        }
        room.store().read(tx -> {
            free(tx, volume, name);
            return name;
        });
    }

    static Offer parse(ByteString bytes) {
        try {
            return Offer.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new TransferException(Code.PROTOCOL, "the offer cannot be read: " + e.getMessage(), e);
        }
    }

    private void form(Offer offer, Session session) {
        require(offer.getVersion() == VERSION, Code.VERSION, "an offer of version " + offer.getVersion());
        require(offer.getTransferId().size() == 16, Code.PROTOCOL, "a transfer id has 16 bytes");
        require(offer.getCheckpointId().size() == 16, Code.PROTOCOL, "a checkpoint id has 16 bytes");
        require(
                offer.getSourceId().equals(session.peer().spiffeId()),
                Code.PROTOCOL,
                "the offer's source is not the peer that brings it");
        require(
                offer.getDestinationId().equals(room.settings().self()),
                Code.PROTOCOL,
                "the offer is for " + offer.getDestinationId());
        require(
                offer.getSourceOrigin().equals(session.peerOrigin())
                        && offer.getDestinationOrigin().equals(room.ledger().origin()),
                Code.PROTOCOL,
                "the offer's log origins are not those of the session");
        require(
                offer.getMembers() >= 1 && offer.getMembers() <= Limits.MEMBERS_MAX,
                Code.LIMIT,
                "an offer of " + Integer.toUnsignedString(offer.getMembers()) + " members");
        require(offer.getLogicalBytesMax() >= 0, Code.LIMIT, "an offer of 2^63 bytes or more");
        require(
                utf8(offer.getPrincipal()) >= 1
                        && utf8(offer.getPrincipal()) <= Limits.LABEL_BYTES_MAX
                        && utf8(offer.getPurpose()) <= Limits.LABEL_BYTES_MAX,
                Code.LIMIT,
                "a label has 1 to " + Limits.LABEL_BYTES_MAX + " bytes");
        require(offer.getPolicyDigest().size() == 32, Code.PROTOCOL, "a policy digest has 32 bytes");
        require(offer.getExtensionsCount() <= Limits.EXTENSIONS_MAX, Code.LIMIT, "too many extensions");
    }

    private static void critical(Offer offer) {
        for (Extension extension : offer.getExtensionsList()) {
            require(
                    !extension.getCritical(),
                    Code.CRITICAL_EXTENSION,
                    "the critical extension '" + Sentences.shown(extension.getName()) + "' is not known here");
        }
    }

    private static void reserved(Offer offer) {
        boolean plain = (offer.getMode() == Mode.MODE_OPEN || offer.getMode() == Mode.MODE_SEALED)
                && offer.getPart().getIndex() == 0
                && offer.getPart().getOf() == 1
                && offer.getPart().getBringersCount() == 0
                && offer.getCoordinator().equals(offer.getSourceId())
                && offer.getPointersCount() == 0
                && offer.getBasesCount() == 0
                && offer.getPermitsCount() == 0
                && offer.getReplica() == 0
                && offer.getContentForm() == ContentForm.CONTENT_FORM_PLAIN
                && offer.getContentKeyId().isEmpty();
        require(
                plain,
                Code.UNSUPPORTED,
                "this version takes checkpoints of one part, without pointers, bases and permits");
    }

    private static int utf8(String text) {
        return ByteString.copyFromUtf8(text).size();
    }

    private static void require(boolean holds, Code code, String sentence) {
        if (!holds) {
            throw new TransferException(code, sentence);
        }
    }

    // ---- the name

    /** Answers Exists where we published the name and it stands as recorded; frees a name whose directory is gone. */
    private boolean exists(Session session, Volume volume, CheckpointName name, Offer offer) {
        Optional<NameRow> row = room.store().read(tx -> Names.get(tx, volume.name(), name.value()));
        if (row.isEmpty() || !row.get().getPublished()) {
            return false;
        }
        if (volume.lookup(name).isEmpty()) {
            release(row.get(), volume, name);
            return false;
        }
        if (!volume.standsAsRecorded(name)) {
            throw new TransferException(
                    Code.NAME_TAKEN,
                    volume.name() + "/" + name.value() + " is " + Sealing.standing(row.get())
                            + " and has been changed on disk since: move it away, or push under another name");
        }
        if (row.get().getTransferId().isEmpty()) { // nobody has sent it: what it is, is not for who may push to learn
            throw new TransferException(
                    Code.NAME_TAKEN,
                    volume.name() + "/" + name.value() + " is " + Sealing.standing(row.get())
                            + " there: push under another name");
        }
        String receipt = row.get().getReceiptDigest();
        session.send(Control.newBuilder()
                .setExists(Exists.newBuilder()
                        .setTransferId(offer.getTransferId())
                        .setTreeDigest(Transfer.digestBytes(row.get().getTreeDigest()))
                        .setReceiptDigest(receipt.isEmpty() ? ByteString.EMPTY : Transfer.digestBytes(receipt)))
                .build());
        return true;
    }

    /** Two peers may find the same name free of its directory: one of them releases it. */
    private void release(NameRow found, Volume volume, CheckpointName name) {
        synchronized (lock(volume.device())) {
            releaseAlone(found, volume, name);
        }
    }

    private void releaseAlone(NameRow found, Volume volume, CheckpointName name) {
        Optional<NameRow> now = room.store().read(tx -> Names.get(tx, volume.name(), name.value()));
        if (now.isEmpty() || !same(now.get(), found)) {
            return;
        }
        NameRow row = now.get();
        if (row.getTransferId().isEmpty()) {
            engine.sealing().release(volume, name, row);
            return;
        }
        EntryKey entry = new EntryKey(
                Statements.hex(row.getTransferId().toByteArray()),
                Role.DESTINATION.label(),
                Predicate.POSSESSION_RELEASED,
                0);
        volume.records(name).remove(); // before the name is free: what comes next there has records of its own
        room.ledger()
                .record(
                        entry,
                        () -> room.ledger()
                                .keys()
                                .sign(engine.statements().foundMissing(row, volume.name(), name.value())),
                        (tx, recorded) -> Names.get(tx, volume.name(), name.value())
                                .filter(standing -> same(standing, row))
                                .ifPresent(standing -> Names.delete(tx, volume.name(), name.value())));
    }

    private static boolean same(NameRow one, NameRow other) {
        return one.getPublished()
                && one.getTransferId().equals(other.getTransferId())
                && one.getJob().equals(other.getJob());
    }

    private void bound(String peer) {
        engine.boundOfDay(peer, Role.DESTINATION);
        int max = room.settings().transfersPerPeerMax();
        require(
                engine.unfinished(peer, Role.DESTINATION, false) < max,
                Code.BUSY,
                peer + " has " + max + " unfinished transfers here already");
    }

    // ---- reservation

    private TransferRow accept(
            Session session,
            OfferMessage message,
            Offer offer,
            String rule,
            Volume volume,
            CheckpointName name,
            Key key) {
        // the holder's name says more than "something stands there", which is true of every directory above it as well
        room.store().read(tx -> {
            free(tx, volume, name);
            return name;
        });
        Optional<NodeId> stands = volume.lookup(name);
        if (stands.isPresent()) {
            throw new TransferException(
                    Code.NAME_TAKEN,
                    "something that Carnet did not publish stands at " + volume.name() + "/" + name.value()
                            + ": move it away, or push under another name");
        }
        byte[] random = new byte[16];
        room.random().nextBytes(random);
        String stagingId = HexFormat.of().formatHex(random);
        reserve(session, message, offer, rule, volume, name, key, stagingId);
        try {
            volume.staging(stagingId);
            volume.prepareTarget(name, stagingId);
            return accepted(engine.transferOf(key));
        } catch (VolumeException e) {
            undo(volume, offer, key, stagingId);
            boolean target = e.kind() == VolumeException.Kind.NOT_FOUND || e.kind() == VolumeException.Kind.BAD_TYPE;
            throw new TransferException(
                    target ? Code.BAD_NAME : Failures.of(e, Role.DESTINATION).code(),
                    "cannot publish as " + volume.name() + "/" + name.value() + ": " + e.getMessage(),
                    e);
        } catch (NoRoomException e) {
            undo(volume, offer, key, stagingId);
            throw e;
        }
    }

    /** The parents of a name that do not exist, outermost first. */
    List<String> missingParents(Volume volume, CheckpointName name) {
        List<String> missing = new ArrayList<>();
        String path = name.value();
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            String parent = path.substring(0, end);
            if (volume.lookup(CheckpointName.of(parent)).isEmpty()) {
                missing.add(parent);
            }
        }
        return missing;
    }

    /** Name and space, in one commit with the row. The state is not SPEC's yet: the intent is not on record. */
    private void reserve(
            Session session,
            OfferMessage message,
            Offer offer,
            String rule,
            Volume volume,
            CheckpointName name,
            Key key,
            String stagingId) {
        long usable = volume.usableBytes();
        long device = volume.device();
        List<String> parents = missingParents(volume, name); // on record before they are made
        synchronized (lock(device)) { // what is reserved is what is live: nobody looks in between
            room.store().update(tx -> {
                free(tx, volume, name);
                long reserved = engine.reserved(device);
                if (offer.getLogicalBytesMax() > usable - reserved) {
                    throw noSpace(volume, offer, usable - reserved, "free and not reserved");
                }
                Optional<Long> quota =
                        Optional.ofNullable(room.settings().quotas().get(volume.name()));
                if (quota.isPresent() && offer.getLogicalBytesMax() > quota.get() - Names.bytes(tx, volume.name())) {
                    throw noSpace(volume, offer, quota.get() - Names.bytes(tx, volume.name()), "left of its quota");
                }
                Names.put(
                        tx,
                        volume.name(),
                        name.value(),
                        NameRow.newBuilder()
                                .setTransferId(offer.getTransferId())
                                .setCheckpointId(offer.getCheckpointId())
                                .setLogicalBytes(offer.getLogicalBytesMax())
                                .setFrom(session.peer().spiffeId())
                                .build());
                engine.rows()
                        .update(
                                tx,
                                key,
                                row -> row.setState(State.OFFERED.name())
                                        .setOffer(message.getOffer())
                                        .setPeer(session.peer().spiffeId())
                                        .setPrincipal(offer.getPrincipal())
                                        .setRule(rule)
                                        .setCreatedMs(
                                                row.getCreatedMs() == 0
                                                        ? room.clock().millis()
                                                        : row.getCreatedMs())
                                        .setLastChunkMs(room.clock().millis())
                                        .setStagingId(stagingId)
                                        .addAllParentsMade(parents));
            });
            engine.transferOf(key).refresh();
        }
    }

    /** Of one file system: one that hangs holds up its own offers alone. */
    private Object lock(long device) {
        return locks.computeIfAbsent(device, d -> new Object());
    }

    private static void free(ReadTx tx, Volume volume, CheckpointName name) {
        Names.conflict(tx, volume.name(), name.value()).ifPresent(taken -> {
            throw new TransferException(
                    Code.NAME_TAKEN,
                    volume.name() + "/" + taken.name() + " is "
                            + Sealing.standing(taken.row())
                            + ": push under a name that neither contains it nor lies inside it");
        });
    }

    private static TransferException noSpace(Volume volume, Offer offer, long left, String what) {
        return new TransferException(
                Code.NO_SPACE,
                "the volume '" + volume.name() + "' has " + Math.max(0, left) + " bytes " + what + ", and "
                        + offer.getLogicalBytesMax() + " are offered: make room, or push elsewhere");
    }

    private void undo(Volume volume, Offer offer, Key key, String stagingId) {
        try {
            volume.staging(stagingId).destroy();
            volume.removeEmptyParents(engine.rows()
                    .get(key)
                    .map(row -> List.copyOf(row.getParentsMadeList()))
                    .orElse(List.of()));
        } catch (VolumeException e) {
            log.warn("what was begun for {}/{} could not be removed", offer.getVolume(), offer.getName(), e);
        }
        try {
            room.store().update(tx -> {
                Names.delete(tx, offer.getVolume(), offer.getName());
                boolean asked = !engine.rows()
                        .update(
                                tx,
                                key,
                                row -> row.setState(State.REQUESTED.name())
                                        .clearOffer()
                                        .clearStagingId()
                                        .clearParentsMade())
                        .getRequest()
                        .isEmpty();
                if (!asked) {
                    tx.delete(dev.carnet.daemon.state.Table.TRANSFERS, key.bytes());
                }
            });
            if (engine.rows().get(key).isEmpty()) {
                engine.forget(key);
            } else {
                engine.transferOf(key).refresh();
            }
        } catch (NoRoomException e) {
            DestinationTransfer kept =
                    engine.transferOf(key); // it stays OFFERED: accepted later, or given up for want of a Begin
            engine.later(kept, kept::goOn);
        }
    }

    /** The intent on record, and with it ACCEPTED. Also after a crash in between: the entry is the one that was built then. */
    TransferRow accepted(DestinationTransfer transfer) {
        String binding = engine.peerKeys().binding(transfer.row().getPeer());
        String own = engine.peerKeys().own();
        transfer.record(
                transfer.entry(Predicate.TRANSFER_INTENT),
                () -> transfer.sign(engine.statements().intent(transfer, "")),
                (tx, recorded) -> engine.rows()
                        .update(
                                tx,
                                transfer.key(),
                                row -> row.setState(State.ACCEPTED.name())
                                        .setOwnIntent(recorded.payloadDigest())
                                        .setOwnBinding(own)
                                        .clearPeerBindings()
                                        .addPeerBindings(binding)));
        FailPoint.DESTINATION_ACCEPTED.pass();
        return transfer.row();
    }
}
