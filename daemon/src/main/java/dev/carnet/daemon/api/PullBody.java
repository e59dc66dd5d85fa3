package dev.carnet.daemon.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.PullRequest;
import dev.carnet.proto.wire.v1.Code;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a pull: {@link PullRequest} without the principal. Rate and streams are what the source is asked to keep to. */
record PullBody(
        @Nullable String peer,
        @Nullable String volume,
        @Nullable String name,
        @JsonProperty("to_volume") @Nullable String toVolume,
        @JsonProperty("to_name") @Nullable String toName,
        @Nullable List<String> include,
        @Nullable Long limit,
        @Nullable Integer streams,
        @JsonProperty("dry_run") @Nullable Boolean dryRun,
        @Nullable Map<String, String> labels) {

    PullRequest request(String principal, Caller caller) {
        return new PullRequest(
                principal,
                caller,
                PushBody.text("peer", peer, PushBody.PEER_BYTES_MAX, Code.UNKNOWN_PEER),
                PushBody.text("volume", volume, PushBody.VOLUME_BYTES_MAX, Code.BAD_NAME),
                PushBody.text("name", name, PushBody.NAME_BYTES_MAX, Code.BAD_NAME),
                PushBody.text("to_volume", toVolume, PushBody.VOLUME_BYTES_MAX, Code.BAD_NAME),
                PushBody.text("to_name", toName, PushBody.NAME_BYTES_MAX, Code.BAD_NAME),
                include == null
                        ? List.of()
                        : include.stream()
                                .map(pattern -> PushBody.text("include", pattern, 4096, Code.BAD_NAME))
                                .toList(),
                PushBody.number("limit", limit, PushBody.RATE_MAX),
                (int) PushBody.number("streams", streams, PushBody.STREAMS_MAX),
                PushBody.labels(labels));
    }
}
