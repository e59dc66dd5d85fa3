package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Records;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into the catalogue what lies in a volume already: its tree, CVs and fingerprints are recorded beside it, and its name is taken. To seal says nothing to anybody; to adopt puts on record that this
 * daemon holds it.
 *
 * <p>In this order: the tree is walked and hashed; the name is reserved (SEALING); records and fingerprints are written; the tree is walked again and must be what was hashed; one commit makes the name
 * complete. To adopt, the commit before the last one (ADOPTING) has everything that the entry says, so that a crash between entry and commit is made good by {@link #recover}; a crash before that
 * leaves nothing.
 */
public final class Sealing {
    private static final Logger log = LoggerFactory.getLogger(Sealing.class);
    private static final String SEALING = "sealing";
    private static final String ADOPTING = "adopting";

    private final Room room;
    private final Engine engine;

    Sealing(Room room, Engine engine) {
        this.room = room;
        this.engine = engine;
    }

    /** What is done with it. */
    public enum Act {
        SEAL("seal", Policy.Right.PUSH),
        ADOPT("adopt", Policy.Right.PULL);

        private final String word;
        private final Policy.Right right;

        Act(String word, Policy.Right right) {
            this.word = word;
            this.right = right;
        }

        public String word() {
            return word;
        }
    }

    /** A name of a volume. */
    public record Target(String volume, String name) {
        boolean meets(Target other) {
            return volume.equals(other.volume)
                    && (name.equals(other.name)
                            || name.startsWith(other.name + "/")
                            || other.name.startsWith(name + "/"));
        }
    }

    /**
     * What came of it.
     *
     * @param state sealed or adopted
     * @param entry SHA-256 of the payload of the possession; where it is adopted
     * @param note a sentence for people; empty where there is nothing to say
     */
    public record Done(
            String state,
            String treeDigest,
            String contentDigest,
            long files,
            long bytes,
            Optional<String> entry,
            String note) {}

    // ---- before

    /**
     * The name of a path, where this principal may do this with it. Nothing is read but names.
     *
     * @param path absolute, as this daemon sees it
     * @throws TransferException BAD_SOURCE; POLICY; BAD_NAME; NAME_TAKEN, naming what stands in the way; READ_ONLY
     */
    public Target target(Act act, String principal, String path) {
        Path absolute = Pushes.absolute(path);
        Pushes.Place place = engine.pushes().place(absolute);
        String volume = place.volume().name();
        boolean may = List.of(act.right, Policy.Right.ADMIN).stream()
                .anyMatch(right ->
                        room.policy().get().grants(principal, right, volume, "").isPresent());
        if (!may) {
            throw new TransferException(
                    Code.POLICY,
                    "the principal '" + principal + "' may not " + act.word + " in the volume '" + volume
                            + "': that needs the right " + act.right.label()
                            + " on it, or admin; to give it, add [[grant]] principal = \"" + principal
                            + "\", volume = \"" + volume + "\", allow = \"" + act.right.label()
                            + "\" to the daemon's configuration, and reload");
        }
        Target target = new Target(volume, Pushes.checkName(place.relative()).value());
        standing(target);
        return target;
    }

    /** What was sealed or adopted under this very name before. Whatever else is in the way is refused. */
    private Optional<NameRow> standing(Target target) {
        Optional<Names.Taken> taken = room.store().read(tx -> Names.conflict(tx, target.volume, target.name));
        taken.ifPresent(other -> {
            NameRow row = other.row();
            boolean ours =
                    other.name().equals(target.name) && row.getTransferId().isEmpty() && !row.hasLeaving();
            if (!ours) {
                throw new TransferException(
                        Code.NAME_TAKEN,
                        target.volume + "/" + other.name() + " is " + standing(row)
                                + (other.name().equals(target.name)
                                        ? ": it is in the catalogue without being sealed"
                                        : ": no checkpoint of the catalogue may contain another"));
            }
        });
        return taken.map(Names.Taken::row).filter(NameRow::getPublished);
    }

    /** For people: how a name is taken. */
    static String standing(NameRow row) {
        if (row.hasLeaving()) {
            return Leaving.going(row.getLeaving());
        }
        if (!row.getTransferId().isEmpty()) {
            return (row.getPublished() ? "published" : "reserved") + " by transfer "
                    + Statements.hex(row.getTransferId().toByteArray());
        }
        return row.getPublished() ? row.getHow() : "being sealed";
    }

    // ---- the work

    /**
     * Does it. Where it is in the catalogue already and nobody has touched it since, nothing is hashed.
     *
     * @param caller what it may not read by its own rights is refused
     * @param job 32 hex digits, of this run alone
     * @param stopped asked between two chunks
     * @throws TransferException as {@link #target}; SOURCE_CHANGED, naming a member; BAD_SOURCE; LIMIT; CANCELLED; NO_SPACE; BUSY; STORAGE. Nothing is left of it then
     */
    public Done run(
            Act act, Target target, Caller caller, String job, Holdings.Progress progress, BooleanSupplier stopped) {
        Key key = new Key(job, Role.SOURCE);
        try (Claims.Claim _ = engine.claims().take(target, Claims.Work.SEALING)) {
            Volume volume = engine.volume(target.volume);
            CheckpointName name = Pushes.checkName(target.name);
            finish(target);
            Optional<NameRow> before = standing(target);
            try (SourceTree tree = volume.source(target.name, false, Readers.of(caller))) {
                if (before.isPresent() && untouched(volume, name)) {
                    tree.walk((member, print) -> {}); // whoever asks has to be able to read it
                    return again(act, target, before.get(), job);
                }
                Members members = new Members(room.store(), key);
                Walks.Found found = Walks.record(members, tree);
                new Hashing(room, engine, tree, key, found.logicalBytes(), progress, stopped).run();
                return put(act, target, volume, name, tree, key, before);
            }
        } catch (RuntimeException e) {
            throw engine.isFatal(e) || e instanceof dev.carnet.daemon.state.NoRoomException
                    ? e
                    : Failures.of(e, Role.SOURCE);
        } finally {
            room.store().update(tx -> Rows.forgetContent(tx, key));
        }
    }

    private static boolean untouched(Volume volume, CheckpointName name) {
        return volume.records(name).open("tree").map(Sealing::closed).orElse(false) && volume.standsAsRecorded(name);
    }

    private static boolean closed(dev.carnet.daemon.volume.RecordFile file) {
        file.close();
        return true;
    }

    private Done again(Act act, Target target, NameRow row, String job) {
        if (act == Act.SEAL || row.getHow().equals(Catalogue.ADOPTED)) {
            return done(row, "it is " + row.getHow() + " already and was not touched since: nothing was hashed");
        }
        NameRow adopting =
                row.toBuilder().setAdopting(true).setJob(job).build(); // it stays sealed until the entry counts
        room.store().update(tx -> Names.put(tx, target.volume, target.name, adopting));
        FailPoint.CATALOGUE_ADOPTING.pass();
        return done(adopt(target, adopting), "it was sealed and not touched since: nothing was hashed");
    }

    private Done put(
            Act act,
            Target target,
            Volume volume,
            CheckpointName name,
            SourceTree tree,
            Key key,
            Optional<NameRow> before) {
        Members members = new Members(room.store(), key);
        Trees trees = new Trees(room.store(), members, new Chunks(room.store(), key));
        TreeSummary summary = trees.summary();
        NameRow reserved = NameRow.newBuilder()
                .setHow(SEALING)
                .setJob(key.id())
                .setLogicalBytes(summary.logicalBytes())
                .build();
        reserve(target, reserved, before, summary);
        FailPoint.CATALOGUE_RESERVED.pass();
        try {
            Records records = volume.records(name);
            records.remove();
            records.write("name", out -> out.write(target.name.getBytes(UTF_8)));
            records.write("tree", trees::write);
            records.write("cvs", trees::writeCvs);
            RecordedBundles.record(records, name, room.ledger().keys().manifest());
            volume.recordPrints(name);
            Walks.unchanged(tree, members, path -> changed(act, path));
        } catch (RuntimeException e) {
            undo(target, volume, name);
            throw e;
        }
        FailPoint.CATALOGUE_RECORDS_WRITTEN.pass();
        NameRow row = reserved.toBuilder()
                .setTreeDigest(summary.treeDigest().hex())
                .setContentDigest(summary.contentDigest().hex())
                .setFiles(summary.files())
                .build();
        NameRow complete = act == Act.SEAL ? seal(target, row) : adopt(target, adopting(target, row));
        FailPoint.CATALOGUE_DONE.pass();
        log.info("{} {}/{}: tree {}", complete.getHow(), target.volume, target.name, complete.getTreeDigest());
        return done(complete, note(before, complete));
    }

    static TransferException changed(Act act, String path) {
        return new TransferException(
                Code.SOURCE_CHANGED,
                "'" + path + "' changed, came or went while it was being read: let its writer finish, then " + act.word
                        + " it again");
    }

    private static String note(Optional<NameRow> before, NameRow now) {
        if (before.isEmpty()) {
            return "";
        }
        String tree = before.get().getTreeDigest();
        return tree.equals(now.getTreeDigest())
                ? "it was " + before.get().getHow() + " before, with the same tree"
                : "it had changed: the record of the tree " + tree + ", which was "
                        + before.get().getHow() + ", is replaced";
    }

    /** From here on the old record counts no more. That an adopted tree is no longer held is said first. */
    private void reserve(Target target, NameRow reserved, Optional<NameRow> before, TreeSummary summary) {
        Optional<NameRow> gone = before.filter(row -> row.getHow().equals(Catalogue.ADOPTED))
                .filter(row -> !row.getTreeDigest().equals(summary.treeDigest().hex()));
        if (gone.isPresent()) {
            released(target, gone.get(), "it was changed", tx -> take(tx, target, reserved));
        } else {
            room.store().update(tx -> take(tx, target, reserved));
        }
    }

    private static void take(dev.carnet.daemon.state.Tx tx, Target target, NameRow reserved) {
        Names.conflict(tx, target.volume, target.name)
                .filter(taken -> !taken.name().equals(target.name)
                        || !taken.row().getTransferId().isEmpty()
                        || taken.row().hasLeaving())
                .ifPresent(taken -> {
                    throw new TransferException(
                            Code.NAME_TAKEN, target.volume + "/" + taken.name() + " is " + standing(taken.row()));
                });
        Names.put(tx, target.volume, target.name, reserved);
    }

    private NameRow seal(Target target, NameRow row) {
        NameRow sealed = row.toBuilder()
                .setPublished(true)
                .setHow(Catalogue.SEALED)
                .setPublishedMs(room.clock().millis())
                .build();
        room.store().update(tx -> Names.put(tx, target.volume, target.name, sealed));
        return sealed;
    }

    private NameRow adopting(Target target, NameRow row) {
        NameRow adopting = row.toBuilder().setHow(ADOPTING).build();
        room.store().update(tx -> Names.put(tx, target.volume, target.name, adopting));
        FailPoint.CATALOGUE_ADOPTING.pass();
        return adopting;
    }

    /** The entry, and with it the name. Also after a crash in between. */
    private NameRow adopt(Target target, NameRow row) {
        NameRow.Builder adopted = row.toBuilder()
                .clearAdopting()
                .setPublished(true)
                .setHow(Catalogue.ADOPTED)
                .setPublishedMs(room.clock().millis());
        Recorded entry = room.ledger()
                .record(
                        new EntryKey("adopt/" + row.getJob(), "self", Predicate.POSSESSION, 0),
                        () -> room.ledger().keys().sign(possession(target, row)),
                        (tx, recorded) -> Names.put(
                                tx,
                                target.volume,
                                target.name,
                                adopted.setPossessionDigest(recorded.payloadDigest())
                                        .build()));
        return adopted.setPossessionDigest(entry.payloadDigest()).build();
    }

    private byte[] possession(Target target, NameRow row) {
        return new Possession(
                        room.settings().self(),
                        room.ledger().origin(),
                        now(),
                        row.getTreeDigest(),
                        Possession.STATE_ADOPTED,
                        row.getContentDigest(),
                        target.volume,
                        target.name,
                        row.getFiles(),
                        row.getLogicalBytes(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())
                .payload();
    }

    private Instant now() {
        return Instant.ofEpochMilli(room.clock().millis());
    }

    private static Done done(NameRow row, String note) {
        return new Done(
                row.getHow(),
                row.getTreeDigest(),
                row.getContentDigest(),
                row.getFiles(),
                row.getLogicalBytes(),
                row.getHow().equals(Catalogue.ADOPTED) ? Optional.of(row.getPossessionDigest()) : Optional.empty(),
                note);
    }

    // ---- the way back

    private void undo(Target target, Volume volume, CheckpointName name) {
        volume.records(name).remove(); // first: what takes the name next has records of its own
        room.store().update(tx -> Names.delete(tx, target.volume, target.name));
    }

    /** Frees a name whose directory is gone. */
    void release(Volume volume, CheckpointName name, NameRow row) {
        volume.records(name).remove();
        Target target = new Target(volume.name(), name.value());
        Consumer<dev.carnet.daemon.state.Tx> free = tx -> Names.get(tx, target.volume, target.name)
                .filter(row::equals)
                .ifPresent(standing -> Names.delete(tx, target.volume, target.name));
        if (row.getHow().equals(Catalogue.ADOPTED)) {
            released(target, row, "found missing", free);
        } else {
            room.store().update(free);
        }
    }

    private void released(Target target, NameRow row, String why, Consumer<dev.carnet.daemon.state.Tx> then) {
        var _ = room.ledger()
                .record(
                        new EntryKey("adopt/" + row.getJob(), "self", Predicate.POSSESSION_RELEASED, 0),
                        () -> room.ledger()
                                .keys()
                                .sign(new PossessionReleased(
                                                room.settings().self(),
                                                room.ledger().origin(),
                                                now(),
                                                Optional.empty(),
                                                row.getTreeDigest(),
                                                target.volume,
                                                target.name,
                                                why)
                                        .payload()),
                        (tx, recorded) -> then.accept(tx));
    }

    /** After a start: what was being sealed leaves nothing, and whose possession may be on record is adopted. */
    void recover() {
        List<Target> left = new ArrayList<>();
        for (Volume volume : room.settings().volumes().values()) {
            room.store().read(tx -> {
                Names.scan(tx, volume.name(), "", "", (name, row) -> {
                    if (halfDone(row)) {
                        left.add(new Target(volume.name(), name));
                    }
                    return true;
                });
                return left;
            });
        }
        for (Target target : left) {
            try {
                finish(target);
            } catch (VolumeException e) {
                log.warn(
                        "{}/{} stays half done, until it is sealed again: {}",
                        target.volume,
                        target.name,
                        e.getMessage());
            }
        }
    }

    private static boolean halfDone(NameRow row) {
        return row.getTransferId().isEmpty() && !row.hasLeaving() && (!row.getPublished() || row.getAdopting());
    }

    private void finish(Target target) {
        Optional<NameRow> left = room.store()
                .read(tx -> Names.get(tx, target.volume, target.name))
                .filter(Sealing::halfDone);
        if (left.isEmpty()) {
            return;
        }
        if (left.get().getAdopting() || left.get().getHow().equals(ADOPTING)) {
            var _ = adopt(target, left.get());
            log.info("adopted {}/{}, which was left half done", target.volume, target.name);
        } else {
            undo(target, engine.volume(target.volume), Pushes.checkName(target.name));
            log.info("removed the record of {}/{}, which was left half done", target.volume, target.name);
        }
    }
}
