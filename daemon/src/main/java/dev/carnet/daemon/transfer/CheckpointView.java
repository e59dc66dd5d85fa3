package dev.carnet.daemon.transfer;

import java.time.Instant;

/** A published checkpoint of the catalogue, as people see it. */
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
        Instant published) {}
