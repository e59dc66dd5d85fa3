package dev.carnet.daemon.transfer;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.proto.ledger.Role;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the other side's last word is missing for long, that goes on record: once in the life of a transfer, and it changes nothing else (the word is asked for by {@link Asking}, for
 * ever). In the mailbox.
 */
final class Pending {
    private static final Logger log = LoggerFactory.getLogger(Pending.class);
    private static final long LATER_MILLIS = Duration.ofMinutes(1).toMillis();

    private final Transfer transfer;
    private final EntryKey entry;
    private long nextMillis = Long.MIN_VALUE;

    Pending(Transfer transfer, EntryKey entry) {
        this.transfer = transfer;
        this.entry = entry;
    }

    void tick(long nowMillis) {
        if (transfer.row().getPending() || !waits() || nowMillis < nextMillis) {
            return;
        }
        try {
            look(nowMillis);
        } catch (NoRoomException e) {
            nextMillis = nowMillis + LATER_MILLIS;
            log.warn(
                    "transfer {} ({}): that its receipt is pending is not on record yet: {}",
                    transfer.key().id(),
                    transfer.key().role().label(),
                    e.getMessage());
        }
    }

    /** We have given our word, and the other one is missing. */
    private boolean waits() {
        return switch (transfer.state()) {
            case SEALED, CANCEL_WANTED -> transfer.key().role() == Role.SOURCE;
            case HALF_SIGNED -> true;
            default -> false;
        };
    }

    private void look(long nowMillis) {
        if (transfer.row().getWordWantedMs() == 0) { // of an earlier version
            transfer.update(row -> row.setWordWantedMs(row.getUpdatedMs()));
        }
        TransferRow row = transfer.row();
        Duration max = transfer.room().settings().receiptPending();
        if (nowMillis - row.getWordWantedMs() < max.toMillis()) {
            return;
        }
        transfer.record(
                entry,
                () -> transfer.sign(transfer.engine().statements().receiptPending(transfer)),
                (tx, recorded) -> transfer.rows().update(tx, transfer.key(), r -> r.setPending(true)));
        log.info(
                "transfer {} ({}): on record that the last word of {} is missing",
                transfer.key().id(),
                transfer.key().role().label(),
                row.getPeer());
    }
}
