package dev.carnet.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A push.
 *
 * @param source absolute path at the daemon's machine, in a volume that the daemon declares
 * @param peer SPIFFE ID or local alias
 * @param volume at the peer
 * @param name at the peer
 * @param dereference follow links inside declared volumes
 * @param bytesPerSecondMax 0 for no limit
 * @param streams 0 for the daemon's own number
 * @param labels what shall stand on the transfer and in its record, by key
 */
public record PushRequest(
        String source,
        String peer,
        String volume,
        String name,
        boolean dereference,
        long bytesPerSecondMax,
        int streams,
        Map<String, String> labels) {
    public PushRequest {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** Without labels. */
    public PushRequest(
            String source,
            String peer,
            String volume,
            String name,
            boolean dereference,
            long bytesPerSecondMax,
            int streams) {
        this(source, peer, volume, name, dereference, bytesPerSecondMax, streams, Map.of());
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("source", source);
        json.put("peer", peer);
        json.put("volume", volume);
        json.put("name", name);
        json.put("dereference", dereference);
        json.put("bytesPerSecondMax", bytesPerSecondMax);
        json.put("streams", streams);
        if (!labels.isEmpty()) {
            json.put("labels", labels);
        }
        return json;
    }
}
