package dev.carnet.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A transfer as the daemon sees it; what each member means stands in the daemon's {@code openapi.yaml}.
 *
 * @param json everything the daemon said
 */
public record Transfer(JsonObject json) {
    /** 32 hex digits. */
    public String id() {
        return json.text("id");
    }

    /** "source" or "destination". */
    public String role() {
        return json.text("role");
    }

    /** A state of SPEC section 9. */
    public String state() {
        return json.text("state");
    }

    public boolean finished() {
        return json.flag("finished");
    }

    /** Finished, and the checkpoint is there, whole. */
    public boolean ok() {
        return json.flag("ok");
    }

    /** SPIFFE ID of the other side. */
    public String peer() {
        return json.text("peer");
    }

    /** At the destination. */
    public String volume() {
        return json.text("volume");
    }

    /** At the destination. */
    public String name() {
        return json.text("name");
    }

    /** Path at the source; empty at the destination. */
    public Optional<String> source() {
        return json.optionalText("source");
    }

    public long attempt() {
        return json.number("attempt");
    }

    public long files() {
        return json.number("files");
    }

    public long filesDone() {
        return json.number("filesDone");
    }

    /** Logical bytes. */
    public long bytesTotal() {
        return json.number("bytesTotal");
    }

    /** Logical bytes that are verified and on stable storage at the destination. */
    public long bytesDone() {
        return json.number("bytesDone");
    }

    /** Bytes of chunk frames. */
    public long wireBytes() {
        return json.number("wireBytes");
    }

    public long resentBytes() {
        return json.number("resentBytes");
    }

    /** Logical bytes per second over the last seconds. */
    public double rateNow() {
        return json.decimal("rateNow");
    }

    /** Logical bytes per second while connected. */
    public double rateAverage() {
        return json.decimal("rateAverage");
    }

    public OptionalLong etaSeconds() {
        return json.optionalNumber("etaSeconds");
    }

    /** Open now. */
    public long streams() {
        return json.number("streams");
    }

    /** A sentence; empty while bytes move, and at the end. */
    public Optional<String> waitingFor() {
        return json.optionalText("waitingFor");
    }

    /** Of SPEC section 13, where it failed or stopped. */
    public Optional<String> code() {
        return json.optionalText("code");
    }

    public Optional<String> error() {
        return json.optionalText("error");
    }

    public Optional<String> treeDigest() {
        return json.optionalText("treeDigest");
    }

    public Optional<String> contentDigest() {
        return json.optionalText("contentDigest");
    }

    /** Path of the receipt's envelope at the daemon. */
    public Optional<String> receipt() {
        return json.optionalText("receipt");
    }

    /** Path of the checkpoint at the destination; empty at the source. */
    public Optional<String> published() {
        return json.optionalText("published");
    }

    /** RFC 3339. */
    public String created() {
        return json.text("created");
    }

    /** RFC 3339. */
    public String updated() {
        return json.text("updated");
    }

    /** "push" or "pull": who asked, seen from the source. */
    public Optional<String> direction() {
        return json.optionalText("direction");
    }

    /** "open" or "sealed". */
    public Optional<String> mode() {
        return json.optionalText("mode");
    }

    /** Whether it is kept from going on until {@code continue}. */
    public boolean paused() {
        return json.optionalFlag("paused").orElse(false);
    }

    /** What whoever asked wrote on it, by key. */
    public Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        json.optionalObject("labels")
                .ifPresent(all -> all.members().keySet().forEach(key -> labels.put(key, all.text(key))));
        return labels;
    }

    /** Patterns of what is taken; empty: everything. */
    public List<String> include() {
        return json.texts("include");
    }

    /** Tree digest of the whole that this is a part of. */
    public Optional<String> partOf() {
        return json.optionalText("part_of");
    }
}
