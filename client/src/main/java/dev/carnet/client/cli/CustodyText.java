package dev.carnet.client.cli;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.custody.Checkpoint;
import dev.carnet.client.custody.Copy;
import dev.carnet.client.custody.Custody;
import dev.carnet.client.custody.GivenLedger;
import dev.carnet.client.custody.MissingLedger;
import dev.carnet.client.custody.State;
import dev.carnet.client.custody.Summary;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Custody for a terminal, line by line: what was given, each checkpoint with its copies, what stands out. */
final class CustodyText {
    private static final String SCHEME = "spiffe://";

    /** Of a copy; the JSON has all. */
    private static final int DOUBTS_MAX = 20;

    /** In a heading; each copy has its own. */
    private static final int NAMES_MAX = 5;

    private final Custody custody;
    private final Consumer<String> out;

    CustodyText(Custody custody, Consumer<String> out) {
        this.custody = custody;
        this.out = out;
    }

    /** All of it. */
    void all(Summary summary, Optional<String> trust) {
        ledgers(trust);
        custody.checkpoints(this::checkpoint);
        summary(summary);
    }

    /** What was given, and what was not. */
    void ledgers(Optional<String> trust) {
        out.accept("Trust: " + trust.map(Shown::text).orElse("no file (--trust FILE)"));
        out.accept("");
        Table table = new Table("", "LEDGER", "VERDICT", ">ENTRIES", "DAEMON", "GIVEN AS");
        for (GivenLedger ledger : custody.ledgers()) {
            table.row(
                    ledger.counts() && ledger.doubts().findings().isEmpty() ? "" : "!",
                    ledger.origin().isEmpty() ? "?" : ledger.origin(),
                    ledger.verdict().label(),
                    Long.toString(ledger.size()),
                    daemon(ledger.daemon()),
                    ledger.name());
        }
        for (MissingLedger ledger : custody.missing()) {
            table.row("!", ledger.origin(), "not given", "", daemon(ledger.daemon()), "");
        }
        table.lines().forEach(out);
        for (GivenLedger ledger : custody.ledgers()) {
            findings(
                    "Findings in " + ledger.name(),
                    ledger.result().findings(),
                    ledger.result().findingsMore());
            findings(
                    "Compared with the others, in " + ledger.name(),
                    ledger.doubts().findings(),
                    ledger.doubts().findingsMore());
        }
    }

    private void findings(String heading, List<Finding> findings, long more) {
        if (!findings.isEmpty()) {
            out.accept("");
            out.accept(Shown.text(heading) + ":");
            LedgerText.findings(findings, more).forEach(out);
        }
    }

    private void checkpoint(Checkpoint checkpoint) {
        out.accept("");
        out.accept(checkpoint.names().isEmpty() ? "(no name on record)" : Shown.text(names(checkpoint.names())));
        out.accept("  content  "
                + (checkpoint.content().isEmpty() ? "not known: no entry says it" : checkpoint.content()));
        checkpoint.trees().forEach(tree -> out.accept("  tree     " + tree));
        checkpoint
                .size()
                .ifPresent(size -> out.accept(
                        "  size     " + Quantities.files(size.files()) + ", " + Quantities.bytes(size.logicalBytes())));
        Table table = new Table("", "STATE", "HOLDER", "WHERE", "SINCE", "LAST VERIFIED", "FROM");
        for (Copy copy : checkpoint.copies()) {
            table.row(
                    mark(copy),
                    copy.state().label(),
                    daemon(copy.holder()),
                    copy.place().isEmpty() ? "-" : copy.place(),
                    time(copy.since()),
                    copy.verified().map(CustodyText::time).orElse("-"),
                    copy.from().map(CustodyText::daemon).orElse("-"));
            Stream.concat(Stream.of(note(copy)), doubts(copy))
                    .filter(note -> !note.isEmpty())
                    .forEach(table::note);
        }
        table.lines().forEach(out);
    }

    private static String names(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(names.size(), NAMES_MAX)));
        return names.size() > NAMES_MAX ? first + " and " + (names.size() - NAMES_MAX) + " more names" : first;
    }

    /** By whose leave, and what has ended. */
    private static String note(Copy copy) {
        List<String> parts = new ArrayList<>();
        copy.until().ifPresent(until -> parts.add(copy.state().label() + " " + time(until)));
        copy.asked().principal().ifPresent(who -> parts.add("it came as asked by " + who));
        copy.asked().grant().ifPresent(grant -> parts.add("grant " + grant));
        copy.asked().sourceRule().ifPresent(rule -> parts.add("rule of the source " + rule));
        copy.asked().destinationRule().ifPresent(rule -> parts.add("rule of the destination " + rule));
        copy.transfer().ifPresent(id -> parts.add("transfer " + id));
        return String.join(", ", parts);
    }

    /** Why it is not certain, besides its state. */
    private static Stream<String> doubts(Copy copy) {
        return Stream.concat(
                copy.unsure()
                        ? copy.unheard().stream().map(origin -> "! not heard: the ledger " + origin)
                        : Stream.empty(),
                Stream.concat(
                        copy.doubts().stream()
                                .limit(DOUBTS_MAX)
                                .map(doubt -> "! " + doubt.kind().label() + ": entry " + doubt.index() + " of "
                                        + doubt.origin()),
                        copy.doubts().size() > DOUBTS_MAX
                                ? Stream.of("! and " + (copy.doubts().size() - DOUBTS_MAX) + " more findings")
                                : Stream.empty()));
    }

    /** The verdict, and what whoever reads no more has to know. */
    void summary(Summary summary) {
        out.accept("");
        out.accept(Shown.text(summary.counted()));
        for (String sentence : summary.standsOut()) {
            out.accept("! " + Shown.text(sentence));
        }
        out.accept(Shown.text(summary.verdict()));
    }

    private static String mark(Copy copy) {
        if (copy.state().kind() == State.Kind.GONE) {
            return "x";
        }
        return copy.unsure() || copy.state() == State.DESTROYING ? "!" : "";
    }

    private static String daemon(String spiffe) {
        return spiffe.startsWith(SCHEME) ? spiffe.substring(SCHEME.length()) : spiffe;
    }

    private static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
