package dev.carnet.daemon.fault;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A window between two durable steps (SPEC section 9), in the code's own order. A test starts a daemon with {@code -Dcarnet.failpoint=NAME@N}: the N-th time
 * the code passes the point (from 1), the process ends at once, as after SIGKILL: no shutdown hook, no flush, no goodbye. Without the property a point costs a
 * read of a constant.
 */
public enum FailPoint {
    // every entry
    LEDGER_OUTBOX_STORED,
    LEDGER_JOURNAL_APPENDED,
    LEDGER_JOURNAL_SYNCED,
    LEDGER_COMMITTED,

    // the source
    SOURCE_OPEN_STORED,
    SOURCE_OFFER_SENT,
    SOURCE_INTENT_LOGGED,
    SOURCE_BEGIN_SENT,
    SOURCE_PAGE_SENT,
    SOURCE_CHUNK_SENT,
    SOURCE_ACK_STORED,
    SOURCE_FILE_SEALS_SENT,
    SOURCE_SEALED,
    SOURCE_SEAL_SENT,
    SOURCE_COUNTERSIGNED,
    SOURCE_COUNTERSIGNED_SENT,
    SOURCE_CLOSED,
    SOURCE_ABORT_LOGGED,
    SOURCE_RESUMPTION_LOGGED,
    SOURCE_CANCEL_WANTED,
    SOURCE_EXISTS,
    SOURCE_BLOB_PAGE_SENT,

    // the destination
    DESTINATION_ACCEPTED,
    DESTINATION_ACCEPT_SENT,
    DESTINATION_ATTEMPT_RAISED,
    DESTINATION_HELD_SENT,
    DESTINATION_PAGE_CREATED,
    DESTINATION_PAGE_STORED,
    DESTINATION_CHUNK_WRITTEN,
    DESTINATION_BATCH_FORCED,
    DESTINATION_BATCH_STORED,
    DESTINATION_ACK_SENT,
    DESTINATION_SEALED,
    DESTINATION_TREE_ASSEMBLED,
    DESTINATION_RECORDS_WRITTEN,
    DESTINATION_ASSEMBLED,
    DESTINATION_PUBLISHING,
    DESTINATION_RENAMED,
    DESTINATION_TOP_SEALED,
    DESTINATION_PUBLISHED,
    DESTINATION_HALF_SIGNED,
    DESTINATION_RECEIPT_SENT,
    DESTINATION_CLOSED,
    DESTINATION_CLOSED_SENT,
    DESTINATION_RECEIPT_WRITTEN,
    DESTINATION_ABORTING,
    DESTINATION_STAGING_REMOVED,
    DESTINATION_ABORTED,
    DESTINATION_RESUMPTION_LOGGED,
    DESTINATION_STOPPED,
    DESTINATION_REQUESTED_STORED,
    DESTINATION_REQUEST_SENT,
    DESTINATION_SEALED_CREATED,
    DESTINATION_SEALED_STORED,

    // sealing and adopting
    CATALOGUE_RESERVED,
    CATALOGUE_RECORDS_WRITTEN,
    CATALOGUE_ADOPTING,
    CATALOGUE_DONE,

    // releasing and destroying
    CATALOGUE_LEAVING_WANTED,
    CATALOGUE_RELEASED,
    CATALOGUE_DESTRUCTION_INTENDED,
    CATALOGUE_SET_ASIDE,
    CATALOGUE_SET_ASIDE_STORED,
    CATALOGUE_FILES_REMOVED,
    CATALOGUE_LEAVING_RECORDS_REMOVED,
    CATALOGUE_DESTROYED,

    // the Merkle log
    LOG_TILE_WRITTEN,
    LOG_BUILT,
    LOG_SIGNED,
    LOG_SIGNED_STORED,
    LOG_COSIGNED,
    LOG_PUBLISHED,
    LOG_PARTIAL_REMOVED;

    /** The exit status of a process that a point has ended: the one that a shell shows for SIGKILL. */
    public static final int EXIT_STATUS = 137;

    private static final @Nullable FailPoint ARMED;
    private static final int ARMED_AT;
    private static final boolean TRACED = Boolean.getBoolean("carnet.failpoint.trace");
    private static final Map<FailPoint, Integer> PASSED = new ConcurrentHashMap<>();

    static {
        String text = System.getProperty("carnet.failpoint", "");
        int at = text.indexOf('@');
        ARMED = text.isEmpty() ? null : valueOf(at < 0 ? text : text.substring(0, at));
        ARMED_AT = at < 0 ? 1 : Integer.parseInt(text.substring(at + 1));
    }

    /** The code is here: everything before is durable, nothing after has begun. */
    public void pass() {
        if (TRACED) {
            System.err.println("failpoint " + name() + "@" + count());
        } else if (ARMED == this && count() == ARMED_AT) {
            Runtime.getRuntime().halt(EXIT_STATUS);
        }
    }

    private int count() {
        return PASSED.merge(this, 1, Integer::sum);
    }
}
