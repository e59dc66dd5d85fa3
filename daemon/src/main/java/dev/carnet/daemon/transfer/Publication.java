package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.NodeId;
import dev.carnet.daemon.volume.Records;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Offer;
import java.util.Locale;
import java.util.Optional;

/**
 * From the seal to the receipt, and the way back: each step is done, made durable, and only then becomes the state (SPEC section 9). Every step can be done
 * again from its start.
 */
final class Publication {
    /** All permission bits: a volume's mask that takes none. */
    private static final int MODES = 0777;

    private final Room room;
    private final Engine engine;
    private final DestinationTransfer transfer;
    private final ToSource to;

    Publication(Room room, Engine engine, DestinationTransfer transfer, ToSource to) {
        this.room = room;
        this.engine = engine;
        this.transfer = transfer;
        this.to = to;
    }

    /** Does what the state asks for until the source is needed. */
    void goOn() {
        while (true) {
            State state = transfer.state();
            switch (state) {
                case SEALED -> assemble();
                case ASSEMBLED -> announce();
                case PUBLISHING -> publish();
                case PUBLISHED -> sign();
                case HALF_SIGNED -> {
                    to.receipt();
                    return;
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void assemble() {
        transfer.waiting("every file to be forced to the disk");
        transfer.sendWaiting(Code.CODE_UNSPECIFIED, "it forces every file to its disk");
        Staging staging = transfer.staging();
        staging.assemble(transfer.members().asMembers());
        FailPoint.DESTINATION_TREE_ASSEMBLED.pass();
        Trees trees = new Trees(room.store(), transfer.members(), transfer.chunks());
        Records records = records();
        records.write("name", out -> out.write(transfer.name().value().getBytes(UTF_8)));
        records.write("tree", trees::write);
        records.write("cvs", trees::writeCvs);
        int mask = room.settings().modeMasks().getOrDefault(transfer.volume().name(), MODES);
        if (mask != MODES) {
            String octal = String.format(Locale.ROOT, "%04o\n", mask);
            records.write("mode-mask", out -> out.write(octal.getBytes(UTF_8)));
        }
        records.write("seal.dsse", transfer.row().getSeal()::writeTo);
        RecordedBundles.record(records, transfer.name(), room.ledger().keys().manifest());
        staging.recordPrints(transfer.name());
        FailPoint.DESTINATION_RECORDS_WRITTEN.pass();
        NodeId root = staging.root()
                .orElseThrow(() -> new TransferException(
                        Code.STORAGE, "the staged tree of " + transfer.key().id() + " is gone: somebody removed it"));
        to(State.ASSEMBLED, row -> row.setRootDevice(root.device()).setRootInode(root.inode()));
        FailPoint.DESTINATION_ASSEMBLED.pass();
    }

    /** The one state that announces an act: committed before the rename, with the one-sided possession. */
    private void announce() {
        TreeSummary tree = summary();
        transfer.record(
                transfer.entry(Predicate.POSSESSION),
                () -> transfer.sign(engine.statements().possession(transfer, tree)),
                (tx, recorded) -> engine.rows()
                        .update(
                                tx,
                                transfer.key(),
                                row -> row.setState(State.PUBLISHING.name())
                                        .setPossessionDigest(recorded.payloadDigest())));
        FailPoint.DESTINATION_PUBLISHING.pass();
    }

    private TreeSummary summary() {
        return new Trees(room.store(), transfer.members(), transfer.chunks()).summary();
    }

    private void publish() {
        transfer.waiting("the checkpoint to be published");
        Volume volume = transfer.volume();
        CheckpointName name = transfer.name();
        Staging staging = transfer.staging();
        Optional<NodeId> staged = staging.root();
        Optional<NodeId> target = volume.lookup(name);
        if (staged.isPresent() && target.isEmpty()) {
            transfer.recordParents(name); // an empty one may have been removed by somebody
            volume.prepareTarget(name, transfer.row().getStagingId());
            staging.publish(name);
            FailPoint.DESTINATION_RENAMED.pass();
        } else if (staged.isPresent()
                || target.isEmpty()
                || target.get().inode() != transfer.row().getRootInode()) {
            throw new TransferException(
                    Code.NAME_TAKEN,
                    "cannot publish " + volume.name() + "/" + name.value() + ": "
                            + (target.isPresent() ? "something else stands at the name" : "the staged tree is gone")
                            + "; clear it and `carnet continue "
                            + transfer.key().id() + "`, or `carnet cancel` it");
        }
        staging.seal(name, transfer.members().page(0, 1).getFirst().member());
        FailPoint.DESTINATION_TOP_SEALED.pass();
        transfer.write(tx -> {
            Offer offer = transfer.offerParsed();
            TransferRow row = transfer.row();
            Names.put(
                    tx,
                    offer.getVolume(),
                    offer.getName(),
                    NameRow.newBuilder()
                            .setPublished(true)
                            .setTransferId(offer.getTransferId())
                            .setCheckpointId(offer.getCheckpointId())
                            .setLogicalBytes(row.getLogicalBytes())
                            .setTreeDigest(row.getTreeDigest())
                            .setContentDigest(row.getContentDigest())
                            .setFiles(row.getFiles())
                            .setFrom(row.getPeer())
                            .setPublishedMs(room.clock().millis())
                            .setPartOf(
                                    offer.getPartOf().isEmpty()
                                            ? ""
                                            : Statements.hex(offer.getPartOf().toByteArray()))
                            .putAllLabels(Labels.of(offer.getLabelsList()))
                            .build());
            engine.rows().update(tx, transfer.key(), r -> r.setState(State.PUBLISHED.name()));
        });
        FailPoint.DESTINATION_PUBLISHED.pass();
    }

    /** Again from its start after a crash, as the table says; then our half of the receipt, built and signed once. */
    private void sign() {
        transfer.staging()
                .seal(transfer.name(), transfer.members().page(0, 1).getFirst().member());
        transfer.staging().destroy();
        byte[] envelope = transfer.signTwice(engine.statements().receipt(transfer));
        to(
                State.HALF_SIGNED,
                row -> row.setReceipt(ByteString.copyFrom(envelope))
                        .setWordWantedMs(room.clock().millis()));
        FailPoint.DESTINATION_HALF_SIGNED.pass();
    }

    /** The source has countersigned: the same bytes are logged here. */
    void close(byte[] envelope) {
        transfer.record(transfer.entry(Predicate.TRANSFER_RECEIPT), () -> envelope, (tx, recorded) -> {
            Offer offer = transfer.offerParsed();
            Names.get(tx, offer.getVolume(), offer.getName())
                    .filter(row -> row.getTransferId().equals(offer.getTransferId()))
                    .ifPresent(row -> Names.put(
                            tx,
                            offer.getVolume(),
                            offer.getName(),
                            row.toBuilder()
                                    .setReceiptDigest(recorded.payloadDigest())
                                    .build()));
            engine.rows()
                    .update(
                            tx,
                            transfer.key(),
                            row -> row.setState(State.CLOSED.name())
                                    .setReceipt(ByteString.copyFrom(recorded.envelope()))
                                    .clearCode()
                                    .clearSentence());
        });
        FailPoint.DESTINATION_CLOSED.pass();
    }

    /** What is left to do of a transfer that has ended; nothing where it was done before. */
    void tidy() {
        if (transfer.row().getTidy()) {
            return;
        }
        if (transfer.state() == State.CLOSED) {
            transfer.whenReceiptIsPublished(transfer.entry(Predicate.TRANSFER_RECEIPT), this::tidyNow);
        } else {
            tidyNow();
        }
    }

    private void tidyNow() {
        synchronized (engine.recordsLock()) {
            if (transfer.state() == State.CLOSED && ours()) {
                records().write("receipt.dsse", transfer.row().getReceipt()::writeTo);
                FailPoint.DESTINATION_RECEIPT_WRITTEN.pass();
            }
        }
        double average = transfer.meter().average(System.nanoTime());
        transfer.write(tx -> {
            Rows.forgetContent(tx, transfer.key());
            engine.rows().update(tx, transfer.key(), row -> row.setTidy(true).setRateAverage(average));
        });
        transfer.waiting(null);
    }

    /** Whether the name is still this transfer's: it may be leaving, or have been released and published anew. */
    private boolean ours() {
        Offer offer = transfer.offerParsed();
        return room.store()
                .read(tx -> Names.get(tx, offer.getVolume(), offer.getName()))
                .filter(row -> row.getTransferId().equals(offer.getTransferId()) && !row.hasLeaving())
                .isPresent();
    }

    private Records records() {
        return transfer.volume().records(transfer.name());
    }

    // ---- STOPPED

    /** Publication cannot go on without the operator; nothing is thrown away. */
    void stop(TransferException why) {
        State in = transfer.state();
        if (in == State.STOPPED) {
            transfer.flag(why.code(), String.valueOf(why.getMessage())); // where to go on stays as it is
            return;
        }
        to(
                State.STOPPED,
                row -> row.setStoppedIn(in.name())
                        .setCode(why.code().getNumber())
                        .setSentence(String.valueOf(why.getMessage())));
        FailPoint.DESTINATION_STOPPED.pass();
        transfer.waiting("the operator: " + why.getMessage());
        transfer.sendWaiting(Code.STOPPED, why.forPeer());
    }

    void tryAgain() {
        State in = State.valueOf(transfer.row().getStoppedIn());
        to(in, row -> row.clearStoppedIn().clearCode().clearSentence());
        goOn();
    }

    // ---- ABORTING

    /** First what we had is on record, then it goes. */
    void abort(Code code, String sentence) {
        String chunks = engine.statements().exposedChunks(transfer);
        transfer.record(
                transfer.entry(Predicate.TRANSFER_ABORT),
                () -> transfer.sign(engine.statements().abort(transfer, code, sentence, chunks)),
                (tx, recorded) -> engine.rows()
                        .update(
                                tx,
                                transfer.key(),
                                row -> row.setState(State.ABORTING.name())
                                        .setCode(code.getNumber())
                                        .setSentence(sentence)
                                        .setAbortDigest(recorded.payloadDigest())));
        FailPoint.DESTINATION_ABORTING.pass();
        finishAbort();
    }

    private void releasePossession(String reason) {
        Offer offer = transfer.offerParsed();
        TransferRow row = transfer.row();
        transfer.record(
                transfer.entry(Predicate.POSSESSION_RELEASED),
                () -> transfer.sign(engine.statements()
                        .possessionReleased(
                                transfer.key().id(),
                                row.getPeer(),
                                row.getTreeDigest(),
                                offer.getVolume(),
                                offer.getName(),
                                reason)),
                (tx, recorded) -> {});
    }

    void finishAbort() {
        if (!transfer.row().getPossessionDigest().isEmpty()) {
            releasePossession(transfer.row().getSentence());
        }
        Volume volume = transfer.volume();
        transfer.staging().destroy();
        if (!transfer.row().getTreeDigest().isEmpty()) {
            records().remove();
        }
        volume.removeEmptyParents(transfer.row().getParentsMadeList());
        FailPoint.DESTINATION_STAGING_REMOVED.pass();
        transfer.record(
                transfer.entry(Predicate.STAGING_DESTROYED),
                () -> transfer.sign(engine.statements().stagingDestroyed(transfer)),
                (tx, recorded) -> {
                    Offer offer = transfer.offerParsed();
                    Names.get(tx, offer.getVolume(), offer.getName())
                            .filter(row -> row.getTransferId().equals(offer.getTransferId()))
                            .ifPresent(row -> Names.delete(tx, offer.getVolume(), offer.getName()));
                    engine.rows().update(tx, transfer.key(), row -> row.setState(State.ABORTED.name()));
                });
        FailPoint.DESTINATION_ABORTED.pass();
        tidy();
    }

    private void to(State state, java.util.function.Consumer<TransferRow.Builder> change) {
        transfer.update(row -> {
            row.setState(state.name());
            change.accept(row);
        });
    }
}
