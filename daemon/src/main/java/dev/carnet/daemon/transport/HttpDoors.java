package dev.carnet.daemon.transport;

import java.util.Optional;

/**
 * What the one port answers over HTTP.
 *
 * @param files for auditors
 * @param witness for auditors and peers; empty: there is no such path
 */
public record HttpDoors(StaticFiles files, Optional<CheckpointDoor> witness) {
    /** Nothing is served. */
    public static final HttpDoors NONE = new HttpDoors(StaticFiles.NONE, Optional.empty());
}
