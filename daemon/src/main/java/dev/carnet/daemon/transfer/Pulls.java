package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.Includes;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Request;
import java.util.Optional;

/** Puts a pull on record: what is asked of the peer, REQUESTED. Nothing is reserved before the peer's Offer. */
final class Pulls {
    private final Room room;
    private final Engine engine;
    private final Register register;

    Pulls(Room room, Engine engine, Register register) {
        this.room = room;
        this.engine = engine;
        this.register = register;
    }

    /** A request that may be met: what was checked, and what allows it. */
    private record Allowed(
            String peer, Request.Builder request, Volume volume, CheckpointName name, String grant, String rule) {}

    private Allowed allowed(PullRequest asked) {
        String peer = Pushes.peer(room, asked.peer());
        Pushes.checkVolume(asked.volume());
        Pushes.checkVolume(asked.toVolume());
        Pushes.checkName(asked.name());
        CheckpointName name = Pushes.checkName(asked.toName());
        includes(asked);
        Request.Builder request = Request.newBuilder()
                .setVolume(asked.volume())
                .setName(asked.name())
                .addAllInclude(asked.include())
                .setToVolume(asked.toVolume())
                .setToName(asked.toName())
                .setPrincipal(asked.principal())
                .setBytesPerSecondMax(asked.bytesPerSecondMax())
                .setStreams(asked.streams())
                .addAllLabels(Labels.wire(asked.labels()));
        String grant = grant(asked, peer);
        String rule = rule(room, peer, asked.toVolume());
        Volume volume = engine.volume(asked.toVolume());
        if (volume.readOnly()) {
            throw new TransferException(Code.READ_ONLY, "the volume '" + volume.name() + "' is read-only");
        }
        return new Allowed(peer, request, volume, name, grant, rule);
    }

    /** What {@link #pull} would do. What would come only the peer knows. */
    Plan plan(PullRequest asked) {
        Allowed allowed = allowed(asked);
        Optional<Transfer> running = running(asked, allowed.request(), allowed.peer());
        if (running.isEmpty()) {
            bound(asked, allowed);
        }
        return new Plan(
                running.map(transfer -> transfer.key().id()).orElse(null),
                allowed.peer(),
                engine.connected(allowed.peer()),
                "sealed",
                null,
                null,
                null,
                allowed.rule(),
                allowed.grant());
    }

    private void bound(PullRequest asked, Allowed allowed) {
        engine.admission().free(allowed.volume(), allowed.name());
        engine.boundOfPrincipal(asked.principal(), allowed.peer(), Role.DESTINATION, true);
    }

    TransferView pull(PullRequest asked) {
        Allowed allowed = allowed(asked);
        Transfer transfer;
        synchronized (this) {
            Optional<Transfer> running = running(asked, allowed.request(), allowed.peer());
            if (running.isPresent()) {
                return running.get().view();
            }
            bound(asked, allowed);
            Key key = new Key(Pushes.random(room), Role.DESTINATION);
            ByteString bytes = allowed.request()
                    .setTransferId(ByteString.copyFrom(key.idBytes()))
                    .build()
                    .toByteString();
            engine.rows()
                    .update(
                            key,
                            (TransferRow.Builder row) -> row.setState(State.REQUESTED.name())
                                    .setRequest(bytes)
                                    .setPeer(allowed.peer())
                                    .setPrincipal(asked.principal())
                                    .setRule(allowed.rule())
                                    .setGrant(allowed.grant())
                                    .setCaller(Readers.row(asked.caller()))
                                    .setCreatedMs(room.clock().millis())
                                    .setLastChunkMs(room.clock().millis()));
            FailPoint.DESTINATION_REQUESTED_STORED.pass();
            transfer = register.register(key);
        }
        engine.meet(transfer, allowed.peer());
        return transfer.view();
    }

    private static void includes(PullRequest asked) {
        if (asked.include().size() > Limits.OFFER_LIST_MAX) {
            throw new TransferException(
                    Code.LIMIT, asked.include().size() + " patterns: at most " + Limits.OFFER_LIST_MAX);
        }
        for (String pattern : asked.include()) {
            int bytes = ByteString.copyFromUtf8(pattern).size();
            if (bytes < 1 || bytes > Limits.PATH_BYTES_MAX) {
                throw new TransferException(
                        Code.BAD_NAME, "a pattern has 1 to " + Limits.PATH_BYTES_MAX + " bytes, not " + bytes);
            }
        }
        read(asked.include());
    }

    /** @throws TransferException BAD_NAME, naming the pattern */
    static Includes read(java.util.List<String> patterns) {
        try {
            return new Includes(patterns);
        } catch (IllegalArgumentException e) {
            throw new TransferException(Code.BAD_NAME, String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws TransferException POLICY where none allows it */
    static String rule(Room room, String peer, String volume) {
        return room.policy()
                .get()
                .allows(peer, Policy.Act.PULL, volume)
                .map(Policy.Rule::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule lets this daemon pull from " + peer + " into the volume '" + volume
                                + "': add one with allow = \"pull-from\" to its configuration, and reload"));
    }

    private String grant(PullRequest asked, String peer) {
        return room.policy()
                .get()
                .grants(asked.principal(), Policy.Right.PULL, asked.toVolume(), peer)
                .map(Policy.Grant::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "the principal '" + asked.principal() + "' may not pull from " + peer + " into the volume '"
                                + asked.toVolume()
                                + "': no grant gives it that right; to give it, add [[grant]] principal = \""
                                + asked.principal() + "\", volume = \"" + asked.toVolume()
                                + "\", allow = \"pull\" to the daemon's configuration, and reload"));
    }

    /** The same, but for its labels, of the same principal. */
    private Optional<Transfer> running(PullRequest asked, Request.Builder request, String peer) {
        return register.of(peer).stream()
                .filter(transfer -> transfer.key().role() == Role.DESTINATION
                        && !transfer.state().finished()
                        && transfer.row().getPrincipal().equals(asked.principal())
                        && transfer.request()
                                .filter(known -> known.getVolume().equals(request.getVolume())
                                        && known.getName().equals(request.getName())
                                        && known.getToVolume().equals(request.getToVolume())
                                        && known.getToName().equals(request.getToName())
                                        && known.getIncludeList().equals(request.getIncludeList()))
                                .isPresent())
                .findFirst();
    }
}
