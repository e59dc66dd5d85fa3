package dev.carnet.client.custody.report;

import dev.carnet.client.custody.Checkpoint;
import dev.carnet.client.custody.Copy;
import dev.carnet.client.custody.Doubt;
import dev.carnet.client.custody.EntryRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A checkpoint's section: what it is, the drawing, a line for each copy. */
final class CheckpointPart {
    /** Drawings in one report. */
    private static final int GRAPHS_MAX = 200;

    private static final int NAMES_MAX = 5;

    /** Of a copy; the JSON has all. */
    private static final int DOUBTS_MAX = 20;

    private final Html out;
    private final Carried carried;
    private final Map<String, String> labels;
    private int number;

    /** @param labels short names of ledgers, by origin */
    CheckpointPart(Html out, Carried carried, Map<String, String> labels) {
        this.out = out;
        this.carried = carried;
        this.labels = labels;
    }

    void write(Checkpoint checkpoint) {
        number++;
        out.raw("<section class=\"card\">\n<h3>");
        out.text(heading(checkpoint)).raw("</h3>\n<dl>");
        out.raw("<dt>content</dt><dd class=\"digest\">")
                .text(checkpoint.content().isEmpty() ? "not known: no entry says it" : checkpoint.content())
                .raw("</dd>");
        checkpoint
                .trees()
                .forEach(tree ->
                        out.raw("<dt>tree</dt><dd class=\"digest\">").text(tree).raw("</dd>"));
        checkpoint
                .size()
                .ifPresent(size -> out.raw("<dt>size</dt><dd>")
                        .text(Marks.count(size.files(), "file", "files") + ", " + Marks.bytes(size.logicalBytes()))
                        .raw("</dd>"));
        out.raw("</dl>\n");
        graph(checkpoint);
        table(checkpoint);
        out.raw("</section>\n");
    }

    private static String heading(Checkpoint checkpoint) {
        List<String> names = checkpoint.names();
        if (names.isEmpty()) {
            return "A checkpoint without a name on record";
        }
        String first = String.join(", ", names.subList(0, Math.min(names.size(), NAMES_MAX)));
        return names.size() > NAMES_MAX ? first + " and " + (names.size() - NAMES_MAX) + " more names" : first;
    }

    private void graph(Checkpoint checkpoint) {
        if (number > GRAPHS_MAX) {
            out.raw("<p>")
                    .text("This report draws the first " + GRAPHS_MAX + " checkpoints; the table has all of this one.")
                    .raw("</p>\n");
            return;
        }
        List<Copy> copies = checkpoint.copies();
        List<Copy> drawn = copies.subList(0, Math.min(copies.size(), Graph.COPIES_MAX));
        new Graph("g" + number, drawn).write(out, "Copies of " + heading(checkpoint));
        if (drawn.size() < copies.size()) {
            out.raw("<p>")
                    .text("The drawing shows the first " + drawn.size() + " of " + copies.size()
                            + " copies; the table has all.")
                    .raw("</p>\n");
        }
    }

    private void table(Checkpoint checkpoint) {
        out.raw("<div class=\"scroll\"><table><caption>")
                .text(Marks.count(checkpoint.copies().size(), "copy", "copies"))
                .raw("</caption><thead><tr>");
        for (String head : List.of(
                "State", "Holder", "Volume and name", "Since", "From", "Asked by, rules", "Last verified", "Entries")) {
            out.raw("<th scope=\"col\">").text(head).raw("</th>");
        }
        out.raw("</tr></thead><tbody>\n");
        checkpoint.copies().forEach(this::row);
        out.raw("</tbody></table></div>\n");
    }

    private void row(Copy copy) {
        String style = Marks.style(copy);
        out.raw("<tr class=\"" + (style.equals("gone") ? "gone" : "copy") + "\"><th scope=\"row\"><span class=\"word "
                        + style + "\" title=\"")
                .text(copy.state().meaning())
                .raw("\">")
                .text(Marks.word(copy))
                .raw("</span>");
        doubts(copy);
        copy.until().ifPresent(until -> out.element("small", Marks.time(until)));
        out.raw("</th><td>").text(Marks.daemon(copy.holder())).element("small", copy.holder());
        out.raw("</td><td><span class=\"name\">").text(Marks.place(copy)).raw("</span>");
        copy.tree()
                .ifPresent(tree -> out.raw("<small class=\"digest\" title=\"")
                        .text(tree)
                        .raw("\">")
                        .text("tree " + tree.substring(0, 16) + "…")
                        .raw("</small>"));
        out.raw("</td><td>");
        time(copy.since());
        out.raw("</td><td>");
        if (copy.from().isEmpty()) {
            out.raw("—");
        }
        copy.from().ifPresent(from -> out.text(Marks.daemon(from)).element("small", from));
        copy.transfer()
                .ifPresent(id -> out.raw("<small class=\"digest\" title=\"")
                        .text(id)
                        .raw("\">")
                        .text("transfer " + id.substring(0, 8) + "…")
                        .raw("</small>"));
        out.raw("</td><td>");
        asked(copy.asked());
        out.raw("</td><td>");
        copy.verified().ifPresentOrElse(this::time, () -> out.raw("not on record"));
        out.raw("</td><td><div class=\"entries\">");
        String ledger = "";
        for (EntryRef entry : copy.entries()) {
            if (!entry.origin().equals(ledger)) {
                ledger = entry.origin();
                out.element("b", labels.getOrDefault(ledger, ledger));
            }
            link(entry);
        }
        out.raw("</div></td></tr>\n");
    }

    /** Why it is not certain, besides its state. */
    private void doubts(Copy copy) {
        if (copy.unsure()) {
            copy.unheard().ifPresent(origin -> out.element("small", "not heard: " + origin));
        }
        List<Doubt> shown = copy.doubts().subList(0, Math.min(copy.doubts().size(), DOUBTS_MAX));
        for (Doubt doubt : shown) {
            out.raw("<small class=\"" + (doubt.wrong() ? "bad" : "unsure") + "\">")
                    .text(doubt.kind().label() + ": " + labels.getOrDefault(doubt.origin(), doubt.origin()) + " ");
            copy.entries().stream()
                    .filter(entry -> entry.origin().equals(doubt.origin()) && entry.index() == doubt.index())
                    .forEach(this::link);
            out.raw("</small>");
        }
        if (shown.size() < copy.doubts().size()) {
            out.element("small", "and " + (copy.doubts().size() - shown.size()) + " more findings");
        }
    }

    /** Date and time of day, on two lines where there is little room. */
    private void time(Instant time) {
        String[] parts = Marks.time(time).split(" ", 2);
        out.element("time", parts[0]).raw(" ").element("time", parts[1]);
    }

    private void asked(Copy.Asked asked) {
        out.text(asked.principal().orElse("—"));
        detail("grant", asked.grant());
        detail("rule of the source", asked.sourceRule());
        detail("rule of the destination", asked.destinationRule());
    }

    private void detail(String what, Optional<String> value) {
        value.ifPresent(text -> out.element("small", what + ": " + text));
    }

    private void link(EntryRef entry) {
        String words = "#" + entry.index();
        String what = entry.what().label() + ", entry " + entry.index() + " of " + entry.origin();
        if (carried.take(entry)) {
            out.raw("<a href=\"#" + carried.anchor(entry.origin(), entry.index()) + "\" title=\"")
                    .text(what)
                    .raw("\">")
                    .text(words)
                    .raw("</a>");
        } else {
            out.raw("<span title=\"")
                    .text(what + " (not in this file)")
                    .raw("\">")
                    .text(words)
                    .raw("</span>");
        }
    }
}
