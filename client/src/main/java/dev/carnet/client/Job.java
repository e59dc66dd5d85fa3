package dev.carnet.client;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that the daemon does by itself and that takes its time: it reads a checkpoint to seal, adopt, verify or export it, or lets it go.
 *
 * @param json everything the daemon said
 */
public record Job(JsonObject json) {
    /** 32 hex digits. */
    public String id() {
        return json.text("id");
    }

    /** "seal", "adopt", "verify", "export", "release", "destroy" or "peer-verify". */
    public String kind() {
        return json.text("kind");
    }

    /** It lets a checkpoint go: what has begun cannot be cancelled. */
    public boolean leaves() {
        return kind().equals("release") || kind().equals("destroy");
    }

    public String volume() {
        return json.text("volume");
    }

    public String name() {
        return json.text("name");
    }

    /** Of a "peer-verify": the alias of who reads. */
    public Optional<String> peer() {
        return json.optionalText("peer");
    }

    /** "running", "done", "failed" or "cancelled". */
    public String state() {
        return json.text("state");
    }

    public boolean finished() {
        return !state().equals("running");
    }

    /** Done, and well. */
    public boolean ok() {
        return state().equals("done");
    }

    /** Read so far. */
    public long files() {
        return json.optionalNumber("files").orElse(0);
    }

    /** Read so far. */
    public long bytes() {
        return json.optionalNumber("bytes").orElse(0);
    }

    /** Empty where it is not known (yet). */
    public OptionalLong bytesTotal() {
        return json.optionalNumber("bytes_total");
    }

    /** What is waited for meanwhile, a sentence. */
    public Optional<String> waitingFor() {
        return json.optionalText("waiting_for");
    }

    /** Of a "peer-verify": the tree digest that the copy must have, by the receipt of what was pushed there from here. */
    public Optional<String> knownTree() {
        return json.optionalText("known_tree");
    }

    /** Of SPEC section 13, where it failed. */
    public Optional<String> code() {
        return json.optionalText("code");
    }

    /** Why it failed: a sentence. */
    public Optional<String> reason() {
        return json.optionalText("reason");
    }

    public Optional<String> treeDigest() {
        return json.optionalText("tree_digest");
    }

    public Optional<String> contentDigest() {
        return json.optionalText("content_digest");
    }

    /** Digest of the payload of the statement that was signed. */
    public Optional<String> entry() {
        return json.optionalText("entry");
    }

    /** Of a "peer-verify": what the peer found, a state of a possession. */
    public Optional<String> stateFound() {
        return json.optionalText("state_found");
    }

    /** Of a "peer-verify": when the peer signed, RFC 3339. */
    public Optional<String> time() {
        return json.optionalText("time");
    }
}
