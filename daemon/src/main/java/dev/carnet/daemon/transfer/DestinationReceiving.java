package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Held;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a source's bytes: members, or tree and CVs in sealed mode, and chunks, in one attempt after another. In the transfer's mailbox where nothing else is said. */
final class DestinationReceiving {
    private static final Logger log = LoggerFactory.getLogger(DestinationReceiving.class);

    private final Room room;
    private final Engine engine;
    private final DestinationTransfer transfer;
    private final Intake intake;
    private volatile @Nullable Receiving receiving;
    private volatile boolean sealedMode; // of the attempt
    private @Nullable SealedIntake sealedIntake; // until tree and CVs are on record
    private volatile @Nullable SealedCvs sealedCvs;

    DestinationReceiving(Room room, Engine engine, DestinationTransfer transfer) {
        this.room = room;
        this.engine = engine;
        this.transfer = transfer;
        this.intake = new Intake(transfer);
    }

    /** The attempt under way, for a view; on any thread. */
    @Nullable
    Receiving live() {
        return receiving;
    }

    // ---- frames

    /** Whether a frame is one of the attempt that receives now; on an event loop. */
    boolean wanted(ChunkHeader header) {
        Receiving now = receiving;
        return now != null && now.wanted(header);
    }

    /** Takes a frame; on an event loop. */
    boolean chunk(ChunkHeader header, PooledChunk chunk) {
        Receiving now = receiving;
        return now != null && now.offer(header, chunk);
    }

    /** Holds a chunk against what is on record of it, in sealed mode; on a worker thread of the attempt. */
    void checkSealed(MemberRow member, int chunk, ChunkSum sum) {
        SealedCvs values = sealedCvs;
        if (values != null) {
            values.check(member, chunk, sum);
        } else if (sealedMode) {
            throw new TransferException(Code.PROTOCOL, transfer.row().getPeer() + " sends a chunk before its tree");
        }
    }

    void ack(Ack.Builder ack) {
        transfer.link().send(Control.newBuilder().setAck(ack));
    }

    // ---- members

    /** Pages and seals of files, or pages of blobs. What is of an attempt that has ended comes too late to matter. */
    void message(Control message) {
        switch (message.getBodyCase()) {
            case BLOB_PAGE -> {
                if (current(message.getBlobPage().getAttempt())) {
                    SealedIntake blobs = sealedIntake;
                    if (blobs == null) {
                        throw transfer.outOfSequence(message);
                    }
                    blobs.page(message.getBlobPage());
                }
            }
            case FILE_PAGE -> {
                notSealed(message);
                if (current(message.getFilePage().getAttempt())) {
                    intake.page(message.getFilePage());
                }
            }
            case FILE_SEALS -> {
                notSealed(message);
                if (current(message.getFileSeals().getAttempt())) {
                    intake.fileSeals(message.getFileSeals());
                }
            }
            default -> throw transfer.outOfSequence(message);
        }
    }

    private void notSealed(Control message) {
        if (sealedMode) {
            throw transfer.outOfSequence(message);
        }
    }

    private boolean current(int attempt) {
        return transfer.state() == State.RECEIVING && attempt == transfer.row().getAttempt();
    }

    /** From here on chunks may come. */
    void sealedOnRecord() {
        sealedCvs = SealedCvs.open(transfer.staging(), transfer.row().getPeer());
    }

    // ---- attempts

    /** Raises the attempt durably, and takes frames from then on; the attempt before has ended. */
    void open(Session session) {
        int attempt = transfer.row().getAttempt() + 1;
        transfer.write(tx -> {
            engine.rows()
                    .session(
                            tx,
                            transfer.key(),
                            session.id(),
                            stored -> stored.getBroughtChunk() ? stored : Sessions.row(session, Role.DESTINATION));
            engine.rows()
                    .update(
                            tx,
                            transfer.key(),
                            row -> row.setAttempt(attempt).clearCode().clearSentence());
        });
        FailPoint.DESTINATION_ATTEMPT_RAISED.pass();
        HeldSet held = held();
        sealedMode = transfer.sealed();
        if (sealedMode && transfer.row().getMembers() == 0) {
            sealedIntake = new SealedIntake(transfer, attempt);
        } else if (sealedMode) {
            sealedOnRecord();
        }
        receiving = new Receiving(
                new Receiving.Of(transfer, room, engine, attempt, session.id()),
                transfer.staging(),
                held,
                new FromWorkers(attempt));
        transfer.meter().connected(System.nanoTime());
        transfer.waiting(null);
        say(held, attempt);
    }

    private HeldSet held() {
        HeldSet held = new HeldSet();
        Members.Sizes sizes = transfer.members().sizes();
        transfer.chunks().forEach((member, chunk, sum) -> held.add(member, chunk, Geometry.chunks(sizes.of(member))));
        return held;
    }

    private void say(HeldSet held, int attempt) {
        List<Held.Builder> pages = held.pages(Limits.PAGE_RANGES_MAX);
        for (int i = 0; i < pages.size(); i++) {
            transfer.link()
                    .send(Control.newBuilder()
                            .setHeld(pages.get(i)
                                    .setTransferId(transfer.link().transferId())
                                    .setAttempt(attempt)
                                    .setMembersKnown(transfer.row().getMembers())
                                    .setLast(i == pages.size() - 1)));
        }
        FailPoint.DESTINATION_HELD_SENT.pass();
    }

    /**
     * Ends the attempt; what was written is held.
     *
     * @throws VolumeException IO where a write does not end: the attempt stays as it is, and is ended by a later call
     */
    void stop() {
        Receiving ended = receiving;
        if (ended == null) {
            closeBlobs();
            return;
        }
        try {
            ended.stop();
        } finally {
            if (ended.drained()) {
                receiving = null;
                closeBlobs();
            }
        }
    }

    /** Of sealed mode; only where no worker is left that reads them. */
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

    /** Ends the attempt of what is given up: the staged files go anyway, and what was not recorded was not acknowledged. */
    void abandon() {
        try {
            stop();
        } catch (RuntimeException e) {
            log.warn(
                    "transfer {}: its last attempt ended badly, and it is given up",
                    transfer.key().id(),
                    e);
        }
    }

    void tick() {
        Receiving now = receiving;
        if (now != null) {
            now.tick();
        }
    }

    /** Whether an attempt is under way and nothing came for it so long. */
    boolean silentFor(Duration time) {
        Receiving now = receiving;
        return now != null && now.silentNanos() > time.toNanos();
    }

    void shutdown() {
        Receiving now = receiving;
        if (now != null) {
            transfer.sendWaiting(Code.SHUTTING_DOWN, room.settings().self() + " stops");
            now.settle();
            now.stop();
        }
    }

    /** What worker threads report, put into the mailbox; void once the attempt is over. */
    private final class FromWorkers implements Receiving.Events {
        private final int attempt;

        FromWorkers(int attempt) {
            this.attempt = attempt;
        }

        @Override
        public void failed(Throwable why) {
            transfer.post(() -> {
                if (current(attempt) || engine.isFatal(why)) {
                    transfer.threw(why);
                }
            });
        }

        @Override
        public void paused(VolumeException why, Set<Integer> voided) {
            transfer.post(() -> {
                if (current(attempt)) {
                    transfer.standStill(why, voided);
                }
            });
        }
    }
}
