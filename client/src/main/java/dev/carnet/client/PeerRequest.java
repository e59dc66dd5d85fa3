package dev.carnet.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A peer that the daemon shall know from now on.
 *
 * @param alias local name
 * @param id SPIFFE ID
 * @param addresses host:port, in the order in which they are tried; may be empty
 * @param dial "dial", "accept" or "both"; empty for what follows from the addresses
 * @param allow what is allowed with which of the daemon's volumes
 * @param trust certificates (PEM) of the CAs of its trust domain; empty where the daemon trusts that domain already
 */
public record PeerRequest(
        String alias,
        String id,
        List<String> addresses,
        Optional<String> dial,
        List<Allowed> allow,
        Optional<String> trust) {
    public PeerRequest {
        addresses = List.copyOf(addresses);
        allow = List.copyOf(allow);
    }

    /**
     * One act with one volume, in the words of the configuration.
     *
     * @param volume of the daemon that is asked
     * @param act "push-to", "push-from", "pull-by" or "pull-from"
     */
    public record Allowed(String volume, String act) {}

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("alias", alias);
        json.put("id", id);
        if (!addresses.isEmpty()) {
            json.put("addresses", addresses);
        }
        dial.ifPresent(word -> json.put("dial", word));
        json.put(
                "allow",
                allow.stream()
                        .map(one -> Map.of("volume", one.volume(), "allow", one.act()))
                        .toList());
        trust.ifPresent(pem -> json.put("trust", pem));
        return json;
    }
}
