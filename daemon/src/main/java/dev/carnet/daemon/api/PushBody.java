package dev.carnet.daemon.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.PushRequest;
import dev.carnet.proto.wire.v1.Code;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a push: {@link PushRequest} without the principal, which the kernel decides and not the caller. */
record PushBody(
        @Nullable String source,
        @Nullable String peer,
        @Nullable String volume,
        @Nullable String name,
        @Nullable Boolean dereference,
        @Nullable Long bytesPerSecondMax,
        @Nullable Integer streams,
        @JsonProperty("dry_run") @Nullable Boolean dryRun,
        @Nullable Map<String, String> labels) {
    private static final int SOURCE_BYTES_MAX = 4096;
    static final int PEER_BYTES_MAX = 2048;
    static final int VOLUME_BYTES_MAX = 64;
    static final int NAME_BYTES_MAX = 400;
    static final int STREAMS_MAX = 64;

    /** What every reader of JSON can say exactly. */
    static final long RATE_MAX = 1L << 53;

    /** Lengths of SPEC section 4 are checked here, what the names mean in the rooms below. Only what is well formed gets a code of its own. */
    PushRequest request(String principal, Caller caller, CallerPaths paths) {
        String from = text("source", source, SOURCE_BYTES_MAX, Code.BAD_SOURCE);
        if (!from.startsWith("/")) {
            throw ApiRefusal.malformed("'source' has to be an absolute path");
        }
        return new PushRequest(
                principal,
                caller,
                paths.ours(from, caller, principal),
                text("peer", peer, PEER_BYTES_MAX, Code.UNKNOWN_PEER),
                text("volume", volume, VOLUME_BYTES_MAX, Code.BAD_NAME),
                text("name", name, NAME_BYTES_MAX, Code.BAD_NAME),
                dereference != null && dereference,
                number("bytesPerSecondMax", bytesPerSecondMax, RATE_MAX),
                (int) number("streams", streams, STREAMS_MAX),
                labels(labels));
    }

    /** @param code of what is well formed and yet no such thing: for people who type it, not for programs that send it */
    static String text(String member, @Nullable String value, int bytesMax, Code code) {
        if (value == null || value.isEmpty()) {
            throw ApiRefusal.malformed("member '" + member + "' is missing or empty");
        }
        if (value.indexOf('\0') >= 0) {
            throw ApiRefusal.malformed("member '" + member + "' has a NUL");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new ApiRefusal(422, code, "the " + member + " holds a lone surrogate, which no name in UTF-8 can");
        }
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new ApiRefusal(
                    422, code, "the " + member + " has " + bytes + " bytes, and at most " + bytesMax + " are allowed");
        }
        return value;
    }

    /** What they may hold is judged in the rooms below. */
    static Map<String, String> labels(@Nullable Map<String, String> labels) {
        if (labels == null) {
            return Map.of();
        }
        labels.forEach((key, value) -> {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(key + value)) {
                throw new ApiRefusal(422, Code.BAD_NAME, "a label holds a lone surrogate, which no text in UTF-8 can");
            }
        });
        return labels;
    }

    static long number(String member, @Nullable Number value, long most) {
        long number = value == null ? 0 : value.longValue();
        if (number < 0 || number > most) {
            throw ApiRefusal.malformed("member '" + member + "' is a number from 0 to " + most);
        }
        return number;
    }
}
