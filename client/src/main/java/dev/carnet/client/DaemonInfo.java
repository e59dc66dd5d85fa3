package dev.carnet.client;

/**
 * The daemon that answers.
 *
 * @param json everything the daemon said
 */
public record DaemonInfo(JsonObject json) {
    /** SPIFFE ID. */
    public String id() {
        return json.text("id");
    }

    /** Of its ledger. */
    public String origin() {
        return json.text("origin");
    }

    public String version() {
        return json.text("version");
    }

    public long pid() {
        return json.number("pid");
    }

    /** Address and port for peers. */
    public String listen() {
        return json.text("listen");
    }

    public long uptimeSeconds() {
        return json.number("uptimeSeconds");
    }

    /** Which BLAKE3 runs, for people. */
    public String hash() {
        return json.text("hash");
    }
}
