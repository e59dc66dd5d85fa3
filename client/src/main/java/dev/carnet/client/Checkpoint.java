package dev.carnet.client;

/**
 * A published checkpoint of the daemon's catalogue.
 *
 * @param json everything the daemon said
 */
public record Checkpoint(JsonObject json) {
    public String volume() {
        return json.text("volume");
    }

    public String name() {
        return json.text("name");
    }

    /** At the daemon. */
    public String path() {
        return json.text("path");
    }

    public String checkpointId() {
        return json.text("checkpointId");
    }

    public String treeDigest() {
        return json.text("treeDigest");
    }

    public String contentDigest() {
        return json.text("contentDigest");
    }

    public long files() {
        return json.number("files");
    }

    public long logicalBytes() {
        return json.number("logicalBytes");
    }

    /** SPIFFE ID of the daemon that it came from. */
    public String from() {
        return json.text("from");
    }

    public String transfer() {
        return json.text("transfer");
    }

    /** RFC 3339. */
    public String published() {
        return json.text("published");
    }
}
