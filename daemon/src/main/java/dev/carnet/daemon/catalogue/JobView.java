package dev.carnet.daemon.catalogue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as people see it.
 *
 * @param id 32 hex digits
 * @param kind seal, adopt, verify, export, release or destroy
 * @param principal who asked
 * @param state running (also while it waits for its turn), done, failed or cancelled
 * @param ended null while it runs
 * @param waitingFor a sentence; null while it reads, and at the end
 * @param files read so far; all of them when done
 * @param bytes logical, read so far; all of them when done
 * @param bytesTotal null where it is not known yet
 * @param code why it failed, of SPEC section 13
 * @param reason the same in a sentence; when done, what is worth to be said of it
 * @param entry SHA-256 of the payload of the possession, possession-released or destruction that is on record of it
 */
public record JobView(
        String id,
        String kind,
        String volume,
        String name,
        String principal,
        String state,
        Instant started,
        @Nullable Instant ended,
        @Nullable String waitingFor,
        long files,
        long bytes,
        @Nullable Long bytesTotal,
        @Nullable String code,
        @Nullable String reason,
        @Nullable String treeDigest,
        @Nullable String contentDigest,
        @Nullable String entry) {
    public static final String RUNNING = "running";
    public static final String DONE = "done";
    public static final String FAILED = "failed";
    public static final String CANCELLED = "cancelled";

    public boolean finished() {
        return !state.equals(RUNNING);
    }
}
