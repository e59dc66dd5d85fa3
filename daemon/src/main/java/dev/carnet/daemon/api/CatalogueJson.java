package dev.carnet.daemon.api;

import dev.carnet.daemon.catalogue.JobView;
import dev.carnet.daemon.transfer.CheckpointDetail;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs, and checkpoints in full, as JSON. Every member is always there, null for none. */
final class CatalogueJson {
    private CatalogueJson() {}

    static Map<String, @Nullable Object> job(JobView job) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", job.id());
        json.put("kind", job.kind());
        json.put("volume", job.volume());
        json.put("name", job.name());
        json.put("principal", job.principal());
        json.put("state", job.state());
        json.put("started", job.started());
        json.put("ended", job.ended());
        json.put("waiting_for", job.waitingFor());
        json.put("files", job.files());
        json.put("bytes", job.bytes());
        json.put("bytes_total", job.bytesTotal());
        json.put("code", job.code());
        json.put("reason", job.reason());
        json.put("tree_digest", job.treeDigest());
        json.put("content_digest", job.contentDigest());
        json.put("entry", job.entry());
        for (String peers : List.of("peer", "known_tree", "state_found", "time", "envelope")) {
            json.put(peers, null);
        }
        return json;
    }

    static Map<String, @Nullable Object> checkpoint(CheckpointDetail found) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("volume", found.volume());
        json.put("name", found.name());
        json.put("path", found.path());
        json.put("state", found.state());
        json.put("tree_digest", found.treeDigest());
        json.put("content_digest", found.contentDigest());
        json.put("files", found.files());
        json.put("directories", found.directories());
        json.put("bytes", found.bytes());
        json.put("since", found.since());
        json.put("part_of", found.partOf());
        json.put("transfer", found.transfer());
        json.put("peer", found.peer());
        json.put("receipt_digest", found.receiptDigest());
        json.put("verified", found.verified());
        json.put("entry", found.entry());
        json.put("labels", found.labels());
        json.put("records", found.records());
        return json;
    }
}
