package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Policy.Right;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One operation of the API.
 *
 * @param template path with parameters in braces, one whole segment each
 * @param tail whether the last parameter has all segments that are left, one at least
 * @param query names that the query may have
 * @param rights of which the caller needs one, on some volume at least; an operation on one volume, or on one transfer, asks for more by itself
 */
record Route(
        String method,
        String template,
        boolean tail,
        Set<String> query,
        Set<Right> rights,
        Function<ApiRequest, Reply> endpoint) {
    Route(String method, String template, Set<String> query, Set<Right> rights, Function<ApiRequest, Reply> endpoint) {
        this(method, template, false, query, rights, endpoint);
    }

    /**
     * The parameters of a path; empty where the path is another. No parameter needs an escape today, so that none is decoded: an escaped slash can never
     * become one.
     *
     * @param path as sent
     */
    Optional<Map<String, String>> match(String path) {
        String[] wanted = template.split("/", -1);
        String[] given = path.split("/", tail ? wanted.length : -1);
        if (wanted.length != given.length) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                parameters.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
            } else if (!wanted[i].equals(given[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(parameters);
    }
}
