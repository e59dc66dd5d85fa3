package dev.carnet.daemon.transfer;

import dev.carnet.daemon.policy.Caller;
import java.util.List;
import java.util.Map;

/**
 * A pull as asked for at the local API.
 *
 * @param principal label of the caller
 * @param caller who asks, as the kernel says
 * @param peer SPIFFE ID, or the local alias that configuration gives
 * @param volume at the peer
 * @param name at the peer, in its catalogue
 * @param toVolume here
 * @param toName here
 * @param include patterns of SPEC section 8; none: all of it
 * @param bytesPerSecondMax that the peer is asked to send at the most; 0 for no limit
 * @param streams that the peer is asked to use at the most; 0 for its own number
 * @param labels by key
 */
public record PullRequest(
        String principal,
        Caller caller,
        String peer,
        String volume,
        String name,
        String toVolume,
        String toName,
        List<String> include,
        long bytesPerSecondMax,
        int streams,
        Map<String, String> labels) {
    public PullRequest {
        include = List.copyOf(include);
        labels = Map.copyOf(labels);
    }
}
