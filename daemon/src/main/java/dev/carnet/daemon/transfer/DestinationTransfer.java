package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Aborted;
import dev.carnet.proto.wire.v1.Accept;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Closed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Held;
import dev.carnet.proto.wire.v1.Receipt;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.RequestMessage;
import dev.carnet.proto.wire.v1.Resume;
import dev.carnet.proto.wire.v1.Seal;
import dev.carnet.proto.wire.v1.Waiting;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The destination's side of a transfer, from ACCEPTED to CLOSED or ABORTED (SPEC section 9). Everything runs in its mailbox; bytes arrive in
 * {@link Receiving}, publication is {@link Publication}.
 */
final class DestinationTransfer extends Transfer {

    private volatile @Nullable Receiving receiving;
    private volatile boolean sealedMode; // of the attempt
    private @Nullable SealedIntake sealedIntake; // until tree and CVs are on record
    private volatile @Nullable SealedCvs sealedCvs;
    private final Publication publication;
    private final Intake intake = new Intake(this);
    private final Standstill standstill = new Standstill(this);
    private final Asking asking = new Asking();

    DestinationTransfer(Room room, Engine engine, Key key, TransferRow row) {
        super(room, engine, key, row);
        this.publication = new Publication(room, engine, this);
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
        if (state() == State.REQUESTED) {
            sendRequest();
        }
    }

    private void sendRequest() {
        if (row().getPaused()) {
            sayPaused();
            return;
        }
        waiting(row().getPeer() + " to offer it");
        link().send(Control.newBuilder().setRequest(RequestMessage.newBuilder().setRequest(row().getRequest())));
        FailPoint.DESTINATION_REQUEST_SENT.pass();
    }

    @Override
    void sessionDown(Session session) {
        if (link().down(session)) {
            drain();
            meter().disconnected(System.nanoTime());
            waiting(row().getPeer() + " to come back");
        }
    }

    /** Ends the attempt; what was written is held. */
    private void drain() {
        Receiving ended = receiving;
        if (ended != null) {
            ended.stop();
            receiving = null;
        }
        closeBlobs();
    }

    /** Of sealed mode; no worker reads them any more. */
    private void closeBlobs() {
        SealedIntake blobs = sealedIntake;
        sealedIntake = null;
        if (blobs != null) {
            blobs.close();
        }
        SealedCvs values = sealedCvs;
        sealedCvs = null;
        if (values != null) {
            values.close();
        }
    }

    /** Whether a frame is one of the attempt that receives now; on an event loop. */
    boolean wanted(ChunkHeader header) {
        Receiving now = receiving;
        return now != null && now.wanted(header);
    }

    boolean chunk(ChunkHeader header, PooledChunk chunk) {
        Receiving now = receiving;
        return now != null && now.offer(header, chunk);
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
                    sendAccept();
                } else {
                    offered();
                }
            }
            case REFUSE -> refused(message.getRefuse());
            case WAITING -> told(message.getWaiting());
            case BLOB_PAGE -> blobPage(message);
            case RESUME -> resumed(session, message.getResume());
            case BEGIN -> begin(session, message.getBegin());
            case FILE_PAGE -> {
                if (sealedMode) {
                    throw outOfSequence(message);
                }
                if (current(message.getFilePage().getAttempt())) {
                    intake.page(message.getFilePage());
                }
            }
            case FILE_SEALS -> {
                if (sealedMode) {
                    throw outOfSequence(message);
                }
                if (current(message.getFileSeals().getAttempt())) {
                    intake.fileSeals(message.getFileSeals());
                }
            }
            case SEAL -> seal(message.getSeal());
            case COUNTERSIGNED -> countersigned(message.getCountersigned());
            case CANCEL -> cancelled(message.getCancel());
            default -> throw outOfSequence(message);
        }
    }

    /** What is of an attempt that has ended comes too late to matter. */
    private boolean current(int attempt) {
        return state() == State.RECEIVING && attempt == row().getAttempt();
    }

    private void blobPage(Control message) {
        if (!current(message.getBlobPage().getAttempt())) {
            return;
        }
        SealedIntake blobs = sealedIntake;
        if (blobs == null) {
            throw outOfSequence(message);
        }
        blobs.page(message.getBlobPage());
    }

    /** A source that is paused sends no chunks until it resumes. */
    private void told(Waiting told) {
        if (told.getCode() == Code.PAUSED && state() == State.RECEIVING) {
            drain();
        }
        waiting(row().getPeer() + ": " + told.getSentence());
    }

    /** The source's answer to our Request. */
    private void refused(Refuse refuse) {
        if (state() != State.REQUESTED) {
            return;
        }
        String sentence = row().getPeer() + ": " + refuse.getSentence();
        if (AGAIN.contains(refuse.getCode())) {
            waiting(sentence);
            engine().later(this, this::goOn);
        } else {
            notOffered(refuse.getCode(), sentence, false);
        }
    }

    /** The end of what was asked for and not accepted: nothing of it is here. */
    private void notOffered(Code code, String sentence, boolean tell) {
        update(row -> row.setState(State.ABORTED.name())
                .setCode(code.getNumber())
                .setSentence(sentence)
                .setTidy(true));
        waiting(null);
        if (tell) {
            link().send(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(link().transferId())
                            .setCode(code)
                            .setSentence(sentence(sentence))));
        }
    }

    /** Holds a chunk against what is on record of it, in sealed mode; on a worker thread of the attempt. */
    void checkSealed(MemberRow member, int chunk, ChunkSum sum) {
        SealedCvs values = sealedCvs;
        if (values != null) {
            values.check(member, chunk, sum);
        } else if (sealedMode) {
            throw new TransferException(Code.PROTOCOL, row().getPeer() + " sends a chunk before its tree");
        }
    }

    /** From here on chunks may come. */
    void sealedOnRecord() {
        sealedCvs = SealedCvs.open(staging(), row().getPeer());
    }

    /** The same Offer again: the source has not seen our answer. */
    private void offered() {
        if (state() == State.OFFERED) {
            engine().admission().accepted(this); // the intent could not be recorded then
        }
        if (state() == State.ACCEPTED) {
            checkPolicy();
            sendAccept();
        } else if (state() == State.ABORTED) {
            sendAborted();
        }
    }

    private void resumed(Session session, Resume resume) {
        if (!resume.getOfferDigest().equals(offerDigest())) {
            throw new TransferException(
                    Code.OFFER_MISMATCH, row().getPeer() + " resumes " + key().id() + " with another offer");
        }
        engine().peerKeys().accept(this, resume.getKeys());
        checkPolicy();
        tellKeys();
        switch (state()) {
            case OFFERED -> offered();
            case ACCEPTED -> sendAccept();
            case RECEIVING -> openAttempt(session);
            case HALF_SIGNED -> {
                asking.asked(room().clock().millis());
                sendReceipt();
            }
            case CLOSED -> sendClosed();
            case ABORTING, ABORTED -> sendAborted();
            default -> sendWaiting(Code.CODE_UNSPECIFIED, "it is " + state());
        }
    }

    /** The source knows our keys from Accept: where they are others now, it is told before it gets what they have signed. */
    private void tellKeys() {
        if (!row().getOwnBinding().equals(engine().peerKeys().own())) {
            link().send(Control.newBuilder()
                    .setWaiting(Waiting.newBuilder()
                            .setTransferId(link().transferId())
                            .setState(state().name())
                            .setSentence(room().settings().self() + " has other keys than in its Accept")
                            .setKeys(ourKeys())));
        }
    }

    /** Each session evaluates policy again, while there is something to stop. */
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

    void sendAccept() {
        waiting(row().getPeer() + " to begin");
        link().send(Control.newBuilder()
                .setAccept(Accept.newBuilder()
                        .setTransferId(link().transferId())
                        .setIntentDigest(digestBytes(row().getOwnIntent()))
                        .setKeys(ourKeys())
                        .setPolicyDigest(digestBytes(room().policy().get().digest()))));
        FailPoint.DESTINATION_ACCEPT_SENT.pass();
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
        drain();
        if (row().getPaused()) {
            sayPaused();
            return;
        }
        standstill.over();
        standstill.makeAnew(row().getVoidedList());
        Resumption.note(this, session);
        int attempt = row().getAttempt() + 1;
        write(tx -> {
            rows().session(
                            tx,
                            key(),
                            session.id(),
                            stored -> stored.getBroughtChunk() ? stored : Sessions.row(session, Role.DESTINATION));
            rows().update(tx, key(), row -> row.setAttempt(attempt).clearCode().clearSentence());
        });
        FailPoint.DESTINATION_ATTEMPT_RAISED.pass();
        HeldSet held = held();
        sealedMode = sealed();
        if (sealedMode && row().getMembers() == 0) {
            sealedIntake = new SealedIntake(this, attempt);
        } else if (sealedMode) {
            sealedOnRecord();
        }
        receiving = new Receiving(
                new Receiving.Of(this, room(), engine(), attempt, session.id()),
                staging(),
                held,
                new FromWorkers(attempt));
        meter().connected(System.nanoTime());
        waiting(null);
        List<Held.Builder> pages = held.pages(Limits.PAGE_RANGES_MAX);
        for (int i = 0; i < pages.size(); i++) {
            link().send(Control.newBuilder()
                    .setHeld(pages.get(i)
                            .setTransferId(link().transferId())
                            .setAttempt(attempt)
                            .setMembersKnown(row().getMembers())
                            .setLast(i == pages.size() - 1)));
        }
        FailPoint.DESTINATION_HELD_SENT.pass();
    }

    private HeldSet held() {
        HeldSet held = new HeldSet();
        Members.Sizes sizes = members().sizes();
        chunks().forEach((member, chunk, sum) -> held.add(member, chunk, Geometry.chunks(sizes.of(member))));
        return held;
    }

    /** What worker threads report. */
    private final class FromWorkers implements Receiving.Events {
        private final int attempt;

        FromWorkers(int attempt) {
            this.attempt = attempt;
        }

        @Override
        public void failed(Throwable why) {
            post(() -> {
                boolean ours = row().getAttempt() == attempt && state() == State.RECEIVING;
                if (ours || engine().isFatal(why)) {
                    threw(why);
                }
            });
        }

        @Override
        public void paused(VolumeException why, Set<Integer> voided) {
            post(() -> {
                if (row().getAttempt() == attempt && state() == State.RECEIVING) {
                    standStill(why, voided);
                }
            });
        }
    }

    void sendAck(Ack.Builder ack) {
        link().send(Control.newBuilder().setAck(ack));
    }

    // ---- the end

    private void seal(Seal seal) {
        if (state() != State.RECEIVING) {
            publication.goOn(); // seen before
            return;
        }
        drain();
        if (row().getMembers() != offerParsed().getMembers()) {
            throw new TransferException(
                    Code.PROTOCOL,
                    row().getPeer() + " seals after " + row().getMembers() + " of "
                            + offerParsed().getMembers() + " members");
        }
        waiting("the tree to be computed");
        TreeSummary ours = summary();
        if (sealedMode
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

    void sendReceipt() {
        waiting(row().getPeer() + " to countersign");
        link().send(Control.newBuilder()
                .setReceipt(Receipt.newBuilder()
                        .setTransferId(link().transferId())
                        .setEnvelope(row().getReceipt())
                        .setSessionsMore(
                                ByteString.copyFrom(engine().statements().moreSessions(this)))));
        FailPoint.DESTINATION_RECEIPT_SENT.pass();
    }

    private void countersigned(Countersigned countersigned) {
        if (state() == State.CLOSED) {
            sendClosed();
            return;
        }
        if (state() != State.HALF_SIGNED) {
            throw new TransferException(Code.PROTOCOL, "a countersignature before the receipt");
        }
        byte[] envelope = countersigned.getEnvelope().toByteArray();
        engine().statements().checkCountersigned(this, envelope);
        publication.close(envelope);
        sendClosed();
        publication.tidy();
    }

    /** Puts the parents of the name that are missing now on record: who makes them may be killed before it can say so. */
    void recordParents(CheckpointName name) {
        List<String> missing = engine().admission().missingParents(volume(), name);
        if (!missing.isEmpty()) {
            update(row -> row.addAllParentsMade(missing));
        }
    }

    private void sendClosed() {
        byte[] envelope = row().getReceipt().toByteArray();
        link().send(Control.newBuilder()
                .setClosed(Closed.newBuilder()
                        .setTransferId(link().transferId())
                        .setEnvelopeDigest(sha256(envelope))
                        .setEnvelope(row().getReceipt())));
        FailPoint.DESTINATION_CLOSED_SENT.pass();
    }

    // ---- giving up

    private void cancelled(Cancel cancel) {
        if (state() == State.REQUESTED) {
            notOffered(cancel.getCode(), row().getPeer() + ": " + cancel.getSentence(), false);
        } else if (state() == State.ABORTED) {
            sendAborted();
        } else if (abortable()) {
            abort(cancel.getCode(), row().getPeer() + ": " + cancel.getSentence());
        } else if (state() != State.ABORTING) {
            link().send(Control.newBuilder()
                    .setAborted(Aborted.newBuilder()
                            .setTransferId(link().transferId())
                            .setCode(Code.TOO_LATE)
                            .setSentence("it is " + state() + ": too late to take it back")));
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
        drain();
        update(row -> row.setPaused(true));
        sayPaused();
    }

    @Override
    void cancel() {
        if (state() == State.REQUESTED) {
            notOffered(
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
        Receiving ended = receiving;
        receiving = null;
        if (ended != null) {
            try {
                ended.stop();
            } catch (RuntimeException e) {
                // the staged files go anyway; what was not recorded was not acknowledged
            }
        }
        closeBlobs();
        publication.abort(code, sentence(sentence));
        sendAborted();
    }

    void sendAborted() {
        link().send(Control.newBuilder()
                .setAborted(Aborted.newBuilder()
                        .setTransferId(link().transferId())
                        .setCode(Code.forNumber(row().getCode()))
                        .setSentence(sentence(row().getTold().isEmpty() ? row().getSentence() : row().getTold()))
                        .setAbortDigest(
                                row().getAbortDigest().isEmpty()
                                        ? ByteString.EMPTY
                                        : digestBytes(row().getAbortDigest()))));
    }

    @Override
    void noRoom(String sentence) {
        if (state() == State.RECEIVING) {
            drain();
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
            notOffered(e.code(), String.valueOf(e.getMessage()), true);
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
            link().send(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(link().transferId())
                            .setCode(e.code())
                            .setSentence(sentence(String.valueOf(e.getMessage())))));
        } else if (state().publishing()) {
            publication.stop(e); // everything is here and verified: that is not thrown away for a disk's sake
        } else if (state() == State.ABORTING) {
            // the row says why it was aborted, and the peer is owed that
            waiting("its staging to be removed: " + e.getMessage());
        } else if (!state().finished()) {
            flag(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void standStill(VolumeException why, Set<Integer> voided) {
        drain();
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
            case REQUESTED -> {
                if (link().session().isPresent()) {
                    sendRequest();
                }
            }
            case OFFERED -> engine().admission().accepted(this);
            case ACCEPTED -> {
                if (link().session().isPresent()) {
                    sendAccept(); // the Begin that answered it could not be recorded
                }
            }
            case STOPPED -> publication.tryAgain();
            case SEALED, ASSEMBLED, PUBLISHING, PUBLISHED, HALF_SIGNED -> publication.goOn();
            case ABORTING -> {
                publication.finishAbort();
                sendAborted();
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
                    notOffered(
                            Code.EXPIRED,
                            "not offered for " + room().settings().stagingTtl().toDays() + " days",
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
                if (link().session().isPresent() && asking.due(nowMillis)) {
                    tellKeys();
                    sendReceipt();
                }
            }
            case ABORTING -> {
                if (standstill.lookAgain(nowMillis)) {
                    publication.finishAbort();
                    sendAborted();
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
        boolean paused = row().getPaused();
        super.unpause();
        if (paused && state() == State.RECEIVING) {
            update(row -> row.setLastChunkMs(room().clock().millis()));
            link().session().ifPresent(this::openAttempt);
        }
    }

    private void tickReceiving(long nowMillis) {
        Receiving now = receiving;
        if (now != null) {
            now.tick();
        }
        if (expired(nowMillis) && standstill.lookAgain(nowMillis)) {
            abort(Code.EXPIRED, "no chunk for " + room().settings().stagingTtl().toDays() + " days");
        } else if (standstill.canGoOn(nowMillis)) {
            link().session().ifPresent(this::openAttempt);
        } else if (now != null
                && link().session().isPresent()
                && silentFor(nowMillis) > room().settings().silenceMax().toMillis()
                && now.silentNanos() > room().settings().silenceMax().toNanos()) {
            link().session()
                    .get()
                    .close(
                            Code.TIMEOUT,
                            "no chunk of transfer " + key().id() + " for "
                                    + room().settings().silenceMax().toSeconds() + " s");
        }
    }

    @Override
    void shutdown() {
        Receiving now = receiving;
        if (now != null) {
            sendWaiting(Code.SHUTTING_DOWN, room().settings().self() + " stops");
            now.settle();
            now.stop();
        }
    }

    @Override
    TransferView view() {
        Receiving now = receiving;
        return Views.destination(this, now);
    }
}
