package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.v1.Code;
import java.util.List;
import java.util.Set;

/**
 * A destination that cannot go on for a while: its disk is full, or has failed under a file. It says so, keeps what it holds, and tries again. In the
 * transfer's mailbox; the attempt has ended before.
 */
final class Standstill {
    private static final int STORAGE_TRIES_MAX = 3;
    private static final long RETRY_MILLIS = 5_000;

    private final DestinationTransfer transfer;
    private boolean paused;
    private long retryMillis;
    private int storageFailures;
    private long heldAtFailure;

    Standstill(DestinationTransfer transfer) {
        this.transfer = transfer;
    }

    boolean paused() {
        return paused;
    }

    /** An attempt begins. */
    void over() {
        paused = false;
    }

    /** Whether it is time to look again; the next look is a while later. */
    boolean lookAgain(long nowMillis) {
        if (nowMillis < retryMillis) {
            return false;
        }
        retryMillis = nowMillis + RETRY_MILLIS;
        return true;
    }

    /** Whether it is paused, it is time, and there is room to go on with. */
    boolean canGoOn(long nowMillis) {
        if (!paused || !lookAgain(nowMillis)) {
            return false;
        }
        // the Offer's ceiling, until the members are on record
        long all = Math.max(
                transfer.row().getLogicalBytes(), transfer.offerParsed().getLogicalBytesMax());
        long left = all - transfer.row().getHeldBytes();
        return transfer.volume().usableBytes()
                >= Math.min(left, transfer.room().settings().windowMin());
    }

    /** A disk that is full, or fails: what is not on it is void, and we go on when it can. False where it has failed too often in a row. */
    boolean disk(VolumeException why, Set<Integer> voided) {
        if (!voided.isEmpty()) {
            transfer.write(tx -> {
                long lost = 0;
                for (int member : voided) {
                    lost += transfer.chunks()
                            .deleteFile(
                                    tx,
                                    member,
                                    transfer.members().get(tx, member).getSize());
                }
                long less = lost;
                transfer.rows()
                        .update(
                                tx,
                                transfer.key(),
                                r -> r.setHeldBytes(r.getHeldBytes() - less).addAllVoided(voided));
            });
            makeAnew(transfer.row().getVoidedList());
        }
        boolean full = why.kind() == VolumeException.Kind.NO_SPACE;
        if (transfer.row().getHeldBytes() > heldAtFailure) {
            storageFailures = 0; // it went on in between
        }
        heldAtFailure = transfer.row().getHeldBytes();
        if (!full && ++storageFailures > STORAGE_TRIES_MAX) {
            return false;
        }
        pause(
                full ? Code.NO_SPACE : Code.STORAGE,
                String.valueOf(why.getMessage()),
                full ? "no space left on its volume" : "its disk fails");
        return true;
    }

    /** Files whose force failed go onto new inodes: on record as void before the old ones go, so that a crash in between does no harm. */
    void makeAnew(List<Integer> voided) {
        if (voided.isEmpty()) {
            return;
        }
        Staging staging = transfer.staging();
        for (int member : voided) {
            MemberRow row = transfer.members().get(member);
            staging.discard(row.getPath());
            Intake.create(staging, row);
        }
        transfer.update(row -> row.clearVoided());
    }

    /** Stands still; {@code told} is what the peer may know of it. */
    void pause(Code code, String sentence, String told) {
        boolean full = code == Code.NO_SPACE;
        paused = true;
        retryMillis = transfer.room().clock().millis() + RETRY_MILLIS;
        transfer.flag(code, sentence);
        transfer.waiting(full ? "space: " + sentence : "the disk: " + sentence);
        transfer.sendWaiting(code, told);
    }
}
