package dev.carnet.daemon.question;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A verification at a peer.
 *
 * @param id 32 hex digits: that of the VerifyRequest, too
 * @param peer alias
 * @param principal who asked here
 * @param state running, done, failed or cancelled
 * @param waitingFor what the peer does meanwhile, a sentence; null where it has said nothing, and at the end
 * @param code why it failed, of SPEC section 13
 * @param reason the same in a sentence
 * @param knownTree tree digest that the copy must have by our own record of a push; null where there is none
 * @param found what the peer has signed; null until then
 */
public record PeerJob(
        String id,
        String peer,
        String volume,
        String name,
        String principal,
        String state,
        Instant started,
        @Nullable Instant ended,
        @Nullable String waitingFor,
        @Nullable String code,
        @Nullable String reason,
        @Nullable String knownTree,
        @Nullable Found found) {
    public static final String RUNNING = "running";
    public static final String DONE = "done";
    public static final String FAILED = "failed";
    public static final String CANCELLED = "cancelled";

    /**
     * A possession that a peer's entry key has signed.
     *
     * @param state as the statement says: "verified"
     * @param time by the peer's clock
     * @param envelope the exact bytes
     * @param entry SHA-256 of its payload
     */
    public record Found(
            String state,
            Instant time,
            String treeDigest,
            String contentDigest,
            long files,
            long bytes,
            byte[] envelope,
            String entry) {}
}
