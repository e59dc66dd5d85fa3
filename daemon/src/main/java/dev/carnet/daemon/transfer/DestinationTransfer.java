package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Resume;
import dev.carnet.proto.wire.v1.Seal;
import dev.carnet.proto.wire.v1.Waiting;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The destination's side of a transfer, from ACCEPTED to CLOSED or ABORTED (SPEC section 9). Everything runs in its mailbox; bytes arrive in
 * {@link Receiving}, publication is {@link Publication}.
 */
final class DestinationTransfer extends Transfer {

    private final DestinationReceiving receiving;
    private final Publication publication;
    private final ToSource to = new ToSource(this);
    private final Requested requested = new Requested(this);
    private final Standstill standstill = new Standstill(this);
    private final Asking asking = new Asking();
    private final Pending pending = new Pending(this, entry(Predicate.RECEIPT_PENDING));

    DestinationTransfer(Room room, Engine engine, Key key, TransferRow row) {
        super(room, engine, key, row);
        this.receiving = new DestinationReceiving(room, engine, this);
        this.publication = new Publication(room, engine, this, to);
    }

    // ---- what the rooms below give us

    Volume volume() {
        return engine().volume(place().volume());
    }

    /** Empty where it left the configuration. */
    Optional<Volume> configuredVolume() {
        return Optional.ofNullable(room().settings().volumes().get(place().volume()));
    }

    CheckpointName name() {
        return CheckpointName.of(place().name());
    }

    Staging staging() {
        return volume().staging(row().getStagingId());
    }

    EntryKey entry(Predicate predicate) {
        return new EntryKey(key().id(), Role.DESTINATION.label(), predicate, 0);
    }

    // ---- the session

    @Override
    void sessionUp(Session session) {
        if (link().session().filter(live -> live.id().equals(session.id())).isEmpty()) {
            asking.soon(room().clock().millis());
        }
        link().up(session);
        requested.ask();
    }

    @Override
    void sessionDown(Session session) {
        if (link().down(session)) {
            receiving.stop();
            meter().disconnected(System.nanoTime());
            waiting(row().getPeer() + " to come back");
        }
    }

    /** Bytes go there; on any thread. */
    DestinationReceiving receiving() {
        return receiving;
    }

    /** What is said to the source; in the mailbox. */
    ToSource to() {
        return to;
    }

    @Override
    void message(Session session, Control message) {
        if (!session.open()) {
            return; // the last words of a session that another one follows
        }
        if (link().session().filter(live -> live.id().equals(session.id())).isEmpty()) {
            asking.soon(room().clock().millis());
        }
        link().up(session);
        seen();
        switch (message.getBodyCase()) {
            case OFFER -> {
                if (state() == State.REQUESTED) {
                    engine().admission().requested(session, message.getOffer(), this);
                    seen();
                    to.accept();
                } else {
                    offered();
                }
            }
            case REFUSE -> requested.refused(message.getRefuse());
            case WAITING -> told(message.getWaiting());
            case BLOB_PAGE, FILE_PAGE, FILE_SEALS -> receiving.message(message);
            case RESUME -> resumed(session, message.getResume());
            case BEGIN -> begin(session, message.getBegin());
            case SEAL -> seal(message.getSeal());
            case COUNTERSIGNED -> countersigned(message.getCountersigned());
            case CANCEL -> cancelled(message.getCancel());
            default -> throw outOfSequence(message);
        }
    }

    /** A source that is paused sends no chunks until it resumes. */
    private void told(Waiting told) {
        if (told.getCode() == Code.PAUSED && state() == State.RECEIVING) {
            receiving.stop();
        }
        waiting(row().getPeer() + ": " + told.getSentence());
    }

    /** The same Offer again: the source has not seen our answer. */
    private void offered() {
        if (state() == State.OFFERED) {
            engine().admission().accepted(this); // the intent could not be recorded then
        }
        if (state() == State.ACCEPTED) {
            checkPolicy();
            to.accept();
        } else if (state() == State.ABORTED) {
            to.aborted();
        }
    }

    private void resumed(Session session, Resume resume) {
        if (!resume.getOfferDigest().equals(offerDigest())) {
            throw new TransferException(
                    Code.OFFER_MISMATCH, row().getPeer() + " resumes " + key().id() + " with another offer");
        }
        engine().peerKeys().accept(this, resume.getKeys());
        checkPolicy();
        to.keys();
        switch (state()) {
            case OFFERED -> offered();
            case ACCEPTED -> to.accept();
            case RECEIVING -> openAttempt(session);
            case HALF_SIGNED -> {
                asking.asked(room().clock().millis());
                to.receipt();
            }
            case CLOSED -> to.closed();
            case ABORTING, ABORTED -> to.aborted();
            default -> sendWaiting(Code.CODE_UNSPECIFIED, "it is " + state());
        }
    }

    @Override
    void policyChanged() {
        checkPolicy();
    }

    /** Each session evaluates policy again, and so does a change of it, while there is something to stop. */
    private void checkPolicy() {
        boolean open = state() == State.ACCEPTED || state() == State.RECEIVING;
        if (open
                && engine().admission()
                        .rule(
                                row().getPeer(),
                                place().volume(),
                                !row().getRequest().isEmpty())
                        .isEmpty()) {
            throw new TransferException(
                    Code.POLICY,
                    "policy does not allow that anything comes from " + row().getPeer() + " into " + place().volume()
                            + " any more");
        }
    }

    private void begin(Session session, Begin begin) {
        String theirs = HexFormat.of().formatHex(begin.getIntentDigest().toByteArray());
        if (state() == State.ACCEPTED) {
            update(row -> row.setState(State.RECEIVING.name())
                    .setPeerIntent(theirs)
                    .setLastChunkMs(room().clock().millis()));
        } else if (state() != State.RECEIVING || !row().getPeerIntent().equals(theirs)) {
            throw new TransferException(
                    Code.PROTOCOL, row().getPeer() + " begins a second time, or with another intent");
        }
        openAttempt(session);
    }

    /** Raises the attempt durably, says what is held, and takes frames from then on. Earlier writers have ended. */
    private void openAttempt(Session session) {
        receiving.stop();
        if (row().getPaused()) {
            sayPaused();
            return;
        }
        standstill.over();
        standstill.makeAnew(row().getVoidedList());
        Resumption.note(this, session);
        receiving.open(session);
    }

    // ---- the end

    private void seal(Seal seal) {
        if (state() != State.RECEIVING) {
            publication.goOn(); // seen before
            return;
        }
        receiving.stop();
        if (row().getMembers() != offerParsed().getMembers()) {
            throw new TransferException(
                    Code.PROTOCOL,
                    row().getPeer() + " seals after " + row().getMembers() + " of "
                            + offerParsed().getMembers() + " members");
        }
        waiting("the tree to be computed");
        TreeSummary ours = summary();
        if (sealed()
                && !digestBytes(ours.treeDigest().hex()).equals(offerParsed().getTreeDigest())) {
            throw new TransferException(
                    Code.TREE_MISMATCH, "what has arrived is not the tree that " + row().getPeer() + " offered");
        }
        byte[] envelope = seal.getEnvelope().toByteArray();
        Dsse dsse = engine().statements().checkSeal(this, envelope, ours);
        record(
                entry(Predicate.SEAL),
                dsse::encode,
                (tx, recorded) -> rows().update(
                                tx,
                                key(),
                                row -> row.setState(State.SEALED.name())
                                        .setSeal(ByteString.copyFrom(recorded.envelope()))
                                        .setSealDigest(recorded.payloadDigest())
                                        .setTreeDigest(ours.treeDigest().hex())
                                        .setContentDigest(ours.contentDigest().hex())));
        FailPoint.DESTINATION_SEALED.pass();
        publication.goOn();
    }

    private TreeSummary summary() {
        try {
            return new Trees(room().store(), members(), chunks()).summary();
        } catch (IllegalStateException incomplete) {
            throw new TransferException(
                    Code.PROTOCOL, "sealed before every chunk is held: " + incomplete.getMessage(), incomplete);
        } catch (IllegalArgumentException broken) {
            throw new TransferException(
                    Code.PROTOCOL, "the members announced make no tree: " + broken.getMessage(), broken);
        }
    }

    private void countersigned(Countersigned countersigned) {
        if (state() == State.CLOSED) {
            to.closed();
            return;
        }
        if (state() != State.HALF_SIGNED) {
            throw new TransferException(Code.PROTOCOL, "a countersignature before the receipt");
        }
        byte[] envelope = countersigned.getEnvelope().toByteArray();
        engine().statements().checkCountersigned(this, envelope);
        publication.close(envelope);
        to.closed();
        publication.tidy();
    }

    /** Puts the parents of the name that are missing now on record: who makes them may be killed before it can say so. */
    void recordParents(CheckpointName name) {
        List<String> missing = engine().admission().missingParents(volume(), name);
        if (!missing.isEmpty()) {
            update(row -> row.addAllParentsMade(missing));
        }
    }

    // ---- giving up

    private void cancelled(Cancel cancel) {
        if (state() == State.REQUESTED) {
            requested.end(cancel.getCode(), row().getPeer() + ": " + cancel.getSentence(), false);
        } else if (state() == State.ABORTED) {
            to.aborted();
        } else if (abortable()) {
            abort(cancel.getCode(), row().getPeer() + ": " + cancel.getSentence());
        } else if (state() != State.ABORTING) {
            to.tooLate();
        }
    }

    /** Whether nothing is visible yet: a publication that stopped after its rename ends in a receipt. */
    private boolean abortable() {
        if (state() != State.STOPPED) {
            return state().abortable();
        }
        return volume().lookup(name())
                .filter(node -> node.inode() == row().getRootInode())
                .isEmpty();
    }

    @Override
    void pause() {
        boolean moving = state() == State.REQUESTED || state() == State.ACCEPTED || state() == State.RECEIVING;
        if (!moving || row().getPaused()) {
            return; // what is sealed needs no bytes more
        }
        receiving.stop();
        update(row -> row.setPaused(true));
        sayPaused();
    }

    @Override
    void cancel() {
        if (state() == State.REQUESTED) {
            requested.end(
                    Code.CANCELLED,
                    "cancelled by the operator of " + room().settings().self(),
                    true);
        } else if (abortable()) {
            abort(
                    Code.CANCELLED,
                    "cancelled by the operator of " + room().settings().self());
        }
    }

    private void abort(Code code, String sentence) {
        receiving.abandon();
        publication.abort(code, sentence(sentence));
        to.aborted();
    }

    @Override
    void noRoom(String sentence) {
        if (state() == State.RECEIVING) {
            receiving.stop();
            standstill.pause(Code.NO_SPACE, sentence, "no space left under its state");
        } else {
            waiting("space: " + sentence);
            engine().later(this, this::goOn);
        }
    }

    @Override
    void failed(TransferException e) {
        if (state() == State.REQUESTED) {
            room().refusals().refusedPeer(row().getPeer(), e.code(), place().volume(), sentence(e.forPeer()));
            requested.end(e.code(), String.valueOf(e.getMessage()), true);
        } else if (state() == State.RECEIVING && e.getCause() instanceof VolumeException disk && ownTrouble(disk)) {
            standStill(disk, Set.of());
        } else if (state() == State.ACCEPTED || state() == State.RECEIVING) {
            update(row -> row.setTold(e.forPeer()));
            abort(e.code(), String.valueOf(e.getMessage()));
        } else if (state() == State.HALF_SIGNED) {
            flag(e.code(), String.valueOf(e.getMessage()));
            room().refusals()
                    .refusedPeer(
                            row().getPeer(),
                            e.code(),
                            offerParsed().getVolume(),
                            sentence(String.valueOf(e.getMessage())));
            to.refuse(e.code(), String.valueOf(e.getMessage()));
        } else if (state().publishing()) {
            publication.stop(e); // everything is here and verified: that is not thrown away for a disk's sake
        } else if (state() == State.ABORTING) {
            // the row says why it was aborted, and the peer is owed that
            waiting("its staging to be removed: " + e.getMessage());
        } else if (!state().finished()) {
            flag(e.code(), String.valueOf(e.getMessage()));
        }
    }

    void standStill(VolumeException why, Set<Integer> voided) {
        receiving.stop();
        if (!standstill.disk(why, voided)) {
            update(row -> row.setTold("its disk fails again and again"));
            abort(Code.STORAGE, String.valueOf(why.getMessage()));
        }
    }

    /** Not the peer's fault, and perhaps over in a while. */
    private static boolean ownTrouble(VolumeException e) {
        return switch (e.kind()) {
            case NO_SPACE, IO, PERMISSION -> true;
            default -> false;
        };
    }

    /** After a restart, or when the operator says so: what can be done without the peer is done. */
    @Override
    void goOn() {
        switch (state()) {
            case REQUESTED -> requested.ask();
            case OFFERED -> engine().admission().accepted(this);
            case ACCEPTED -> {
                if (link().session().isPresent()) {
                    to.accept(); // the Begin that answered it could not be recorded
                }
            }
            case STOPPED -> publication.tryAgain();
            case SEALED, ASSEMBLED, PUBLISHING, PUBLISHED, HALF_SIGNED -> publication.goOn();
            case ABORTING -> {
                publication.finishAbort();
                to.aborted();
            }
            case CLOSED, ABORTED -> publication.tidy();
            case RECEIVING -> {
                if (standstill.paused()) {
                    link().session().ifPresent(this::openAttempt);
                }
            }
            default -> {}
        }
    }

    @Override
    void tick(long nowMillis) {
        switch (state()) {
            case REQUESTED -> {
                if (expired(nowMillis)) {
                    requested.end(
                            Code.EXPIRED,
                            "not offered for " + Spans.text(room().settings().stagingTtl()),
                            true);
                }
            }
            case ACCEPTED -> {
                // counted from this start at the earliest: while this daemon was down nobody could begin
                if (silentFor(nowMillis) > room().settings().beginTimeout().toMillis()) {
                    abort(
                            Code.NO_BEGIN,
                            row().getPeer() + " did not begin within "
                                    + room().settings().beginTimeout().toSeconds() + " s");
                }
            }
            case RECEIVING -> tickReceiving(nowMillis);
            case HALF_SIGNED -> {
                pending.tick(nowMillis);
                if (link().session().isPresent() && asking.due(nowMillis)) {
                    to.keys();
                    to.receipt();
                }
            }
            case ABORTING -> {
                if (standstill.lookAgain(nowMillis)) {
                    publication.finishAbort();
                    to.aborted();
                }
            }
            default -> {}
        }
    }

    /** The time to live does not run while it is paused here. */
    private boolean expired(long nowMillis) {
        return !row().getPaused()
                && nowMillis - row().getLastChunkMs()
                        > room().settings().stagingTtl().toMillis();
    }

    @Override
    void unpause() {
        if (!row().getPaused()) {
            super.unpause();
            return;
        }
        update(row -> row.setPaused(false).setLastChunkMs(room().clock().millis()));
        goOn();
        if (state() == State.RECEIVING) {
            link().session().ifPresent(this::openAttempt);
        }
    }

    private void tickReceiving(long nowMillis) {
        receiving.tick();
        if (expired(nowMillis) && standstill.lookAgain(nowMillis)) {
            abort(Code.EXPIRED, "no chunk for " + Spans.text(room().settings().stagingTtl()));
        } else if (standstill.canGoOn(nowMillis)) {
            link().session().ifPresent(this::openAttempt);
        } else if (link().session().isPresent()
                && silentFor(nowMillis) > room().settings().silenceMax().toMillis()
                && receiving.silentFor(room().settings().silenceMax())) {
            link().session()
                    .get()
                    .close(
                            Code.TIMEOUT,
                            "no chunk of transfer " + key().id() + " for "
                                    + room().settings().silenceMax().toSeconds() + " s");
        }
    }

    /** Until our half of the receipt is signed, what it has published is its own. */
    @Override
    boolean needs(Sealing.Target target, NameRow standing) {
        return Statements.hex(standing.getTransferId().toByteArray()).equals(key().id())
                && (state().publishing() || state() == State.STOPPED);
    }

    @Override
    void shutdown() {
        receiving.shutdown();
    }

    @Override
    TransferView view() {
        return Views.destination(this, receiving.live());
    }
}
