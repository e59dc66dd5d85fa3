package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.proto.ledger.Role;
import java.time.Duration;

/**
 * One-sided evidence: a side that has signed, or been signed to, and waits for the other's word asks for it for ever, less and less often, and at once in each new session. Not for two
 * threads at a time.
 */
final class Asking {
    static final Duration FIRST = Duration.ofMinutes(1);
    static final Duration LAST = Duration.ofHours(1);

    /** For whoever speaks first in a session to do so. */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private static final int DIGEST_SHOWN = 12;

    private long waitMillis = FIRST.toMillis();
    private long nextMillis = Long.MAX_VALUE;

    /** It has been asked just now, because a session is up or the operator said so. */
    void asked(long nowMillis) {
        waitMillis = FIRST.toMillis();
        nextMillis = nowMillis + waitMillis;
    }

    /** A session is up, and it is for the other side to speak first. */
    void soon(long nowMillis) {
        waitMillis = FIRST.toMillis() / 2;
        nextMillis = nowMillis + MOMENT.toMillis();
    }

    /** Whether it is time to ask; the next time is later by twice as much. */
    boolean due(long nowMillis) {
        if (nextMillis == Long.MAX_VALUE) {
            asked(nowMillis);
        }
        if (nowMillis < nextMillis) {
            return false;
        }
        waitMillis = Math.min(2 * waitMillis, LAST.toMillis());
        nextMillis = nowMillis + waitMillis;
        return true;
    }

    /** What of a transfer is on this side's record while the other's word is missing, for people; empty in other states. */
    static String evidence(Role role, TransferRow row) {
        return switch (State.valueOf(row.getState())) {
            case SEALED, CANCEL_WANTED ->
                role == Role.SOURCE
                        ? "; on record here: our seal " + shown(row.getSealDigest()) + ", and no receipt yet"
                        : "; on record here: the source's seal " + shown(row.getSealDigest());
            case PUBLISHED, HALF_SIGNED ->
                "; on record here: the source's seal " + shown(row.getSealDigest()) + " and our possession "
                        + shown(row.getPossessionDigest()) + ", and no receipt with both signatures yet";
            case COUNTERSIGNED -> "; on record here: the receipt with both signatures";
            default -> "";
        };
    }

    private static String shown(String digest) {
        return digest.length() <= DIGEST_SHOWN ? digest : digest.substring(0, DIGEST_SHOWN) + "…";
    }
}
