package dev.carnet.daemon.transfer;

import java.time.Instant;

/**
 * A complete checkpoint of the catalogue, as people see it.
 *
 * @param checkpointId empty where nobody brought it, as {@code from} and {@code transfer}
 * @param published when it was published, sealed or adopted
 * @param state published, sealed or adopted
 */
public record CheckpointView(
        String volume,
        String name,
        String path,
        String checkpointId,
        String treeDigest,
        String contentDigest,
        long files,
        long logicalBytes,
        String from,
        String transfer,
        Instant published,
        String state) {}
