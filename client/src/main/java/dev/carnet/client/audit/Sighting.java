package dev.carnet.client.audit;

import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.SignedCheckpoint;
import java.util.Optional;

/**
 * A log checkpoint that somebody has seen: alone, or with the ledger that it is of.
 *
 * @param name where it lies, for people
 * @param note the log checkpoint
 * @param files the ledger, where that is at hand
 */
public record Sighting(String name, SignedCheckpoint note, Optional<LedgerFiles> files) {
    /**
     * A ledger as it is now.
     *
     * @throws Broken where its log checkpoint cannot be read
     */
    public static Sighting of(LedgerFiles files) throws Broken {
        return new Sighting(files.name(), LedgerView.checkpoint(files), Optional.of(files));
    }

    LogCheckpoint body() {
        return note.checkpoint();
    }
}
