package dev.carnet.daemon.api;

import dev.carnet.daemon.transport.StaticFile;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer: complete, or the beginning of a stream.
 *
 * @param allow the Allow header of a 405; empty for none
 * @param stream given where events go on after the headers; null for an answer that is complete
 * @param file given where its content is the body; whoever sends it closes it
 */
record Reply(
        int status,
        String contentType,
        byte[] body,
        String allow,
        @Nullable Consumer<EventSink> stream,
        @Nullable StaticFile file) {
    static final String EVENTS = "text/event-stream";
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";

    Reply(int status, String contentType, byte[] body, String allow) {
        this(status, contentType, body, allow, null, null);
    }

    /** Events, until either side closes. */
    static Reply events(Consumer<EventSink> stream) {
        return new Reply(200, EVENTS, new byte[0], "", stream, null);
    }

    static Reply file(StaticFile file) {
        return new Reply(200, file.contentType(), new byte[0], "", null, file);
    }

    static Reply json(int status, Object value) {
        return new Reply(status, JSON, ApiJson.write(value), "");
    }
}
