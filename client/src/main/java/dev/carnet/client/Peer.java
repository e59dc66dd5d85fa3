package dev.carnet.client;

import java.util.Optional;

/**
 * A peer that the daemon is configured for.
 *
 * @param json everything the daemon said
 */
public record Peer(JsonObject json) {
    /** Local name. */
    public String alias() {
        return json.text("alias");
    }

    /** SPIFFE ID. */
    public String id() {
        return json.text("id");
    }

    /** Whether a session is open. */
    public boolean up() {
        return json.flag("up");
    }

    /** RFC 3339. */
    public Optional<String> since() {
        return json.optionalText("since");
    }

    public Optional<String> whyNot() {
        return json.optionalText("whyNot");
    }
}
