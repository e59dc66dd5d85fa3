package dev.carnet.daemon.transfer;

import dev.carnet.daemon.policy.Caller;
import java.util.Map;

/**
 * A push as asked for at the local API.
 *
 * @param principal label of the caller
 * @param caller who asks, as the kernel says: what it may not read by its own rights does not travel
 * @param source absolute path; must lie in a declared volume
 * @param peer SPIFFE ID, or the local alias that configuration gives
 * @param volume at the peer
 * @param name at the peer
 * @param dereference follow links inside declared volumes
 * @param bytesPerSecondMax 0 for no limit
 * @param streams 0 for the configured number
 * @param labels by key
 */
public record PushRequest(
        String principal,
        Caller caller,
        String source,
        String peer,
        String volume,
        String name,
        boolean dereference,
        long bytesPerSecondMax,
        int streams,
        Map<String, String> labels) {
    public PushRequest {
        labels = Map.copyOf(labels);
    }

    /** Without labels. */
    public PushRequest(
            String principal,
            Caller caller,
            String source,
            String peer,
            String volume,
            String name,
            boolean dereference,
            long bytesPerSecondMax,
            int streams) {
        this(principal, caller, source, peer, volume, name, dereference, bytesPerSecondMax, streams, Map.of());
    }

    /** Asked by the daemon itself. */
    public PushRequest(
            String principal,
            String source,
            String peer,
            String volume,
            String name,
            boolean dereference,
            long bytesPerSecondMax,
            int streams) {
        this(principal, Caller.DAEMON, source, peer, volume, name, dereference, bytesPerSecondMax, streams);
    }
}
