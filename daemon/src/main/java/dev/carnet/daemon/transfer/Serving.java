package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.Includes;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Request;
import dev.carnet.proto.wire.v1.RequestMessage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a peer's Request: judges it in the order of SPEC section 8, and puts what it asks for on record as a transfer of this source, OPEN. What is refused leaves nothing behind. */
final class Serving {
    private static final Logger log = LoggerFactory.getLogger(Serving.class);

    /** Requests of one peer that are looked at at once: each reads the records of a checkpoint. */
    private static final int AT_ONCE = 4;

    private final Room room;
    private final Engine engine;
    private final Register register;
    private final Map<Key, String> underWay = new ConcurrentHashMap<>(); // to the peer
    private final Object opening = new Object();

    Serving(Room room, Engine engine, Register register) {
        this.room = room;
        this.engine = engine;
        this.register = register;
    }

    /** On the session's thread: does not wait for a disk. */
    void requested(Session session, RequestMessage message) {
        Request request = ControlFrames.parseRequest(message.getRequest().toByteArray());
        String peer = session.peer().spiffeId();
        Key key = new Key(Statements.hex(request.getTransferId().toByteArray()), Role.SOURCE);
        Optional<Transfer> known;
        synchronized (this) {
            if (underWay.containsKey(key)) {
                return; // it will be answered
            }
            known = register.known(key); // what is under way no more is registered
            if (known.isEmpty()) {
                if (underWay.values().stream().filter(peer::equals).count() >= AT_ONCE) {
                    refuse(
                            session,
                            key,
                            request,
                            Code.BUSY,
                            AT_ONCE + " requests of " + peer + " are looked at already");
                    return;
                }
                underWay.put(key, peer);
            }
        }
        if (known.isPresent()) {
            askedAgain(session, message, request, key, (SourceTransfer) known.get());
            return;
        }
        engine.background(
                () -> {
                    try {
                        serve(session, message.getRequest(), request, key);
                    } finally {
                        underWay.remove(key);
                    }
                },
                why -> failed(session, key, request, why));
    }

    private void askedAgain(
            Session session, RequestMessage message, Request request, Key key, SourceTransfer transfer) {
        boolean same = transfer.row().getPeer().equals(session.peer().spiffeId())
                && transfer.row().getRequest().equals(message.getRequest());
        if (same) {
            transfer.postMessage(() -> transfer.askedFor(session));
        } else {
            refuse(session, key, request, Code.OFFER_MISMATCH, "transfer " + key.id() + " is another one here");
        }
    }

    private void failed(Session session, Key key, Request request, RuntimeException why) {
        if (engine.isFatal(why)) {
            engine.fatal(why);
            return;
        }
        TransferException refusal = why instanceof NoRoomException full
                ? new TransferException(
                        Code.NO_SPACE, room.settings().self() + " has no room left for its record", full)
                : Failures.of(why, Role.SOURCE);
        if (refusal.code() == Code.INTERNAL) {
            log.error("a request of {}", session.peer().spiffeId(), why);
        }
        said(session, refusal.code(), String.valueOf(refusal.getMessage())); // more than the peer is told
        engine.refuse(session, key.id(), refusal.code(), refusal.forPeer(), request.getVolume());
    }

    private static void said(Session session, Code code, String sentence) {
        log.warn("refused to {} what it asked for: {} {}", session.peer().spiffeId(), code, sentence);
    }

    private void refuse(Session session, Key key, Request request, Code code, String sentence) {
        said(session, code, sentence);
        engine.refuse(session, key.id(), code, sentence, request.getVolume());
    }

    private void serve(Session session, ByteString bytes, Request request, Key key) {
        String peer = session.peer().spiffeId();
        if (request.getPermitsCount() > 0) {
            throw new TransferException(Code.UNSUPPORTED, "this version knows no permits");
        }
        String rule = room.policy()
                .get()
                .allows(peer, Policy.Act.SERVE_PULL, request.getVolume())
                .map(Policy.Rule::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule of " + room.settings().self() + " lets " + peer + " pull from the volume '"
                                + Sentences.shown(request.getVolume())
                                + "': its operator can add one with allow = \"pull-by\""));
        bound(peer);
        Volume volume = engine.volume(request.getVolume());
        CheckpointName name = Pushes.checkName(request.getName());
        NameRow stands = standing(volume, name);
        Includes includes = Pulls.read(request.getIncludeList());
        try {
            SealedMembers.Found found = members(volume, name, stands, includes, key);
            open(session, bytes, request, key, rule, volume, name, found);
        } catch (RuntimeException e) {
            room.store().update(tx -> Rows.forgetContent(tx, key));
            throw e;
        }
    }

    private void bound(String peer) {
        engine.boundOfDay(peer, Role.SOURCE);
        int max = room.settings().transfersPerPeerMax();
        if (engine.unfinished(peer, Role.SOURCE, true) >= max) {
            throw new TransferException(Code.BUSY, max + " pulls of " + peer + " are unfinished here already");
        }
    }

    private void open(
            Session session,
            ByteString bytes,
            Request request,
            Key key,
            String rule,
            Volume volume,
            CheckpointName name,
            SealedMembers.Found found) {
        String peer = session.peer().spiffeId();
        Offer offer = Pushes.inSealedMode(
                        Pushes.offer(room, key, peer)
                                .setDirection(Direction.DIRECTION_PULL)
                                .setDestinationOrigin(session.peerOrigin())
                                .setVolume(request.getToVolume())
                                .setName(request.getToName())
                                .setPrincipal(request.getPrincipal())
                                .setPurpose(request.getPurpose())
                                .addAllLabels(request.getLabelsList())
                                .setRequest(Transfer.sha256(bytes.toByteArray())),
                        found)
                .build();
        synchronized (opening) {
            bound(peer); // those that were looked at meanwhile
            engine.rows()
                    .update(
                            key,
                            (TransferRow.Builder row) -> row.setState(State.OPEN.name())
                                    .setOffer(offer.toByteString())
                                    .setRequest(bytes)
                                    .setPeer(peer)
                                    .setPrincipal(request.getPrincipal())
                                    .setBytesPerSecondMax(request.getBytesPerSecondMax())
                                    .setStreams(request.getStreams())
                                    .setRule(rule)
                                    .setCreatedMs(room.clock().millis())
                                    .setLastChunkMs(room.clock().millis())
                                    .setLogicalBytes(found.tree().logicalBytes())
                                    .setFiles(found.tree().files())
                                    .setMembers(found.members())
                                    .setSourceVolume(volume.name())
                                    .setSourcePath(volume.root() + "/" + name.value())
                                    .setSourceRelative(name.value()));
            engine.meet(register.register(key), peer);
        }
    }

    /** @throws TransferException UNKNOWN_CHECKPOINT; SOURCE_CHANGED where it has been changed since it was recorded */
    private NameRow standing(Volume volume, CheckpointName name) {
        NameRow row = room.store()
                .read(tx -> Names.get(tx, volume.name(), name.value()))
                .filter(NameRow::getPublished)
                .orElseThrow(() -> unknown(volume, name));
        if (volume.lookup(name).isEmpty()) {
            throw unknown(volume, name);
        }
        if (!volume.standsAsRecorded(name)) {
            throw new TransferException(
                    Code.SOURCE_CHANGED,
                    volume.name() + "/" + name.value() + " at "
                            + room.settings().self()
                            + " is not what it was when it was recorded: its operator can seal it anew");
        }
        return row;
    }

    private TransferException unknown(Volume volume, CheckpointName name) {
        return new TransferException(
                Code.UNKNOWN_CHECKPOINT,
                "no checkpoint '" + name.value() + "' is sealed in the volume '" + volume.name() + "' at "
                        + room.settings().self() + ": `carnet ls` lists what is");
    }

    private SealedMembers.Found members(
            Volume volume, CheckpointName name, NameRow stands, Includes includes, Key key) {
        try (SealedRecord record = SealedRecord.open(volume, name).orElseThrow(() -> unknown(volume, name))) {
            SealedMembers.Found found = SealedMembers.record(new Members(room.store(), key), record, includes);
            String whole = found.whole().orElse(found.tree().treeDigest().hex());
            if (!whole.equals(stands.getTreeDigest())) {
                throw new TransferException(
                        Code.SOURCE_CHANGED, "the record beside the checkpoint is not the one of the catalogue");
            }
            return found;
        } catch (VolumeException e) {
            throw new TransferException(
                    Code.SOURCE_CHANGED, "the record of the checkpoint cannot be used: seal it anew", e);
        }
    }
}
