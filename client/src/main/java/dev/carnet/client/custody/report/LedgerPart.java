package dev.carnet.client.custody.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.audit.Vouching;
import dev.carnet.client.custody.GivenLedger;
import java.util.List;

/** A ledger's section: what its verification said, and who vouches for it. */
final class LedgerPart {
    private static final int FINDINGS_MAX = 100;

    private final Html out;

    LedgerPart(Html out) {
        this.out = out;
    }

    void write(GivenLedger ledger) {
        out.raw("<section class=\"card\">\n<h3>")
                .text(ledger.origin().isEmpty() ? ledger.name() : ledger.origin())
                .raw("</h3>\n<dl><dt>verdict</dt><dd>")
                .element("span", "word " + style(ledger.verdict()), verdict(ledger.verdict()))
                .raw("</dd>");
        item("given as", ledger.name());
        if (!ledger.daemon().isEmpty()) {
            item("daemon", ledger.daemon());
        }
        if (!ledger.root().isEmpty()) {
            item("entries", Marks.count(ledger.size(), "entry", "entries"));
            item("root", ledger.root());
        }
        vouching(ledger.result().vouching());
        out.raw("</dl>\n");
        findings(ledger.result().findings(), ledger.result().findingsMore());
        if (!ledger.doubts().findings().isEmpty()) {
            out.raw("<p>").text("What the other ledgers do not bear out:").raw("</p>\n");
            findings(ledger.doubts().findings(), ledger.doubts().findingsMore());
        }
        var note = ledger.result().checkpoint();
        if (note != null) {
            out.raw("<details><summary>Its signed log checkpoint</summary><pre>")
                    .block(new String(note.encode(), UTF_8))
                    .raw("</pre></details>\n");
        }
        out.raw("</section>\n");
    }

    private void item(String what, String words) {
        out.raw("<dt>").text(what).raw("</dt><dd>").text(words).raw("</dd>");
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case VERIFIES -> "there";
            case INCOMPLETE -> "unsure";
            case WRONG, UNREADABLE -> "bad";
        };
    }

    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case VERIFIES -> "● verifies";
            case INCOMPLETE -> "◐ incomplete: nothing is wrong, something is missing or not vouched for";
            case WRONG -> "✕ wrong: it does not verify";
            case UNREADABLE -> "✕ unreadable: it cannot be read to its end";
        };
    }

    private void vouching(Vouching vouching) {
        if (!vouching.asked()) {
            item("trust", "no trust file, or nothing to hold against it: nobody's word was checked");
            return;
        }
        item(
                "trust",
                (vouching.log() ? "a listed key of the log signed it" : "no listed key of the log signed it")
                        + "; quorum " + vouching.quorum() + (vouching.quorumMet() ? " is met" : " is not met"));
        for (Vouching.Witness witness : vouching.cosigned()) {
            item(
                    "witness",
                    witness.name() + " (" + witness.key() + "): not later than " + Marks.time(witness.time())
                            + (witness.own() ? "; it belongs to the audited party" : ""));
        }
    }

    private void findings(List<Finding> findings, long more) {
        if (findings.isEmpty()) {
            return;
        }
        out.raw("<ul class=\"outstanding\">");
        for (Finding finding : findings.subList(0, Math.min(findings.size(), FINDINGS_MAX))) {
            out.raw("<li><b>")
                    .text(finding.kind().label())
                    .raw("</b> ")
                    .text(finding.place() + ": " + finding.sentence())
                    .raw("</li>");
        }
        long left = more + Math.max(0, findings.size() - FINDINGS_MAX);
        if (left > 0) {
            out.raw("<li>").text("and " + left + " more").raw("</li>");
        }
        out.raw("</ul>\n");
    }
}
