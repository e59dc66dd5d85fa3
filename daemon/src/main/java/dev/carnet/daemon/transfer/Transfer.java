package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Request;
import dev.carnet.proto.wire.v1.Waiting;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both sides of a transfer share: its row, its mailbox, its side of the session. What changes it runs in the mailbox. */
abstract class Transfer {
    /** Refusals after which the same is said again a moment later. */
    static final Set<Code> AGAIN = EnumSet.of(Code.BUSY, Code.SHUTTING_DOWN, Code.TIMEOUT, Code.REPLACED);

    private static final Logger log = LoggerFactory.getLogger(Transfer.class);

    private final Room room;
    private final Engine engine;
    private final Key key;
    private final Link link;
    private final Meter meter = new Meter();
    private final Mailbox mailbox;
    private final Members members;
    private final Chunks chunks;
    private volatile TransferRow row;
    private volatile @Nullable String waitingFor;
    private volatile long seenMillis;
    private volatile boolean ticking;
    private boolean publishing; // in the mailbox

    Transfer(Room room, Engine engine, Key key, TransferRow row) {
        this.room = room;
        this.engine = engine;
        this.key = key;
        this.row = row;
        this.link = new Link(key);
        this.members = new Members(room.store(), key);
        this.chunks = new Chunks(room.store(), key);
        this.seenMillis = room.clock().millis();
        this.mailbox = new Mailbox(engine.pool(), this::threw);
    }

    // ---- events; all in the mailbox

    abstract void sessionUp(Session session);

    abstract void sessionDown(Session session);

    abstract void message(Session session, Control message);

    abstract void cancel();

    abstract void goOn();

    /** Ends it where policy does not allow any more that anything of it moves. In the mailbox. */
    abstract void policyChanged();

    /** Stops moving bytes until {@link #unpause}; durable. In the mailbox. */
    abstract void pause();

    /** Goes on after a pause; in the mailbox. */
    void unpause() {
        if (row.getPaused()) {
            update(r -> r.setPaused(false));
        }
        goOn();
    }

    /** What a message that goes now carries. */
    KeyEvidence ourKeys() {
        return link().session()
                .map(session -> {
                    try {
                        return engine().peerKeys().ours(session);
                    } catch (SessionClosedException e) {
                        return engine().peerKeys().ours(); // which nobody hears
                    }
                })
                .orElseGet(() -> engine().peerKeys().ours());
    }

    abstract void failed(TransferException e);

    /** Our own state has no room: nothing is broken, and the same may be tried again. */
    abstract void noRoom(String sentence);

    abstract void tick(long nowMillis);

    /** Stops threads; nothing durable changes. */
    abstract void shutdown();

    abstract TransferView view();

    /** Whether it still reads what stands at a name, or works on it. On any thread. */
    abstract boolean needs(Sealing.Target target, NameRow standing);

    // ---- the row

    /** As the last commit made it. */
    TransferRow row() {
        return row;
    }

    State state() {
        return State.valueOf(row.getState());
    }

    void update(Consumer<TransferRow.Builder> change) {
        write(tx -> engine.rows().update(tx, key, change));
    }

    /** Runs a commit that may change the row, and takes the row as it is then. */
    void write(Consumer<Tx> work) {
        room.store().update(work);
        refresh();
    }

    /** Records an entry with the commit that it belongs to, and takes the row as it is then. */
    void record(EntryKey entry, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        room.ledger().record(entry, build, then);
        refresh();
    }

    /** Takes the row as it is in the database: what is seen here is durable. Several threads commit, so an older one never replaces a newer. */
    synchronized void refresh() {
        TransferRow before = row;
        TransferRow now = engine.rows().get(key).orElse(before);
        if (now.getRevision() <= before.getRevision()) {
            return;
        }
        row = now;
        if (!before.getState().equals(now.getState())) {
            log.info(
                    "transfer {} ({}): {} -> {} {}",
                    key.id(),
                    key.role().label(),
                    before.getState(),
                    now.getState(),
                    now.getSentence());
        }
    }

    /** Runs a task in the mailbox when the published log covers the receipt: what is in no log that others can read is handed out to nobody. */
    void whenReceiptIsPublished(EntryKey receipt, Runnable task) {
        if (publishing) {
            return;
        }
        publishing = true;
        waiting("its ledger to be published"
                + room.published().waitingFor().map(why -> ": " + why).orElse(""));
        long sequence = room.ledger().find(receipt).orElseThrow().sequence();
        room.published()
                .whenCovers(
                        sequence,
                        () -> post(() -> {
                            publishing = false;
                            task.run();
                        }));
    }

    /** Says what is wrong, without an end: the operator reads it in the status. */
    void flag(Code code, String sentence) {
        log.warn("transfer {} ({}): {} {}", key.id(), key.role().label(), code, sentence);
        update(r -> r.setCode(code.getNumber()).setSentence(sentence));
    }

    /** What only a transfer under way needs is removed. */
    void forgetContent() {
        double average = meter.average(System.nanoTime());
        write(tx -> {
            Rows.forgetContent(tx, key);
            engine.rows().update(tx, key, r -> r.setTidy(true).setRateAverage(average));
        });
        waiting(null);
    }

    // ---- helpers

    void sendWaiting(Code code, String sentence) {
        link.send(Control.newBuilder()
                .setWaiting(Waiting.newBuilder()
                        .setTransferId(link.transferId())
                        .setState(state().name())
                        .setCode(code)
                        .setSentence(sentence(sentence))));
    }

    /** To the operator here, and to a peer that knows of the transfer. */
    void sayPaused() {
        String who = "the operator of " + room.settings().self();
        waiting(who + ", who has paused it: `carnet continue` goes on");
        if (!row.getOffer().isEmpty()) {
            sendWaiting(Code.PAUSED, who + " has paused it");
        }
    }

    /** At most one tick waits in the mailbox. */
    void tickSoon(long nowMillis) {
        if (!ticking) {
            ticking = true;
            post(() -> {
                ticking = false;
                tick(nowMillis);
            });
        }
    }

    /** Whether nothing waits to be done. */
    boolean idle() {
        return mailbox.idle();
    }

    void post(Runnable task) {
        mailbox.post(task);
    }

    void postMessage(Runnable task) {
        mailbox.postMessage(task);
    }

    /** Decides what a failure means, in the mailbox; what cannot be recorded for want of room is decided again a moment later. */
    void threw(Throwable e) {
        if (engine.closing()) {
            log.debug(
                    "transfer {} ({}): while the daemon stops",
                    key.id(),
                    key.role().label(),
                    e);
            return;
        }
        try {
            decide(e);
        } catch (NoRoomException full) {
            log.warn("transfer {} ({}): {}", key.id(), key.role().label(), full.getMessage());
            waiting("space: " + full.getMessage());
            engine.later(this, () -> threw(e));
        } catch (RuntimeException again) {
            log.error("transfer {} ({}): while failing", key.id(), key.role().label(), again);
            if (engine.isFatal(again)) {
                engine.fatal(again);
            }
        }
    }

    private void decide(Throwable e) {
        if (engine.isFatal(e)) {
            engine.fatal(e);
            return;
        }
        RuntimeException cause = (RuntimeException) e; // every Error is fatal
        if (cause instanceof NoRoomException full) {
            log.warn("transfer {} ({}): {}", key.id(), key.role().label(), full.getMessage());
            noRoom(String.valueOf(full.getMessage()));
            return;
        }
        TransferException failure = Failures.of(cause, key.role());
        if (failure.code() == Code.INTERNAL) {
            log.error("transfer {} ({})", key.id(), key.role().label(), cause);
        }
        failed(failure);
    }

    /** Cancels, and does not forget it where there is no room to record that. */
    void cancelForSure() {
        try {
            cancel();
        } catch (NoRoomException full) {
            waiting("space, to record that it is cancelled: " + full.getMessage());
            engine.later(this, this::cancelForSure);
        }
    }

    /** For background work: its failure becomes this transfer's. */
    void failLater(Throwable e) {
        post(() -> threw(e));
    }

    byte[] sign(byte[] payload) {
        return room.ledger().keys().sign(payload);
    }

    byte[] signTwice(byte[] payload) {
        return room.ledger().keys().signTwice(payload);
    }

    Offer offerParsed() {
        try {
            return Offer.parseFrom(row.getOffer());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the stored offer of " + key.id() + " cannot be read", e);
        }
    }

    /** What was asked for, of a pull. */
    Optional<Request> request() {
        if (row.getRequest().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Request.parseFrom(row.getRequest()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the stored request of " + key.id() + " cannot be read", e);
        }
    }

    /** Where it goes, at the destination. */
    record Place(String volume, String name) {}

    /** Known before there is an Offer, too. */
    Place place() {
        if (!row.getOffer().isEmpty()) {
            Offer offer = offerParsed();
            return new Place(offer.getVolume(), offer.getName());
        }
        Request request = request().orElseThrow();
        return new Place(request.getToVolume(), request.getToName());
    }

    /** Digest of the tree that travels first in sealed mode: of the whole, where a part of it is moved. */
    static ByteString treeSent(Offer offer) {
        return offer.getPartOf().isEmpty() ? offer.getTreeDigest() : offer.getPartOf();
    }

    /** Whether tree and CVs travel before the chunks. */
    boolean sealed() {
        return offerParsed().getMode() == Mode.MODE_SEALED;
    }

    ByteString offerDigest() {
        return sha256(row.getOffer().toByteArray());
    }

    static ByteString sha256(byte[] bytes) {
        return ByteString.copyFrom(Trees.sha256().digest(bytes));
    }

    static ByteString digestBytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    /** Cut to what the wire takes, on a character's boundary. */
    static String sentence(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= Limits.SENTENCE_BYTES_MAX) {
            return text;
        }
        int end = Limits.SENTENCE_BYTES_MAX - 3;
        while ((utf8[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8) + "…";
    }

    TransferException outOfSequence(Control message) {
        return new TransferException(
                Code.PROTOCOL,
                row.getPeer() + " sent " + message.getBodyCase() + " in state " + row.getState() + " of transfer "
                        + key.id());
    }

    void seen() {
        seenMillis = room.clock().millis();
    }

    long silentFor(long nowMillis) {
        return nowMillis - seenMillis;
    }

    void waiting(@Nullable String what) {
        waitingFor = what;
    }

    @Nullable
    String waitingFor() {
        return waitingFor;
    }

    Room room() {
        return room;
    }

    Engine engine() {
        return engine;
    }

    Rows rows() {
        return engine.rows();
    }

    Key key() {
        return key;
    }

    Link link() {
        return link;
    }

    Meter meter() {
        return meter;
    }

    Members members() {
        return members;
    }

    Chunks chunks() {
        return chunks;
    }
}
