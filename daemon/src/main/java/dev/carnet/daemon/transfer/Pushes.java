package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.Includes;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.ContentForm;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Label;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Part;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts a push on record: the source walked, the offer made, OPEN. */
final class Pushes {
    private static final Pattern VOLUME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private final Room room;
    private final Engine engine;
    private final Register register;

    Pushes(Room room, Engine engine, Register register) {
        this.room = room;
        this.engine = engine;
        this.register = register;
    }

    /** Where a source lies. */
    record Place(Volume volume, String relative) {}

    /** A request that may be met: what was checked, and what allows it. */
    private record Allowed(String peer, List<Label> labels, Path path, Place place, String grant, String rule) {}

    TransferView push(PushRequest request) {
        String peer = peer(room, request.peer());
        checkTarget(request);
        Path path = absolute(request.source());
        Optional<Transfer> running = running(request, peer, path);
        if (running.isPresent()) {
            return running.get().view();
        }
        Allowed allowed = allowed(request, peer, path);
        Place place = allowed.place();
        Key key = new Key(random(room), Role.SOURCE);
        Found found = look(key, place, request); // takes a while: others may push meanwhile
        Transfer transfer;
        boolean kept = false;
        try {
            synchronized (this) {
                Optional<Transfer> same = running(request, peer, path);
                if (same.isPresent()) {
                    return same.get().view();
                }
                bound(request, peer); // others may have been quicker
                open(key, request, allowed, found);
                kept = true;
                FailPoint.SOURCE_OPEN_STORED.pass();
                transfer = register.register(key);
            }
        } finally {
            if (!kept) {
                room.store().update(tx -> Rows.forgetContent(tx, key));
            }
        }
        engine.meet(transfer, peer);
        return transfer.view();
    }

    /** What {@link #push} would do; nothing of it stays on record. */
    Plan plan(PushRequest request) {
        String peer = peer(room, request.peer());
        checkTarget(request);
        Path path = absolute(request.source());
        Allowed allowed = allowed(request, peer, path);
        Key key = new Key(random(room), Role.SOURCE);
        Found found = look(key, allowed.place(), request);
        room.store().update(tx -> Rows.forgetContent(tx, key));
        return new Plan(
                running(request, peer, path)
                        .map(transfer -> transfer.key().id())
                        .orElse(null),
                peer,
                engine.connected(peer),
                found.sealed().isPresent() ? "sealed" : "open",
                found.files(),
                found.directories(),
                found.logicalBytes(),
                allowed.rule(),
                allowed.grant());
    }

    private Allowed allowed(PushRequest request, String peer, Path path) {
        List<Label> labels = Labels.wire(request.labels());
        Place place = place(path);
        String volume = place.volume().name();
        String grant = grant(request, volume, peer);
        String rule = room.policy()
                .get()
                .allows(peer, Policy.Act.SEND_PUSH, volume)
                .map(Policy.Rule::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule lets '" + volume + "' be pushed to " + peer
                                + ": add one to the policy of this daemon"));
        bound(request, peer);
        return new Allowed(peer, labels, path, place, grant, rule);
    }

    private void bound(PushRequest request, String peer) {
        engine.boundOfPrincipal(request.principal(), peer, Role.SOURCE, false);
    }

    /** Asked here, where the volume is known, and with the policy of this moment. */
    private String grant(PushRequest request, String volume, String peer) {
        return room.policy()
                .get()
                .grants(request.principal(), Policy.Right.PUSH, volume, peer)
                .map(Policy.Grant::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "the principal '" + request.principal() + "' may not push from the volume '" + volume + "' to "
                                + peer + ": no grant gives it that right; to give it, add [[grant]] principal = \""
                                + request.principal() + "\", volume = \"" + volume
                                + "\", allow = \"push\" to the daemon's configuration, and reload"));
    }

    static String peer(Room room, String given) {
        String id = room.settings().peers().getOrDefault(given, given);
        if (!room.settings().peers().containsValue(id)) {
            throw new TransferException(
                    Code.UNKNOWN_PEER,
                    "no peer '" + given + "' is configured; there are "
                            + String.join(
                                    ", ",
                                    room.settings().peers().keySet().stream()
                                            .sorted()
                                            .toList()));
        }
        return id;
    }

    private static void checkTarget(PushRequest request) {
        checkVolume(request.volume());
        var _ = checkName(request.name());
        if (request.streams() < 0 || request.streams() > Limits.STREAMS_MAX) {
            throw new TransferException(
                    Code.LIMIT, "1 to " + Limits.STREAMS_MAX + " streams, not " + request.streams());
        }
        if (request.bytesPerSecondMax() < 0) {
            throw new TransferException(Code.LIMIT, "a rate of " + request.bytesPerSecondMax() + " bytes per second");
        }
    }

    /** @throws TransferException BAD_NAME */
    static void checkVolume(String volume) {
        if (!VOLUME.matcher(volume).matches()) {
            throw new TransferException(
                    Code.BAD_NAME, "'" + volume + "' is no name of a volume: 1 to 64 of a-z 0-9 - _ .");
        }
    }

    /** @throws TransferException BAD_NAME */
    static CheckpointName checkName(String name) {
        try {
            return CheckpointName.of(name);
        } catch (VolumeException e) {
            throw new TransferException(Code.BAD_NAME, String.valueOf(e.getMessage()), e);
        }
    }

    static Path absolute(String source) {
        Path path;
        try {
            path = Path.of(source);
        } catch (InvalidPathException e) {
            throw new TransferException(
                    Code.BAD_SOURCE,
                    "the source is no path that this daemon can name: " + e.getReason()
                            + " (a lone surrogate?); where the name is not ASCII, start carnetd with LC_ALL=C.UTF-8, as its launcher does",
                    e);
        }
        if (!path.isAbsolute()) {
            throw new TransferException(Code.BAD_SOURCE, "the source is not an absolute path: " + source);
        }
        return path.normalize();
    }

    private Optional<Transfer> running(PushRequest request, String peer, Path path) {
        return register.of(peer).stream()
                .filter(transfer -> transfer.key().role() == Role.SOURCE
                        && !transfer.state().finished()
                        && transfer.row().getRequest().isEmpty()
                        && transfer.row().getPrincipal().equals(request.principal())
                        && transfer.row().getSourcePath().equals(path.toString())
                        && transfer.offerParsed().getVolume().equals(request.volume())
                        && transfer.offerParsed().getName().equals(request.name()))
                .findFirst();
    }

    Place place(Path path) {
        Path state = room.settings().state();
        if (nested(path, state) || nested(really(path), really(state))) {
            throw new TransferException(
                    Code.BAD_SOURCE,
                    path + " contains or lies in " + state + ", which holds this daemon's keys: it never travels");
        } // for the sentence: the volume itself refuses it by whatever way it is met, also later
        rootOf(path).or(() -> real(path).flatMap(this::rootOf)).ifPresent(volume -> {
            throw new TransferException(
                    Code.BAD_SOURCE,
                    path + " is the root of the volume '" + volume.name()
                            + "': a checkpoint is a file or directory inside it, so push one of those");
        });
        return within(path)
                .or(() -> real(path).flatMap(this::within))
                .orElseThrow(() -> new TransferException(
                        Code.BAD_SOURCE,
                        path
                                + " lies in no declared volume: declare one in the daemon's configuration, or copy it into one of "
                                + room.settings().volumes().values().stream()
                                        .map(v -> v.root().toString())
                                        .sorted()
                                        .toList()));
    }

    private static boolean nested(Path one, Path other) {
        return one.startsWith(other) || other.startsWith(one);
    }

    /** Without links, where it exists. */
    private static Path really(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }

    private Optional<Volume> rootOf(Path path) {
        return room.settings().volumes().values().stream()
                .filter(volume -> path.equals(volume.root()))
                .findFirst();
    }

    private Optional<Place> within(Path path) {
        return room.settings().volumes().values().stream()
                .filter(volume -> path.startsWith(volume.root()) && !path.equals(volume.root()))
                .findFirst()
                .map(volume -> new Place(volume, volume.root().relativize(path).toString()));
    }

    /** Links above a volume are the operator's own way to name it. */
    private static Optional<Path> real(Path path) {
        Path parent = path.getParent();
        Path last = path.getFileName();
        if (parent == null || last == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parent.toRealPath().resolve(last));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What travels: walked, or by the records of a checkpoint that is sealed here. */
    private record Found(
            int members, int files, int directories, long logicalBytes, Optional<SealedMembers.Found> sealed) {}

    private Found look(Key key, Place place, PushRequest request) {
        try (SourceTree tree =
                place.volume().source(place.relative(), request.dereference(), Readers.of(request.caller()))) {
            Members members = new Members(room.store(), key);
            Optional<SealedMembers.Found> sealed = request.dereference() ? Optional.empty() : sealed(key, place, tree);
            if (sealed.isPresent()) {
                TreeSummary whole = sealed.get().tree();
                return new Found(
                        sealed.get().members(), whole.files(), whole.directories(), whole.logicalBytes(), sealed);
            }
            Walks.Found walked = Walks.record(members, tree);
            return new Found(
                    walked.members(), walked.files(), walked.directories(), walked.logicalBytes(), Optional.empty());
        } catch (RuntimeException e) {
            room.store().update(tx -> Rows.forgetContent(tx, key));
            throw Failures.of(e, Role.SOURCE);
        }
    }

    /** Where the source is a checkpoint of the catalogue, and stands as recorded; every member is asked for with the caller's rights. */
    private Optional<SealedMembers.Found> sealed(Key key, Place place, SourceTree tree) {
        Members members = new Members(room.store(), key);
        Volume volume = place.volume();
        Optional<NameRow> row = room.store()
                .read(tx -> Names.get(tx, volume.name(), place.relative()))
                .filter(NameRow::getPublished);
        if (row.isEmpty()) {
            return Optional.empty();
        }
        Optional<SealedRecord> opened = SealedRecord.open(volume, CheckpointName.of(place.relative()));
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (SealedRecord record = opened.get()) {
            SealedMembers.Found found = SealedMembers.record(members, record, new Includes(List.of()));
            if (!found.tree().treeDigest().hex().equals(row.get().getTreeDigest())) {
                room.store().update(tx -> Rows.forgetContent(tx, key));
                return Optional.empty();
            }
            Walks.stands(tree, members, "its peer", false);
            return Optional.of(found);
        } catch (TransferException | VolumeException e) {
            Code code = Failures.of(e, Role.SOURCE).code();
            if (code != Code.SOURCE_CHANGED) {
                throw e;
            }
            room.store().update(tx -> Rows.forgetContent(tx, key));
            return Optional.empty(); // it is pushed as it is now
        }
    }

    /** What every offer of this daemon has. */
    static Offer.Builder offer(Room room, Key key, String peer) {
        return Offer.newBuilder()
                .setVersion(1)
                .setTransferId(ByteString.copyFrom(key.idBytes()))
                .setCheckpointId(ByteString.copyFrom(HexFormat.of().parseHex(random(room))))
                .setPart(Part.newBuilder().setOf(1))
                .setCoordinator(room.settings().self())
                .setSourceId(room.settings().self())
                .setSourceOrigin(room.ledger().origin())
                .setDestinationId(peer)
                .setPolicyDigest(Transfer.digestBytes(room.policy().get().digest()))
                .setContentForm(ContentForm.CONTENT_FORM_PLAIN);
    }

    static Offer.Builder inSealedMode(Offer.Builder offer, SealedMembers.Found found) {
        return offer.setMode(Mode.MODE_SEALED)
                .setTreeDigest(Transfer.digestBytes(found.tree().treeDigest().hex()))
                .setCvsDigest(Transfer.digestBytes(found.cvsDigest()))
                .setPartOf(found.whole().map(Transfer::digestBytes).orElse(ByteString.EMPTY))
                .setMembers(found.members())
                .setLogicalBytesMax(found.tree().logicalBytes());
    }

    private void open(Key key, PushRequest request, Allowed allowed, Found found) {
        Place place = allowed.place();
        Offer.Builder draft = offer(room, key, allowed.peer())
                .setMode(Mode.MODE_OPEN)
                .setDirection(Direction.DIRECTION_PUSH)
                .setVolume(request.volume())
                .setName(request.name())
                .setMembers(found.members())
                .setLogicalBytesMax(found.logicalBytes())
                .setPrincipal(request.principal())
                .addAllLabels(allowed.labels());
        found.sealed().ifPresent(records -> inSealedMode(draft, records));
        Offer offer = draft.build();
        engine.rows()
                .update(
                        key,
                        (TransferRow.Builder row) -> row.setState(State.OPEN.name())
                                .setOffer(offer.toByteString())
                                .setPeer(allowed.peer())
                                .setPrincipal(request.principal())
                                .setRule(allowed.rule())
                                .setGrant(allowed.grant())
                                .setCaller(Readers.row(request.caller()))
                                .setCreatedMs(room.clock().millis())
                                .setLogicalBytes(found.logicalBytes())
                                .setFiles(found.files())
                                .setMembers(found.members())
                                .setSourceVolume(place.volume().name())
                                .setSourcePath(allowed.path().toString())
                                .setSourceRelative(place.relative())
                                .setDereference(request.dereference())
                                .setBytesPerSecondMax(request.bytesPerSecondMax())
                                .setStreams(request.streams()));
    }

    static String random(Room room) {
        byte[] bytes = new byte[16];
        room.random().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
