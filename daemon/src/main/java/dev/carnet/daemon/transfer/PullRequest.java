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
        Map<String, String> labels) {
    public PullRequest {
        include = List.copyOf(include);
        labels = Map.copyOf(labels);
    }
}
