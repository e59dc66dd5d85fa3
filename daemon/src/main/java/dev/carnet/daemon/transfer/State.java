package dev.carnet.daemon.transfer;

import java.util.EnumSet;
import java.util.Set;

/** The states of SPEC section 9, both sides; names are on disk and on the wire. */
enum State {
    // source
    OPEN,
    CANCEL_WANTED,
    COUNTERSIGNED,
    EXISTS,
    // destination
    REQUESTED,
    /** Not one of SPEC's: name and space are reserved, the intent is not on record yet. */
    OFFERED,
    ACCEPTED,
    RECEIVING,
    ASSEMBLED,
    PUBLISHING,
    PUBLISHED,
    HALF_SIGNED,
    STOPPED,
    ABORTING,
    // both
    SEALED,
    CLOSED,
    ABORTED;

    private static final Set<State> FINISHED = EnumSet.of(CLOSED, ABORTED, EXISTS);

    /** From where a destination may still abort: nothing is visible, or publication needs the operator. */
    private static final Set<State> ABORTABLE = EnumSet.of(ACCEPTED, RECEIVING, SEALED, ASSEMBLED, STOPPED);

    boolean finished() {
        return FINISHED.contains(this);
    }

    boolean ok() {
        return this == CLOSED || this == EXISTS;
    }

    /** Of a destination: bytes of its reservation may still reach the disk. */
    boolean stillWrites() {
        return this == OFFERED || this == ACCEPTED || this == RECEIVING;
    }

    /** Of a destination: sealed, and on its way to a receipt without the source. */
    boolean publishing() {
        return this == SEALED || this == ASSEMBLED || this == PUBLISHING || this == PUBLISHED;
    }

    /** Of a destination. */
    boolean abortable() {
        return ABORTABLE.contains(this);
    }
}
