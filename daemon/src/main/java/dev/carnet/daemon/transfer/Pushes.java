package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.ContentForm;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Part;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
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

    TransferView push(PushRequest request) {
        String peer = peer(request.peer());
        checkTarget(request);
        Path path = absolute(request.source());
        Optional<Transfer> running = running(request, peer, path);
        if (running.isPresent()) {
            return running.get().view();
        }
        Place place = place(path);
        String grant = grant(request, place.volume().name(), peer);
        String rule = room.policy()
                .get()
                .allows(peer, Policy.Act.SEND_PUSH, place.volume().name())
                .map(Policy.Rule::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule lets '" + place.volume().name() + "' be pushed to " + peer
                                + ": add one to the policy of this daemon"));
        bound(peer);
        Key key = new Key(random(), Role.SOURCE);
        Walks.Found found = walk(key, place, request); // takes a while: others may push meanwhile
        Transfer transfer;
        synchronized (this) {
            Optional<Transfer> same = running(request, peer, path);
            if (same.isPresent()) {
                room.store().update(tx -> Rows.forgetContent(tx, key));
                return same.get().view();
            }
            try {
                bound(peer); // others may have been quicker
            } catch (TransferException e) {
                room.store().update(tx -> Rows.forgetContent(tx, key));
                throw e;
            }
            open(key, request, peer, path, place, rule, grant, found);
            FailPoint.SOURCE_OPEN_STORED.pass();
            transfer = register.register(key);
        }
        room.transport()
                .session(peer)
                .ifPresentOrElse(
                        session -> transfer.post(() -> transfer.sessionUp(session)),
                        () -> transfer.waiting("a session with " + peer
                                + room.transport()
                                        .whyNot(peer)
                                        .map(why -> ": " + why)
                                        .orElse("")));
        return transfer.view();
    }

    private void bound(String peer) {
        int max = room.settings().transfersPerPeerMax();
        if (engine.unfinished(peer, Role.SOURCE) >= max) {
            throw new TransferException(Code.BUSY, max + " pushes to " + peer + " are unfinished already");
        }
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

    private String peer(String given) {
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
        if (!VOLUME.matcher(request.volume()).matches()) {
            throw new TransferException(
                    Code.BAD_NAME, "'" + request.volume() + "' is no name of a volume: 1 to 64 of a-z 0-9 - _ .");
        }
        try {
            CheckpointName.of(request.name());
        } catch (VolumeException e) {
            throw new TransferException(Code.BAD_NAME, String.valueOf(e.getMessage()), e);
        }
        if (request.streams() < 0 || request.streams() > Limits.STREAMS_MAX) {
            throw new TransferException(
                    Code.LIMIT, "1 to " + Limits.STREAMS_MAX + " streams, not " + request.streams());
        }
        if (request.bytesPerSecondMax() < 0) {
            throw new TransferException(Code.LIMIT, "a rate of " + request.bytesPerSecondMax() + " bytes per second");
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

    private Walks.Found walk(Key key, Place place, PushRequest request) {
        try (SourceTree tree =
                place.volume().source(place.relative(), request.dereference(), Readers.of(request.caller()))) {
            return Walks.record(room.store(), new Members(room.store(), key), tree);
        } catch (RuntimeException e) {
            room.store().update(tx -> Rows.forgetContent(tx, key));
            throw Failures.of(e, Role.SOURCE);
        }
    }

    private void open(
            Key key,
            PushRequest request,
            String peer,
            Path path,
            Place place,
            String rule,
            String grant,
            Walks.Found found) {
        Offer offer = Offer.newBuilder()
                .setVersion(1)
                .setTransferId(ByteString.copyFrom(key.idBytes()))
                .setCheckpointId(ByteString.copyFrom(HexFormat.of().parseHex(random())))
                .setPart(Part.newBuilder().setOf(1))
                .setCoordinator(room.settings().self())
                .setMode(Mode.MODE_OPEN)
                .setDirection(Direction.DIRECTION_PUSH)
                .setSourceId(room.settings().self())
                .setSourceOrigin(room.ledger().origin())
                .setDestinationId(peer)
                .setVolume(request.volume())
                .setName(request.name())
                .setMembers(found.members())
                .setLogicalBytesMax(found.logicalBytes())
                .setPrincipal(request.principal())
                .setPolicyDigest(Transfer.digestBytes(room.policy().get().digest()))
                .setContentForm(ContentForm.CONTENT_FORM_PLAIN)
                .build();
        engine.rows()
                .update(
                        key,
                        (TransferRow.Builder row) -> row.setState(State.OPEN.name())
                                .setOffer(offer.toByteString())
                                .setPeer(peer)
                                .setPrincipal(request.principal())
                                .setRule(rule)
                                .setGrant(grant)
                                .setCaller(Readers.row(request.caller()))
                                .setCreatedMs(room.clock().millis())
                                .setLogicalBytes(found.logicalBytes())
                                .setFiles(found.files())
                                .setMembers(found.members())
                                .setSourceVolume(place.volume().name())
                                .setSourcePath(path.toString())
                                .setSourceRelative(place.relative())
                                .setDereference(request.dereference())
                                .setBytesPerSecondMax(request.bytesPerSecondMax())
                                .setStreams(request.streams()));
    }

    private String random() {
        byte[] bytes = new byte[16];
        room.random().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
