package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.PushRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The body of a push: {@link PushRequest} without the principal, which the kernel decides and not the caller. */
record PushBody(
        @Nullable String source,
        @Nullable String peer,
        @Nullable String volume,
        @Nullable String name,
        @Nullable Boolean dereference,
        @Nullable Long bytesPerSecondMax,
        @Nullable Integer streams) {
    private static final int SOURCE_BYTES_MAX = 4096;
    private static final int PEER_BYTES_MAX = 2048;
    private static final int VOLUME_BYTES_MAX = 64;
    private static final int NAME_BYTES_MAX = 400;
    private static final int STREAMS_MAX = 64;

    /** Lengths of SPEC section 4 are checked here, what the names mean in the rooms below. */
    PushRequest request(String principal) {
        String from = text("source", source, SOURCE_BYTES_MAX);
        if (!from.startsWith("/")) {
            throw ApiRefusal.malformed("'source' has to be an absolute path");
        }
        return new PushRequest(
                principal,
                from,
                text("peer", peer, PEER_BYTES_MAX),
                text("volume", volume, VOLUME_BYTES_MAX),
                text("name", name, NAME_BYTES_MAX),
                dereference != null && dereference,
                number("bytesPerSecondMax", bytesPerSecondMax, Long.MAX_VALUE),
                (int) number("streams", streams, STREAMS_MAX));
    }

    private static String text(String member, @Nullable String value, int bytesMax) {
        if (value == null || value.isEmpty()) {
            throw ApiRefusal.malformed("member '" + member + "' is missing or empty");
        }
        if (value.indexOf('\0') >= 0) {
            throw ApiRefusal.malformed("member '" + member + "' has a NUL");
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > bytesMax) {
            throw ApiRefusal.malformed("member '" + member + "' has more than " + bytesMax + " bytes");
        }
        return value;
    }

    private static long number(String member, @Nullable Number value, long most) {
        long number = value == null ? 0 : value.longValue();
        if (number < 0 || number > most) {
            throw ApiRefusal.malformed("member '" + member + "' is a number from 0 to " + most);
        }
        return number;
    }
}
