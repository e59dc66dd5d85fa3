package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Aborted;
import dev.carnet.proto.wire.v1.Accept;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Closed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Countersigned;
import dev.carnet.proto.wire.v1.Exists;
import dev.carnet.proto.wire.v1.ExistsAnswer;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.Held;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Receipt;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Resume;
import dev.carnet.proto.wire.v1.Seal;
import dev.carnet.proto.wire.v1.Waiting;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The source's side of a transfer: OPEN, SEALED, COUNTERSIGNED, CLOSED (SPEC section 9). Everything runs in its mailbox; the bytes move in
 * {@link SourceSending}.
 */
final class SourceTransfer extends Transfer {
    /** A destination that says one of these takes no frames for now. */
    private static final Set<Code> STANDSTILL =
            EnumSet.of(Code.NO_SPACE, Code.STORAGE, Code.SHUTTING_DOWN, Code.PAUSED);

    private final SourceSending sending;
    private volatile boolean hashing; // our own files, to be compared with what stands at the name
    private boolean answered; // since the session came up
    private final Asking asking = new Asking();
    private final Pending pending = new Pending(this, entry(Predicate.RECEIPT_PENDING));

    SourceTransfer(Room room, Engine engine, Key key, TransferRow row) {
        super(room, engine, key, row);
        this.sending = new SourceSending(room, engine, this);
    }

    // ---- the session comes and goes

    @Override
    void sessionUp(Session session) {
        if (link().session().filter(live -> live.id().equals(session.id())).isPresent()) {
            return; // it was found while it came up, and has been greeted
        }
        link().up(session);
        meter().connected(System.nanoTime());
        answered = false;
        seen(); // silence is counted from here: the peer could say nothing before
        asking.asked(room().clock().millis());
        greet();
    }

    @Override
    void sessionDown(Session session) {
        if (link().down(session)) {
            sending.stop();
            meter().disconnected(System.nanoTime());
            waiting("a session with " + row().getPeer());
        }
    }

    /** The peer asks for it, of a pull: it has not seen our Offer. */
    void askedFor(Session session) {
        if (state() == State.ABORTED) {
            engine().refuse(
                            session,
                            key().id(),
                            Code.forNumber(row().getCode()),
                            row().getTold().isEmpty() ? row().getSentence() : row().getTold(),
                            row().getSourceVolume());
        } else if (!state().finished()) {
            link().up(session);
            seen();
            greet();
        }
    }

    /** Says what the peer has to know to go on, by our state. */
    private void greet() {
        switch (state()) {
            case OPEN -> {
                checkPolicy();
                if (row().getOwnIntent().isEmpty()) {
                    offer();
                } else {
                    resume();
                }
            }
            case SEALED, COUNTERSIGNED -> resume();
            case CANCEL_WANTED -> sendCancel();
            case ABORTED -> {
                if (row().getPeerOwedCancel()) {
                    sendCancel();
                }
            }
            default -> {}
        }
    }

    @Override
    void policyChanged() {
        if (state() == State.OPEN) {
            checkPolicy();
        }
    }

    /** Each session evaluates policy again, and so does a change of it, while there is something to stop. */
    private void checkPolicy() {
        boolean pull = !row().getRequest().isEmpty();
        Policy.Act act = pull ? Policy.Act.SERVE_PULL : Policy.Act.SEND_PUSH;
        boolean allowed = room().policy()
                .get()
                .allows(row().getPeer(), act, row().getSourceVolume())
                .isPresent();
        if (!allowed) {
            throw new TransferException(
                    Code.POLICY,
                    "no rule lets '" + row().getSourceVolume() + "' be " + (pull ? "pulled by " : "pushed to ")
                            + row().getPeer() + " any more");
        }
    }

    private void offer() {
        waiting(row().getPeer() + " to answer the offer");
        Offer draft = offerParsed();
        if (draft.getDestinationOrigin().isEmpty()) {
            // the one fact that only the peer can tell; from here on the bytes never change
            String origin = link().session().map(Session::peerOrigin).orElse("");
            if (origin.isEmpty()) {
                return;
            }
            update(row -> row.setOffer(
                    draft.toBuilder().setDestinationOrigin(origin).build().toByteString()));
        }
        link().send(Control.newBuilder()
                .setOffer(OfferMessage.newBuilder().setOffer(row().getOffer()).setKeys(ourKeys())));
        FailPoint.SOURCE_OFFER_SENT.pass();
    }

    private void resume() {
        waiting(row().getPeer() + " to say what it holds");
        link().send(Control.newBuilder()
                .setResume(Resume.newBuilder()
                        .setTransferId(link().transferId())
                        .setOfferDigest(offerDigest())
                        .setState(state().name())
                        .setKeys(ourKeys())));
    }

    private void sendCancel() {
        link().send(Control.newBuilder()
                .setCancel(Cancel.newBuilder()
                        .setTransferId(link().transferId())
                        .setCode(row().getCode() == 0 ? Code.CANCELLED : Code.forNumber(row().getCode()))
                        .setSentence(sentence(row().getTold().isEmpty() ? row().getSentence() : row().getTold()))));
    }

    // ---- what the destination says

    @Override
    void message(Session session, Control message) {
        if (link().session().filter(live -> live.id().equals(session.id())).isEmpty()) {
            return; // of a session that has ended
        }
        answered = true;
        seen();
        switch (message.getBodyCase()) {
            case ACCEPT -> accepted(message.getAccept());
            case REFUSE -> refused(message.getRefuse());
            case EXISTS -> exists(message.getExists());
            case HELD -> held(session, message.getHeld());
            case FILE_PAGE_ACK -> pageAck(message.getFilePageAck());
            case ACK -> ack(message.getAck());
            case RECEIPT -> receipt(message.getReceipt());
            case CLOSED -> closed(message.getClosed());
            case ABORTED -> aborted(message.getAborted());
            case WAITING -> told(message.getWaiting());
            default -> throw outOfSequence(message);
        }
    }

    private void accepted(Accept accept) {
        if (state() != State.OPEN) {
            return;
        }
        engine().peerKeys().accept(this, accept.getKeys());
        String theirs = HexFormat.of().formatHex(accept.getIntentDigest().toByteArray());
        if (!row().getPeerIntent().isEmpty() && !row().getPeerIntent().equals(theirs)) {
            throw new TransferException(
                    Code.BAD_STATEMENT, row().getPeer() + " names another intent for this transfer than it did before");
        }
        if (row().getOwnIntent().isEmpty()) {
            record(
                    entry(Predicate.TRANSFER_INTENT),
                    () -> sign(engine().statements().intent(this, theirs)),
                    (tx, recorded) -> rows().update(
                                    tx,
                                    key(),
                                    row -> row.setOwnIntent(recorded.payloadDigest())
                                            .setPeerIntent(theirs)));
            FailPoint.SOURCE_INTENT_LOGGED.pass();
        }
        waiting(row().getPeer() + " to say what it holds");
        link().send(Control.newBuilder()
                .setBegin(Begin.newBuilder()
                        .setTransferId(link().transferId())
                        .setIntentDigest(digestBytes(row().getOwnIntent()))));
        FailPoint.SOURCE_BEGIN_SENT.pass();
    }

    private void refused(Refuse refuse) {
        if (state() == State.ABORTED) {
            update(row -> row.setPeerOwedCancel(false)); // it knows of nothing: there is nothing to take back
            return;
        }
        if (refuse.getCode() == Code.UNKNOWN_TRANSFER
                && state() == State.OPEN
                && row().getOwnIntent().isEmpty()) {
            offer();
        } else if (AGAIN.contains(refuse.getCode())) {
            waiting(row().getPeer() + ": " + refuse.getSentence());
            engine().later(this, this::again);
        } else if (state() == State.OPEN
                || (state() == State.CANCEL_WANTED && refuse.getCode() == Code.UNKNOWN_TRANSFER)) {
            abortHere(refuse.getCode(), refuse.getSentence(), false);
        } else {
            flag(refuse.getCode(), row().getPeer() + " refuses to go on: " + refuse.getSentence());
        }
    }

    private void again() {
        if (!state().finished() && link().session().isPresent()) {
            greet();
        }
    }

    private void exists(Exists exists) {
        if (state() != State.OPEN || !row().getOwnIntent().isEmpty() || hashing) {
            return;
        }
        hashing = true;
        String theirs = HexFormat.of().formatHex(exists.getTreeDigest().toByteArray());
        waiting("our own files to be hashed: " + row().getPeer() + " has a checkpoint of this name");
        engine().background(
                        () -> {
                            TreeSummary ours;
                            try {
                                ours = sending.check().hashAll(() -> state() == State.OPEN);
                            } finally {
                                hashing = false;
                            }
                            post(() -> compared(ours, theirs));
                        },
                        this::failLater);
    }

    private void compared(TreeSummary ours, String theirs) {
        if (state() != State.OPEN) {
            return;
        }
        boolean same = ours.treeDigest().hex().equals(theirs);
        link().send(Control.newBuilder()
                .setExistsAnswer(ExistsAnswer.newBuilder()
                        .setTransferId(link().transferId())
                        .setSame(same)));
        if (!same) {
            abortHere(
                    Code.NAME_TAKEN,
                    row().getPeer() + " has published another checkpoint as " + target() + " (tree "
                            + theirs.substring(0, 12) + "…): push under another name",
                    false);
            return;
        }
        update(row -> row.setState(State.EXISTS.name())
                .setTreeDigest(theirs)
                .setContentDigest(ours.contentDigest().hex())
                .setHeldBytes(row.getLogicalBytes()));
        FailPoint.SOURCE_EXISTS.pass();
        forgetContent();
    }

    private void held(Session session, Held page) {
        if (state() == State.OPEN && row().getPaused()) {
            if (page.getLast()) {
                sayPaused();
            }
        } else if (state() == State.OPEN && !row().getOwnIntent().isEmpty()) {
            sending.held(session, page);
        } else if (state() == State.SEALED && page.getLast()) {
            sendSeal(); // it has not seen the seal
        }
    }

    private void pageAck(FilePageAck ack) {
        if (state() == State.OPEN) {
            sending.pageAck(ack);
        }
    }

    private void ack(Ack ack) {
        if (state() == State.OPEN) {
            sending.ack(ack);
        }
    }

    private void told(Waiting told) {
        if (told.hasKeys()) {
            engine().peerKeys().accept(this, told.getKeys()); // before what they have signed
        }
        waiting(row().getPeer() + ": " + told.getSentence());
        if (STANDSTILL.contains(told.getCode())) {
            sending.stop();
        }
    }

    // ---- the end

    /** Every chunk is acknowledged: the source stands as it was walked, and what we computed is signed once. */
    void seal(TreeSummary tree) {
        if (state() != State.OPEN) {
            return;
        }
        if (sealed()
                && !digestBytes(tree.treeDigest().hex()).equals(offerParsed().getTreeDigest())) {
            throw new TransferException(
                    Code.SOURCE_CHANGED, "the records of the checkpoint do not come to the tree that was offered");
        }
        record(
                entry(Predicate.SEAL),
                () -> signTwice(engine().statements().seal(this, tree)),
                (tx, recorded) -> rows().update(
                                tx,
                                key(),
                                row -> row.setState(State.SEALED.name())
                                        .setWordWantedMs(room().clock().millis())
                                        .setSeal(ByteString.copyFrom(recorded.envelope()))
                                        .setSealDigest(recorded.payloadDigest())
                                        .setTreeDigest(tree.treeDigest().hex())
                                        .setContentDigest(tree.contentDigest().hex())));
        FailPoint.SOURCE_SEALED.pass();
        sendSeal();
    }

    private void sendSeal() {
        waiting(row().getPeer() + " to publish and sign");
        link().send(Control.newBuilder()
                .setSeal(Seal.newBuilder().setTransferId(link().transferId()).setEnvelope(row().getSeal())));
        FailPoint.SOURCE_SEAL_SENT.pass();
    }

    private void receipt(Receipt receipt) {
        switch (state()) {
            case SEALED, CANCEL_WANTED -> countersign(receipt);
            case COUNTERSIGNED, CLOSED -> sendCountersigned();
            default -> throw new TransferException(Code.PROTOCOL, "a receipt before the seal");
        }
    }

    private void countersign(Receipt receipt) {
        byte[] envelope = receipt.getEnvelope().toByteArray();
        byte[] moreSessions = receipt.getSessionsMore().toByteArray();
        TransferReceipt checked;
        try {
            checked = engine().statements().checkReceipt(this, envelope, moreSessions);
        } catch (TransferException e) {
            flag(e.code(), String.valueOf(e.getMessage()));
            return;
        }
        if (moreSessions.length > 0) {
            room().ledger().blob(moreSessions); // durable before the entry that names it
        }
        record(
                entry(Predicate.TRANSFER_RECEIPT),
                () -> room().ledger()
                        .keys()
                        .countersign(envelope, checked.source().entryKeys()),
                (tx, recorded) -> rows().update(
                                tx,
                                key(),
                                row -> row.setState(State.COUNTERSIGNED.name())
                                        .setReceipt(ByteString.copyFrom(recorded.envelope()))
                                        .clearCode()
                                        .clearSentence()));
        FailPoint.SOURCE_COUNTERSIGNED.pass();
        sendCountersigned();
    }

    private void sendCountersigned() {
        waiting(row().getPeer() + " to close");
        link().send(Control.newBuilder()
                .setCountersigned(Countersigned.newBuilder()
                        .setTransferId(link().transferId())
                        .setEnvelope(row().getReceipt())));
        FailPoint.SOURCE_COUNTERSIGNED_SENT.pass();
    }

    private void closed(Closed closed) {
        if (state() != State.COUNTERSIGNED) {
            return;
        }
        byte[] ours = row().getReceipt().toByteArray();
        if (!closed.getEnvelopeDigest().equals(sha256(ours))) {
            flag(Code.BAD_STATEMENT, row().getPeer() + " has closed with another envelope than the one we signed");
            return;
        }
        String blob = room().ledger().blob(ours);
        update(row -> row.setState(State.CLOSED.name()).setReceiptBlob(blob));
        FailPoint.SOURCE_CLOSED.pass();
        tidy();
    }

    /** What is left to do of a transfer that has ended. */
    private void tidy() {
        if (state() == State.CLOSED) {
            whenReceiptIsPublished(entry(Predicate.TRANSFER_RECEIPT), this::forgetContent);
        } else {
            forgetContent();
        }
    }

    // ---- giving up

    @Override
    void cancel() {
        switch (state()) {
            case OPEN ->
                abortHere(
                        Code.CANCELLED,
                        "cancelled by the operator of " + room().settings().self(),
                        true);
            case SEALED -> {
                update(row -> row.setState(State.CANCEL_WANTED.name())
                        .setCode(Code.CANCELLED_VALUE)
                        .setSentence("cancelled by the operator of "
                                + room().settings().self()));
                FailPoint.SOURCE_CANCEL_WANTED.pass();
                waiting(row().getPeer() + " to say whether it can still be taken back");
                sendCancel();
            }
            default -> {}
        }
    }

    @Override
    void pause() {
        if (state() != State.OPEN || row().getPaused()) {
            return; // what is sealed needs no bytes more
        }
        sending.stop();
        update(row -> row.setPaused(true));
        sayPaused();
    }

    @Override
    void goOn() {
        if (state().finished() && !row().getTidy()) {
            tidy();
        }
        if (!state().finished() && link().session().isPresent() && !sending.running()) {
            if (state() == State.OPEN && row().getCode() != 0) {
                update(row -> row.clearCode().clearSentence());
            }
            sending.stop();
            asking.asked(room().clock().millis());
            greet();
        }
    }

    private void aborted(Aborted aborted) {
        switch (state()) {
            case OPEN, SEALED, CANCEL_WANTED -> {
                if (aborted.getCode() != Code.TOO_LATE) {
                    abortHere(aborted.getCode(), row().getPeer() + ": " + aborted.getSentence(), false);
                } else if (state() == State.CANCEL_WANTED) {
                    update(row -> row.setState(State.SEALED.name()).clearCode().clearSentence());
                    resume(); // what it has to say to a sealed transfer it has not said to a cancelled one
                    waiting(row().getPeer() + " to finish: it was too late to cancel");
                }
            }
            case ABORTED -> update(row -> row.setPeerOwedCancel(false));
            default -> {}
        }
    }

    @Override
    void noRoom(String sentence) {
        sending.stop();
        waiting("space on this side: " + sentence);
        engine().later(this, this::again);
    }

    @Override
    void failed(TransferException e) {
        if (state() == State.OPEN) {
            update(row -> row.setTold(e.forPeer()));
            abortHere(e.code(), String.valueOf(e.getMessage()), true);
        } else if (!state().finished()) {
            flag(e.code(), String.valueOf(e.getMessage()));
        }
    }

    /** Ends the transfer on this side; logged where we may have sent anything. {@code tell}: the destination does not know yet. */
    private void abortHere(Code code, String sentence, boolean tell) {
        sending.stop();
        boolean begun = !row().getOwnIntent().isEmpty();
        if (begun) {
            String chunks = engine().statements().exposedChunks(this);
            record(
                    entry(Predicate.TRANSFER_ABORT),
                    () -> sign(engine().statements().abort(this, code, sentence(sentence), chunks)),
                    (tx, recorded) -> rows().update(tx, key(), row -> aborted(row, code, sentence, tell)));
            FailPoint.SOURCE_ABORT_LOGGED.pass();
        } else {
            update(row -> aborted(row, code, sentence, false));
        }
        if (tell) {
            sendCancel();
        }
        forgetContent();
    }

    private static void aborted(TransferRow.Builder row, Code code, String sentence, boolean tell) {
        row.setState(State.ABORTED.name())
                .setCode(code.getNumber())
                .setSentence(sentence)
                .setPeerOwedCancel(tell);
    }

    /** What a peer asked for and does not take, for the time to live: nobody here would miss it. */
    private boolean expired(long nowMillis) {
        long last = Math.max(row().getCreatedMs(), row().getLastChunkMs());
        return state() == State.OPEN
                && !row().getRequest().isEmpty()
                && !row().getPaused()
                && nowMillis - last > room().settings().stagingTtl().toMillis();
    }

    @Override
    void unpause() {
        if (row().getPaused()) {
            update(row -> row.setLastChunkMs(room().clock().millis()));
        }
        super.unpause();
    }

    @Override
    void tick(long nowMillis) {
        if (expired(nowMillis)) {
            abortHere(
                    Code.EXPIRED,
                    row().getPeer() + " has asked for it and taken nothing of it for "
                            + Spans.text(room().settings().stagingTtl()),
                    true);
        }
        pending.tick(nowMillis);
        Optional<Session> session = link().session();
        if (session.isEmpty() || state().finished()) {
            return;
        }
        if (state() != State.OPEN && asking.due(nowMillis)) {
            greet();
        }
        // once sealed, the other side may force files for as long as that takes; it has to have said something, though
        boolean expecting = !answered || sending.expectsAnswer();
        if (expecting && silentFor(nowMillis) > room().settings().silenceMax().toMillis()) {
            session.get()
                    .close(
                            Code.TIMEOUT,
                            "no sign of life of transfer " + key().id() + " for "
                                    + room().settings().silenceMax().toSeconds() + " s");
        }
    }

    @Override
    void shutdown() {
        sending.stop();
    }

    // ---- facts

    EntryKey entry(Predicate predicate) {
        return new EntryKey(key().id(), Role.SOURCE.label(), predicate, 0);
    }

    @Override
    TransferView view() {
        return Views.source(this, sending.live());
    }

    /** What is sealed is read no more. */
    @Override
    boolean needs(Sealing.Target target, NameRow standing) {
        return state() == State.OPEN
                && new Sealing.Target(row().getSourceVolume(), row().getSourceRelative()).meets(target);
    }

    private String target() {
        Offer offer = offerParsed();
        return offer.getVolume() + "/" + offer.getName();
    }

    @Nullable
    String receiptPath() {
        String blob = row().getReceiptBlob();
        return blob.isEmpty() || !row().getTidy()
                ? null
                : room().settings().blobs().resolve(blob).toString();
    }
}
