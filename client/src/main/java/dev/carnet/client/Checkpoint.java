package dev.carnet.client;

import java.util.Optional;

/**
 * A checkpoint of a daemon's catalogue: published, sealed or adopted. What a peer lists, and a sealed or adopted one, has less to say: see the optional members.
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
        return json.optionalNumber("logicalBytes").orElseGet(() -> json.number("bytes"));
    }

    /** "published", "sealed" or "adopted"; a daemon that says nothing has published it. */
    public String state() {
        return json.optionalText("state").orElse("published");
    }

    /** RFC 3339: when it was published, sealed or adopted. */
    public Optional<String> since() {
        return json.optionalText("since").or(() -> json.optionalText("published"));
    }

    /** Tree digest of the whole that this is a part of. */
    public Optional<String> partOf() {
        return json.optionalText("part_of");
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
