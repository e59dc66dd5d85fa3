package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.v1.Code;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the operation, runs it, and turns whatever comes out into a reply. Runs on a worker thread; never throws. */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final int QUERY_MAX = 16;

    private final List<Route> routes;
    private final Gate gate;

    Router(List<Route> routes, Gate gate) {
        this.routes = List.copyOf(routes);
        this.gate = gate;
    }

    Reply answer(Incoming request) {
        try {
            return route(request);
        } catch (ApiRefusal e) {
            return e.reply();
        } catch (TransferException e) {
            if (e.code() == Code.INTERNAL || e.code() == Code.STORAGE) {
                LOG.error("{} {} of {} failed", request.method(), path(request.uri()), request.caller(), e);
            }
            return Problems.of(e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{} {} of {} failed", request.method(), path(request.uri()), request.caller(), e);
            return Problems.of(Code.INTERNAL, "a bug in the daemon; its log has the stack trace of this request");
        }
    }

    private Reply route(Incoming request) {
        var principal = gate.principal(request.caller());
        var decoder = new QueryStringDecoder(request.uri(), java.nio.charset.StandardCharsets.UTF_8, true, QUERY_MAX);
        String path;
        Map<String, List<String>> query;
        try {
            path = decoder.rawPath();
            query = decoder.parameters();
        } catch (IllegalArgumentException e) {
            throw ApiRefusal.malformed("the request's target has a bad %-escape");
        }
        boolean known = false;
        for (Route route : routes) {
            var parameters = route.match(path);
            if (parameters.isPresent()) {
                known = true;
                if (route.method().equals(request.method())) {
                    note(request, route);
                    gate.any(principal, route.rights());
                    return route.endpoint()
                            .apply(new ApiRequest(
                                    parameters.get(),
                                    single(query, route),
                                    request.contentType(),
                                    request.body(),
                                    request.caller(),
                                    principal));
                }
            }
        }
        if (!known) {
            throw new ApiRefusal(
                    404, Code.UNSUPPORTED, "this API has no such path; daemon/docs/api.md lists what there is");
        }
        return notAllowed(path);
    }

    private Reply notAllowed(String path) {
        var allow = routes.stream()
                .filter(route -> route.match(path).isPresent())
                .map(Route::method)
                .sorted()
                .collect(Collectors.joining(", "));
        var problem = Problems.of(405, Code.UNSUPPORTED, "this path answers " + allow + " only");
        return new Reply(problem.status(), problem.contentType(), problem.body(), allow);
    }

    private static Map<String, String> single(Map<String, List<String>> query, Route route) {
        Map<String, String> single = new HashMap<>();
        query.forEach((name, values) -> {
            if (!route.query().contains(name)) {
                throw ApiRefusal.malformed("an unknown query parameter; known here: "
                        + (route.query().isEmpty() ? "none" : String.join(", ", route.query())));
            }
            if (values.size() != 1) {
                throw ApiRefusal.malformed("the query parameter '" + name + "' stands twice");
            }
            single.put(name, values.getFirst());
        });
        return single;
    }

    /** Who changed something is worth a line; who looked is not. */
    private static void note(Incoming request, Route route) {
        if (!request.method().equals("GET")) {
            LOG.info("{} {} by {}", request.method(), route.template(), request.caller());
        }
    }

    private static String path(String uri) {
        int end = uri.indexOf('?');
        return (end < 0 ? uri : uri.substring(0, end)).replaceAll("[^!-~]", "?");
    }
}
