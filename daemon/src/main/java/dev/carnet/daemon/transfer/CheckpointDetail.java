package dev.carnet.daemon.transfer;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is on record of one checkpoint.
 *
 * @param path where it lies
 * @param state published, sealed or adopted
 * @param directories null where its record cannot be read
 * @param bytes logical
 * @param since when it was published, sealed or adopted
 * @param partOf tree digest of the whole
 * @param transfer that brought it
 * @param peer SPIFFE ID of who brought it
 * @param receiptDigest SHA-256 of the payload
 * @param verified when it was last read again and found whole
 * @param entry SHA-256 of the payload of the newest possession, where it came with a verification or an adoption
 * @param records path of the folder with its records
 */
public record CheckpointDetail(
        String volume,
        String name,
        String path,
        String state,
        String treeDigest,
        String contentDigest,
        long files,
        @Nullable Long directories,
        long bytes,
        Instant since,
        @Nullable String partOf,
        @Nullable String transfer,
        @Nullable String peer,
        @Nullable String receiptDigest,
        @Nullable Instant verified,
        @Nullable String entry,
        Map<String, String> labels,
        String records) {}
