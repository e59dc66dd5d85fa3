package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.StateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Room that is kept free under the ledger: what has begun must still be able to end (a new file of the journal, the commits of the state database), so new
 * entries are refused before the disk is full.
 *
 * @param reserveBytes how much must be usable before a new entry is taken
 */
record FreeSpace(Path directory, long reserveBytes) {
    /** Twelve files of the journal. */
    static final long RESERVE_BYTES = 64L << 20;

    /** @throws StateException where less is left */
    void check() {
        try {
            var usable = Files.getFileStore(directory).getUsableSpace();
            if (usable < reserveBytes) {
                throw new NoRoomException(
                        "only " + usable + " bytes are left under " + directory + ", " + reserveBytes
                                + " are kept in reserve: no new entry is recorded; make room",
                        null);
            }
        } catch (IOException e) {
            throw new StateException("cannot ask how much room is left under " + directory + ": " + e, e);
        }
    }
}
