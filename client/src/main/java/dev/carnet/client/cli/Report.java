package dev.carnet.client.cli;

import dev.carnet.client.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A transfer in full, as lines of a name and a value. */
final class Report {
    private Report() {}

    static List<String> lines(Transfer t) {
        List<String> lines = new ArrayList<>();
        boolean source = t.role().equals("source");
        add(lines, "transfer", t.id());
        add(
                lines,
                "state",
                t.state()
                        + (t.ok() && t.state().equals("EXISTS") ? " (the same was there already)" : "")
                        + (t.paused() ? " (paused)" : ""));
        t.direction()
                .ifPresent(direction -> add(
                        lines,
                        "asked",
                        direction + t.mode().map(m -> ", " + m + " mode").orElse("")));
        t.source().ifPresent(path -> add(lines, "source", path));
        add(lines, source ? "to" : "from", t.peer());
        add(lines, source ? "there" : "here", t.volume() + "/" + t.name());
        if (!t.include().isEmpty()) {
            add(lines, "include", String.join(" ", t.include()));
        }
        t.labels().forEach((key, value) -> add(lines, "label", key + "=" + value));
        t.published().ifPresent(path -> add(lines, "published", path));
        add(lines, "files", t.filesDone() + " of " + t.files());
        add(
                lines,
                "bytes",
                Quantities.bytes(t.bytesDone()) + " of " + Quantities.bytes(t.bytesTotal()) + " ("
                        + Progress.percent(t).strip() + ")");
        add(lines, "wire", wire(t));
        add(lines, "rate", rate(t));
        t.etaSeconds().ifPresent(eta -> add(lines, "ETA", Quantities.duration(eta)));
        add(lines, "attempt", t.attempt() + ", " + t.streams() + " streams open");
        t.waitingFor().ifPresent(sentence -> addShown(lines, "waiting", Shown.sentence(sentence)));
        t.code().ifPresent(code -> add(lines, "code", code));
        t.error().ifPresent(sentence -> addShown(lines, "error", Shown.sentence(sentence)));
        t.treeDigest().ifPresent(digest -> add(lines, "tree", digest));
        t.contentDigest().ifPresent(digest -> add(lines, "content", digest));
        t.partOf().ifPresent(digest -> add(lines, "part of", digest));
        t.receipt().ifPresent(path -> add(lines, "receipt", path));
        add(lines, "created", t.created());
        add(lines, "updated", t.updated());
        return lines;
    }

    private static String wire(Transfer t) {
        var ratio = Progress.ratio(t).map(r -> ", compression " + r).orElse("");
        var resent = t.resentBytes() > 0 ? ", " + Quantities.bytes(t.resentBytes()) + " sent again" : "";
        return Quantities.bytes(t.wireBytes()) + ratio + resent;
    }

    private static String rate(Transfer t) {
        var average = "average " + Quantities.rate(t.rateAverage());
        return t.finished() ? average : Quantities.rate(t.rateNow()) + " now, " + average;
    }

    private static void add(List<String> lines, String name, String value) {
        addShown(lines, name, Shown.text(value));
    }

    private static void addShown(List<String> lines, String name, String shown) {
        lines.add(String.format(Locale.ROOT, "%-10s", name) + shown);
    }
}
