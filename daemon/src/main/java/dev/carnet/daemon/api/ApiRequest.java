package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import java.util.Map;
import java.util.Optional;

/** A request that found its route: every name in {@code path} and {@code query} is one that the route declares. */
record ApiRequest(
        Map<String, String> path,
        Map<String, String> query,
        String contentType,
        byte[] body,
        Caller caller,
        String principal) {
    /** A path parameter of the template. */
    String path(String name) {
        var value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter " + name);
        }
        return value;
    }

    Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /**
     * A count of the query.
     *
     * @throws ApiRefusal where it is no number from 1 to {@code most}
     */
    int count(String name, int otherwise, int most) {
        var given = query(name);
        if (given.isEmpty()) {
            return otherwise;
        }
        if (given.get().matches("[0-9]{1,9}")) {
            int value = Integer.parseInt(given.get());
            if (value >= 1 && value <= most) {
                return value;
            }
        }
        throw ApiRefusal.malformed("'" + name + "' is a number from 1 to " + most);
    }

    /**
     * The body as an object of JSON.
     *
     * @throws ApiRefusal where it is none, or does not say that it is
     */
    <T> T json(Class<T> type) {
        String said = contentType.split(";", 2)[0].strip();
        if (!said.equalsIgnoreCase(Reply.JSON)) {
            throw new ApiRefusal(415, Code.PROTOCOL, "send the header Content-Type: application/json");
        }
        return ApiJson.read(body, type);
    }

    /** @throws ApiRefusal where there is a body */
    void noBody() {
        if (body.length > 0) {
            throw ApiRefusal.malformed("this operation takes no body");
        }
    }
}
