package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.LeavingRow;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.NodeId;
import dev.carnet.daemon.volume.RecordFile;
import dev.carnet.daemon.volume.RecordedPrints;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.v1.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets checkpoints leave the catalogue. To release one says that it is held here no more; its files stay. To destroy one removes them, and says so before and after.
 *
 * <p>The wish is durable before anything else (the name stays taken, and is nobody's any more). Then, of what is destroyed: the entry of the intent; one rename out of
 * the name; a commit that it was done, so that nothing is ever looked for at the name again; the removal, entry by entry; the records; the entry of the destruction, and with
 * it the name is free. {@link #recover} goes on wherever a stop left it.
 */
public final class Leaving {
    private static final Logger log = LoggerFactory.getLogger(Leaving.class);

    private final Room room;
    private final Engine engine;

    Leaving(Room room, Engine engine) {
        this.room = room;
        this.engine = engine;
    }

    /** What is done with it. */
    public enum Act {
        RELEASE("release", "being released"),
        DESTROY("destroy", "being destroyed");

        private final String word;
        private final String going;

        Act(String word, String going) {
            this.word = word;
            this.going = going;
        }

        /** Also on disk. */
        public String word() {
            return word;
        }

        private static Act of(LeavingRow row) {
            return row.getAct().equals(DESTROY.word) ? DESTROY : RELEASE;
        }
    }

    /**
     * Who asks for what.
     *
     * @param grant by which the principal may
     * @param reason a sentence; of a release
     */
    public record Wish(Act act, String volume, String name, String principal, String grant, String reason) {
        private Sealing.Target target() {
            return new Sealing.Target(volume, name);
        }
    }

    /** What has left. {@code entry}: SHA-256 of the payload of the possession-released or destruction. */
    public record Done(String treeDigest, String contentDigest, long files, long bytes, String entry) {}

    /** For people. */
    static String going(LeavingRow row) {
        return Act.of(row).going;
    }

    // ---- before

    /**
     * A wish that this principal may have. Nothing changes.
     *
     * @throws TransferException UNKNOWN_CHECKPOINT; POLICY; READ_ONLY
     */
    public Wish wish(Act act, String principal, String volume, String name, String reason) {
        NameRow row;
        try {
            row = standing(act, volume, Pushes.checkName(name));
        } catch (VolumeException e) {
            throw Failures.of(e, Role.DESTINATION);
        }
        boolean readOnly = engine.volume(volume).readOnly();
        if (act == Act.DESTROY && readOnly) {
            throw new TransferException(
                    Code.READ_ONLY, "nothing is destroyed in the volume '" + volume + "', which is read-only");
        }
        return new Wish(act, volume, name, principal, grant(act, principal, volume, row), reason);
    }

    /** A grant that names peers is about what came from them; what came from nobody is this daemon's own. */
    private String grant(Act act, String principal, String volume, NameRow row) {
        String from = row.getFrom().isEmpty() ? room.settings().self() : row.getFrom();
        return room.policy()
                .get()
                .grants(principal, Policy.Right.DESTROY, volume, from)
                .map(Policy.Grant::name)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "the principal '" + principal + "' may not " + act.word + " what is in the volume '" + volume
                                + "'" + (row.getFrom().isEmpty() ? "" : " from " + row.getFrom())
                                + ": that needs the right destroy on it; to give it, add [[grant]] principal = \""
                                + principal + "\", volume = \"" + volume
                                + "\", allow = \"destroy\" to the daemon's configuration, and reload"));
    }

    /** What may leave: what is complete, or is leaving already; and what could not be destroyed may be released. */
    private NameRow standing(Act act, String volume, CheckpointName name) {
        NameRow row = room.store()
                .read(tx -> Names.get(tx, volume, name.value()))
                .filter(found -> found.getPublished() || found.hasLeaving())
                .orElseThrow(() -> new TransferException(
                        Code.UNKNOWN_CHECKPOINT,
                        "the catalogue has no complete checkpoint " + volume + "/" + name.value()
                                + ": `carnet ls` lists what there is"));
        if (row.hasLeaving()) {
            LeavingRow leaving = row.getLeaving();
            boolean same = Act.of(leaving) == act;
            boolean instead = act == Act.RELEASE
                    && !leaving.getMoved()
                    && !engine.volume(volume).isAside(leaving.getJob());
            if (!same && !instead) {
                throw new TransferException(
                        Code.BUSY, volume + "/" + name.value() + " is " + going(leaving) + ", which only goes on");
            }
        }
        return row;
    }

    // ---- the work

    /**
     * Does it, or goes on with what was begun. There is no way back once it has begun.
     *
     * @param job 32 hex digits, of this run alone
     * @throws TransferException as {@link #wish}; BUSY where a transfer, a verification or a sealing is at work on it; SHUTTING_DOWN: the next start goes on; STORAGE: it
     *     goes on when asked again, or at the next start
     */
    public Done run(Wish wish, String job) {
        Sealing.Target target = wish.target();
        try (Claims.Claim _ = engine.claims().take(target, Claims.Work.LEAVING)) {
            NameRow row = standing(wish.act, wish.volume, Pushes.checkName(wish.name));
            boolean begun = row.hasLeaving() && Act.of(row.getLeaving()) == wish.act;
            return finish(target, begun ? row : begin(wish, job, row));
        } catch (RuntimeException e) {
            throw engine.isFatal(e) || e instanceof NoRoomException ? e : Failures.of(e, Role.DESTINATION);
        }
    }

    private NameRow begin(Wish wish, String job, NameRow seen) {
        Sealing.Target target = wish.target();
        engine.mustBeIdle(target, seen);
        LeavingRow.Builder leaving = LeavingRow.newBuilder()
                .setAct(wish.act.word)
                .setJob(job)
                .setPrincipal(wish.principal)
                .setGrant(wish.grant)
                .setPolicy(room.policy().get().digest())
                .setReason(wish.reason);
        if (wish.act == Act.DESTROY) {
            leaving.setInode(inode(target));
        }
        NameRow[] begun = new NameRow[1];
        synchronized (engine.recordsLock()) {
            room.store().update(tx -> {
                NameRow now = Names.get(tx, target.volume(), target.name()).orElse(NameRow.getDefaultInstance());
                boolean same = now.getTransferId().equals(seen.getTransferId())
                        && now.getJob().equals(seen.getJob())
                        && now.hasLeaving() == seen.hasLeaving()
                        && now.getTreeDigest().equals(seen.getTreeDigest());
                if (!same) {
                    throw new TransferException(
                            Code.BUSY, target.volume() + "/" + target.name() + " changes just now: ask again");
                }
                begun[0] =
                        now.toBuilder().setPublished(false).setLeaving(leaving).build();
                Names.put(tx, target.volume(), target.name(), begun[0]);
            });
        }
        FailPoint.CATALOGUE_LEAVING_WANTED.pass();
        return begun[0];
    }

    /** Of what stands at the name, where that is the very directory or file that was recorded: of another one nobody could say what was destroyed. */
    private long inode(Sealing.Target target) {
        Volume volume = engine.volume(target.volume());
        CheckpointName name = Pushes.checkName(target.name());
        NodeId node = volume.lookup(name)
                .orElseThrow(() -> new TransferException(
                        Code.UNKNOWN_CHECKPOINT,
                        "nothing stands at " + target.volume() + "/" + target.name()
                                + " any more, so nothing can be destroyed here: `carnet release` it"));
        if (recorded(volume, name).filter(inode -> inode == node.inode()).isEmpty()) {
            throw new TransferException(
                    Code.SOURCE_CHANGED,
                    "what stands at " + target.volume() + "/" + target.name()
                            + " is not what was recorded there: it was replaced, or copied back. `carnet release` it; then"
                            + " remove it by hand, or `carnet adopt` it, which can be destroyed");
        }
        return node.inode();
    }

    private static Optional<Long> recorded(Volume volume, CheckpointName name) {
        Optional<RecordFile> prints = volume.records(name).open("prints");
        if (prints.isEmpty()) {
            return Optional.empty();
        }
        try (RecordFile file = prints.get()) {
            return Optional.of(
                    new RecordedPrints(file.stream()).next(MemberPath.ROOT).inode());
        } catch (VolumeException damaged) {
            return Optional.empty();
        }
    }

    private Done finish(Sealing.Target target, NameRow row) {
        Volume volume = engine.volume(target.volume());
        CheckpointName name = Pushes.checkName(target.name());
        Recorded last =
                Act.of(row.getLeaving()) == Act.DESTROY ? destroy(target, volume, name, row) : release(target, row);
        log.info(
                "{} {}/{}: tree {}, as '{}' asked",
                Act.of(row.getLeaving()) == Act.DESTROY ? "destroyed" : "released",
                target.volume(),
                target.name(),
                row.getTreeDigest(),
                row.getLeaving().getPrincipal());
        return new Done(
                row.getTreeDigest(),
                row.getContentDigest(),
                row.getFiles(),
                row.getLogicalBytes(),
                last.payloadDigest());
    }

    private Recorded release(Sealing.Target target, NameRow row) {
        LeavingRow leaving = row.getLeaving();
        Recorded said = room.ledger()
                .record(
                        entry(leaving, Predicate.POSSESSION_RELEASED),
                        () -> sign(() -> new PossessionReleased(
                                        room.settings().self(),
                                        room.ledger().origin(),
                                        now(),
                                        brought(row),
                                        row.getTreeDigest(),
                                        target.volume(),
                                        target.name(),
                                        leaving.getReason())
                                .payload()),
                        (tx, recorded) -> {});
        FailPoint.CATALOGUE_RELEASED.pass();
        engine.volume(target.volume())
                .records(Pushes.checkName(target.name()))
                .remove(); // before the name is free: what comes next there has records of its own
        FailPoint.CATALOGUE_LEAVING_RECORDS_REMOVED.pass();
        room.store().update(tx -> free(tx, target, leaving));
        return said;
    }

    private Recorded destroy(Sealing.Target target, Volume volume, CheckpointName name, NameRow row) {
        LeavingRow leaving = row.getLeaving();
        Recorded intent = room.ledger()
                .record(
                        entry(leaving, Predicate.DESTRUCTION_INTENT),
                        () -> sign(() -> intent(target, row)),
                        (tx, recorded) -> {});
        FailPoint.CATALOGUE_DESTRUCTION_INTENDED.pass();
        if (!leaving.getMoved()) {
            volume.setAside(name, leaving.getJob(), new NodeId(0, leaving.getInode()));
            FailPoint.CATALOGUE_SET_ASIDE.pass();
            room.store()
                    .update(tx -> change(
                            tx,
                            target,
                            leaving,
                            now -> now.toBuilder()
                                    .setLeaving(leaving.toBuilder().setMoved(true))
                                    .build()));
            FailPoint.CATALOGUE_SET_ASIDE_STORED.pass();
        }
        if (!volume.removeAside(leaving.getJob(), engine::closing)) {
            throw new TransferException(
                    Code.SHUTTING_DOWN,
                    "the daemon stops: at its next start it goes on to destroy " + target.volume() + "/"
                            + target.name());
        }
        FailPoint.CATALOGUE_FILES_REMOVED.pass();
        volume.records(name).remove();
        volume.removeEmptyParents(parents(row));
        FailPoint.CATALOGUE_LEAVING_RECORDS_REMOVED.pass();
        Recorded said = room.ledger()
                .record(
                        entry(leaving, Predicate.DESTRUCTION),
                        () -> sign(() -> new Destruction(
                                        room.settings().self(),
                                        room.ledger().origin(),
                                        now(),
                                        brought(row),
                                        row.getTreeDigest(),
                                        target.volume(),
                                        target.name(),
                                        intent.payloadDigest())
                                .payload()),
                        (tx, recorded) -> free(tx, target, leaving));
        FailPoint.CATALOGUE_DESTROYED.pass();
        return said;
    }

    private byte[] intent(Sealing.Target target, NameRow row) {
        LeavingRow leaving = row.getLeaving();
        return new DestructionIntent(
                        room.settings().self(),
                        room.ledger().origin(),
                        now(),
                        brought(row),
                        row.getTreeDigest(),
                        target.volume(),
                        target.name(),
                        row.getContentDigest(),
                        row.getFiles(),
                        row.getLogicalBytes(),
                        leaving.getPrincipal(),
                        leaving.getGrant(),
                        leaving.getPolicy())
                .payload();
    }

    private byte[] sign(Supplier<byte[]> payload) {
        return room.ledger().keys().sign(payload.get());
    }

    private static EntryKey entry(LeavingRow leaving, Predicate predicate) {
        return new EntryKey("leave/" + leaving.getJob(), "self", predicate, 0);
    }

    private static Optional<Brought> brought(NameRow row) {
        return row.getTransferId().isEmpty()
                ? Optional.empty()
                : Optional.of(new Brought(Statements.hex(row.getTransferId().toByteArray()), row.getFrom()));
    }

    /** Directories above the name that its transfer made. */
    private List<String> parents(NameRow row) {
        if (row.getTransferId().isEmpty()) {
            return List.of();
        }
        Key key = new Key(Statements.hex(row.getTransferId().toByteArray()), Role.DESTINATION);
        return engine.rows()
                .get(key)
                .<List<String>>map(TransferRow::getParentsMadeList)
                .orElse(List.of());
    }

    private static void free(Tx tx, Sealing.Target target, LeavingRow leaving) {
        if (ours(tx, target, leaving).isPresent()) {
            Names.delete(tx, target.volume(), target.name());
        }
    }

    /** The rest of the row is as it is now: a receipt may have come meanwhile. */
    private static void change(Tx tx, Sealing.Target target, LeavingRow leaving, Function<NameRow, NameRow> how) {
        ours(tx, target, leaving).ifPresent(now -> Names.put(tx, target.volume(), target.name(), how.apply(now)));
    }

    private static Optional<NameRow> ours(Tx tx, Sealing.Target target, LeavingRow leaving) {
        return Names.get(tx, target.volume(), target.name())
                .filter(now -> now.getLeaving().getJob().equals(leaving.getJob()));
    }

    private Instant now() {
        return Instant.ofEpochMilli(room.clock().millis());
    }

    // ---- after a start

    /** Goes on, in the background, with what a stop left; what cannot go on says so in the log, and waits until it is asked for again or for the next start. */
    void recover() {
        List<Sealing.Target> left = new ArrayList<>();
        for (Volume volume : room.settings().volumes().values()) {
            room.store().read(tx -> {
                Names.scan(tx, volume.name(), "", "", (name, row) -> {
                    if (row.hasLeaving()) {
                        left.add(new Sealing.Target(volume.name(), name));
                    }
                    return true;
                });
                return left;
            });
        }
        if (!left.isEmpty()) {
            engine.background(() -> left.forEach(this::goOn), engine::failed);
        }
    }

    private void goOn(Sealing.Target target) {
        try (Claims.Claim _ = engine.claims().take(target, Claims.Work.LEAVING)) {
            room.store()
                    .read(tx -> Names.get(tx, target.volume(), target.name()))
                    .filter(NameRow::hasLeaving)
                    .ifPresent(row -> {
                        var _ = finish(target, row);
                    });
        } catch (RuntimeException e) {
            if (engine.isFatal(e)) {
                throw e;
            }
            log.warn(
                    "{}/{} has not left yet, see `carnet destroy` or `carnet release`: {}",
                    target.volume(),
                    target.name(),
                    e.getMessage());
        }
    }
}
