package dev.carnet.daemon.api;

import dev.carnet.daemon.catalogue.JobView;
import dev.carnet.daemon.question.PeerJob;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A job, whoever does it: this daemon by itself, or a peer for it. For callers there is one list of both.
 *
 * @param id 32 hex digits; of what a peer does that of the question, so that no two are the same
 * @param principal who asked
 * @param json as callers see it
 */
record AnyJob(String id, String principal, Instant started, boolean finished, Map<String, @Nullable Object> json) {
    /** Newest first. */
    static List<AnyJob> all(ApiFacts facts) {
        return Stream.concat(
                        facts.jobs().list().stream().map(AnyJob::of),
                        facts.questions().jobs().stream().map(AnyJob::of))
                .sorted(Comparator.comparing(AnyJob::started).reversed())
                .toList();
    }

    static Optional<AnyJob> find(ApiFacts facts, String id) {
        return facts.jobs()
                .find(id)
                .map(AnyJob::of)
                .or(() -> facts.questions().job(id).map(AnyJob::of));
    }

    /** Asks it to stop; empty where there is none. */
    static Optional<AnyJob> cancel(ApiFacts facts, String id) {
        return facts.jobs()
                .cancel(id)
                .map(AnyJob::of)
                .or(() -> facts.questions().cancel(id).map(AnyJob::of));
    }

    private static AnyJob of(JobView job) {
        return new AnyJob(job.id(), job.principal(), job.started(), job.finished(), CatalogueJson.job(job));
    }

    private static AnyJob of(PeerJob job) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>(PeerJson.job(job));
        json.put("bytes_total", null); // the peer alone knows
        return new AnyJob(job.id(), job.principal(), job.started(), !job.state().equals(PeerJob.RUNNING), json);
    }
}
