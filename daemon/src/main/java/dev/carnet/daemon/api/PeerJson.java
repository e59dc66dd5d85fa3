package dev.carnet.daemon.api;

import dev.carnet.daemon.question.Kernel;
import dev.carnet.daemon.question.PeerJob;
import dev.carnet.daemon.question.PeerPage;
import dev.carnet.daemon.question.PeerReport;
import dev.carnet.daemon.transport.Reach;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What peers have answered, as JSON. Every member is always there, null for none. */
final class PeerJson {
    /** What a job of this kind is called among others. */
    static final String KIND = "peer-verify";

    private PeerJson() {}

    static Map<String, @Nullable Object> page(PeerPage page) {
        return object(
                "checkpoints", page.checkpoints().stream().map(PeerJson::line).toList(), "more", page.more());
    }

    private static Map<String, @Nullable Object> line(PeerPage.Line line) {
        return object(
                "name", line.name(),
                "tree_digest", line.treeDigest(),
                "content_digest", line.contentDigest(),
                "bytes", line.bytes(),
                "files", line.files(),
                "since", line.since(),
                "part_of", line.partOf());
    }

    static Map<String, @Nullable Object> job(PeerJob job) {
        PeerJob.Found found = job.found();
        return object(
                "id", job.id(),
                "kind", KIND,
                "peer", job.peer(),
                "volume", job.volume(),
                "name", job.name(),
                "principal", job.principal(),
                "state", job.state(),
                "started", job.started(),
                "ended", job.ended(),
                "waiting_for", job.waitingFor(),
                "code", job.code(),
                "reason", job.reason(),
                "known_tree", job.knownTree(),
                "state_found", found == null ? null : found.state(),
                "time", found == null ? null : found.time(),
                "tree_digest", found == null ? null : found.treeDigest(),
                "content_digest", found == null ? null : found.contentDigest(),
                "files", found == null ? null : found.files(),
                "bytes", found == null ? null : found.bytes(),
                "envelope", found == null ? null : Base64.getEncoder().encodeToString(found.envelope()),
                "entry", found == null ? null : found.entry());
    }

    static Map<String, @Nullable Object> report(PeerReport report) {
        PeerReport.Line line = report.line();
        return object(
                "alias",
                report.alias(),
                "identity",
                report.peer(),
                "connected",
                line != null,
                "why_not",
                report.whyNot(),
                "we_dial",
                object("tried", report.weDial().stream().map(PeerJson::reach).toList()),
                "they_dial",
                object(
                        "outcome",
                        report.theyDial().outcome(),
                        "error",
                        report.theyDial().error()),
                "dialled_here",
                line == null ? null : line.dialledHere(),
                "group",
                line == null ? null : line.group(),
                "suite",
                line == null ? null : line.suite(),
                "certificate_ends",
                line == null ? null : line.certificateEnds(),
                "round_trip_ms",
                line == null ? null : line.roundTripMillis(),
                "rate_one_stream",
                line == null ? null : line.rateOneStream(),
                "rate_streams",
                line == null ? null : line.rateStreams(),
                "streams",
                line == null ? null : line.streams(),
                "congestion_control",
                report.kernel().congestionControl(),
                "buffers",
                buffers(report.kernel()),
                "advice",
                report.advice());
    }

    private static Map<String, @Nullable Object> reach(Reach reach) {
        return object(
                "address", reach.address(),
                "ok", reach.ok(),
                "millis", reach.took().toNanos() / 1e6,
                "error", reach.error());
    }

    private static Map<String, @Nullable Object> buffers(Kernel.Facts kernel) {
        return object(
                "tcp_rmem_max", kernel.tcpReadMax(),
                "tcp_wmem_max", kernel.tcpWriteMax(),
                "rmem_max", kernel.readMax(),
                "wmem_max", kernel.writeMax());
    }

    /** Names and values in turn. */
    private static Map<String, @Nullable Object> object(@Nullable Object... members) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            object.put(String.valueOf(members[i]), members[i + 1]);
        }
        return object;
    }
}
