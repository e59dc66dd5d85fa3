package dev.carnet.client.custody.report;

import dev.carnet.client.audit.Verdict;
import dev.carnet.client.custody.Custody;
import dev.carnet.client.custody.GivenLedger;
import dev.carnet.client.custody.MissingLedger;
import dev.carnet.client.custody.State;
import dev.carnet.client.custody.Summary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Custody for a person to read, keep and print: one file with all that it speaks of, as far as {@value Carried#ENTRIES_MAX} entries go. */
public final class HtmlReport {
    private final Custody custody;
    private final About about;
    private final Html out;
    private final Summary summary;
    private final Carried carried;

    /**
     * How the report came to be.
     *
     * @param trust name of the trust file
     * @param made when
     */
    public record About(Optional<String> trust, Instant made) {}

    private HtmlReport(Custody custody, About about, Appendable out) {
        this.custody = custody;
        this.about = about;
        this.out = new Html(out);
        this.summary = Summary.of(custody);
        this.carried = new Carried(custody.ledgers());
    }

    /**
     * Writes it.
     *
     * @throws IOException of {@code out}
     */
    public static void write(Custody custody, About about, Appendable out) throws IOException {
        try {
            new HtmlReport(custody, about, out).write();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void write() {
        out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"" + Style.policy() + "\"/>\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .raw("<meta name=\"referrer\" content=\"no-referrer\"/>\n")
                .raw("<title>Custody report</title>\n<style>" + Style.SHEET + "</style>\n</head>\n<body>\n");
        head();
        checkpoints();
        ledgers();
        evidence();
        limits();
        out.raw("</body>\n</html>\n");
    }

    // ---- the heading

    private void head() {
        Verdict verdict = custody.verdict();
        boolean bad = verdict == Verdict.WRONG || verdict == Verdict.UNREADABLE;
        boolean sure = verdict == Verdict.VERIFIES;
        out.raw("<header>\n<h1>Custody report</h1>\n<p class=\"verdict" + (bad ? " bad" : sure ? "" : " unsure")
                        + "\">")
                .text(summary.verdict())
                .raw("</p>\n<p>")
                .text(summary.counted())
                .raw("</p>\n<dl>");
        custody.ledgers()
                .forEach(ledger -> out.raw("<dt>ledger</dt><dd>")
                        .text((ledger.origin().isEmpty() ? ledger.name() : ledger.origin()) + " — "
                                + ledger.verdict().label() + ", " + Marks.count(ledger.size(), "entry", "entries"))
                        .raw("</dd>"));
        out.raw("<dt>trust</dt><dd>")
                .text(about.trust().orElse("none: keys that are found in a ledger prove nothing about who wrote it"))
                .raw("</dd><dt>made</dt><dd>")
                .text(Marks.time(about.made()))
                .raw("</dd></dl>\n");
        List<String> outstanding = summary.standsOut();
        if (!outstanding.isEmpty()) {
            out.raw("<h2>What stands out</h2>\n<ul class=\"outstanding\">");
            outstanding.forEach(sentence -> out.element("li", sentence));
            out.raw("</ul>\n");
        }
        out.raw("</header>\n");
    }

    // ---- the parts

    private void checkpoints() {
        out.raw("<main>\n<h2>Checkpoints and their copies</h2>\n<ul class=\"legend\">");
        for (State state : State.values()) {
            if (summary.copies(state) > 0) {
                out.raw("<li><span class=\"word " + Marks.style(state) + "\">")
                        .text(Marks.sign(state) + " " + state.label())
                        .raw("</span> ")
                        .text(state.meaning() + " (" + summary.copies(state) + ")")
                        .raw("</li>");
            }
        }
        out.raw("<li><b>!</b> ")
                .text("by one side's word alone, or another ledger does not bear it out")
                .raw("</li></ul>\n");
        if (summary.checkpoints() == 0) {
            out.raw("<p>No copy of anything is on record.</p>\n");
        }
        CheckpointPart part = new CheckpointPart(out, carried, labels());
        EvidencePart evidence = new EvidencePart(out, carried);
        custody.ledgers().stream().filter(GivenLedger::counts).forEach(evidence::takeBindings);
        custody.checkpoints(part::write);
    }

    /** The last part of an origin, where no two have the same one. */
    private Map<String, String> labels() {
        Map<String, Long> used = custody.ledgers().stream()
                .collect(Collectors.groupingBy(ledger -> last(ledger.origin()), Collectors.counting()));
        Map<String, String> labels = new HashMap<>();
        for (GivenLedger ledger : custody.ledgers()) {
            String last = last(ledger.origin());
            labels.put(ledger.origin(), used.getOrDefault(last, 0L) == 1 ? last : ledger.origin());
        }
        return labels;
    }

    private static String last(String origin) {
        return origin.substring(origin.lastIndexOf('/') + 1);
    }

    private void ledgers() {
        out.raw("<h2>Ledgers</h2>\n");
        LedgerPart part = new LedgerPart(out);
        custody.ledgers().forEach(part::write);
        if (!custody.missing().isEmpty()) {
            out.raw("<section class=\"card\">\n<h3>Not given, and named by those that were</h3>\n<ul>");
            for (MissingLedger ledger : custody.missing()) {
                out.element("li", ledger.origin() + " of " + ledger.daemon());
            }
            out.raw("</ul></section>\n");
        }
    }

    private void evidence() {
        out.raw("<h2>Entries</h2>\n<p class=\"paper\">")
                .text("The file of this report carries " + Marks.count(carried.count(), "entry", "entries")
                        + " with their proofs; they are not printed.")
                .raw("</p>\n<div class=\"screen\">\n<p>")
                .text(
                        "Each entry as it lies in its ledger, with the proof that the log checkpoint has it. Saved to files, `carnet ledger check-proof PROOF --entry ENTRY --trust FILE` checks them without this page.")
                .raw("</p>\n");
        if (carried.left() > 0) {
            out.raw("<p>")
                    .text(
                            "This file carries " + carried.count()
                                    + " entries; others are named above and not in it: fetch them from their ledgers with `carnet ledger prove`.")
                    .raw("</p>\n");
        }
        EvidencePart part = new EvidencePart(out, carried);
        custody.ledgers().stream().filter(GivenLedger::counts).forEach(part::write);
        out.raw("</div>\n");
    }

    private void limits() {
        out.raw("<h2>What a log cannot prove</h2>\n<ul>");
        for (String sentence : List.of(
                "That no copy exists which nobody logged.",
                "That what was destroyed cannot be read any more.",
                "That a clock was right: times are their writers' claims, and a cosignature says \"not later than\".",
                "That witnesses which belong to the audited party have not agreed with it.")) {
            out.element("li", sentence);
        }
        out.raw("</ul>\n</main>\n");
    }
}
