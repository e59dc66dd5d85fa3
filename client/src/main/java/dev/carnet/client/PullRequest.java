package dev.carnet.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pull.
 *
 * @param peer SPIFFE ID or local alias
 * @param volume at the peer
 * @param name at the peer, in its catalogue
 * @param toVolume here
 * @param toName here
 * @param include patterns of the members to take; empty: everything
 * @param bytesPerSecondMax 0 for no limit
 * @param streams 0 for the daemon's own number
 * @param labels what shall stand on the transfer and in its record, by key
 */
public record PullRequest(
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
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("peer", peer);
        json.put("volume", volume);
        json.put("name", name);
        json.put("to_volume", toVolume);
        json.put("to_name", toName);
        if (!include.isEmpty()) {
            json.put("include", include);
        }
        if (bytesPerSecondMax > 0) {
            json.put("limit", bytesPerSecondMax);
        }
        if (streams > 0) {
            json.put("streams", streams);
        }
        if (!labels.isEmpty()) {
            json.put("labels", labels);
        }
        return json;
    }
}
