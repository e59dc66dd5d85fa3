package dev.carnet.client.demo;

import dev.carnet.client.verify.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where everything lies, and commands that work as they stand. */
final class NextSteps {

    private final Launchers launchers;
    private final Ends ends;
    private final String volume;
    private final boolean kept;

    NextSteps(Launchers launchers, Ends ends, String volume, boolean kept) {
        this.launchers = launchers;
        this.ends = ends;
        this.volume = volume;
        this.kept = kept;
    }

    List<String> lines(DemoResult result, VerifyReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("checkpoint  " + result.published());
        lines.add("record      " + report.records().folder() + " (tree, cvs, seal, receipt)");
        lines.add("receipt     " + result.receipt());
        lines.add("audit       " + result.auditor().report() + " (open it in a browser)");
        for (End end : List.of(ends.sender(), ends.receiver())) {
            lines.add(pad(end.name()) + end.config() + ", log " + end.process().log());
            lines.add(pad("") + "ledger and state " + end.state() + ", socket " + end.socket());
        }
        lines.add("");
        String carnet = Command.launcher(launchers.carnet(), Path.of("").toAbsolutePath());
        command(
                lines,
                "verify again, without a daemon:",
                carnet,
                "verify",
                result.published().toString());
        command(
                lines,
                "let somebody else's program hash it, and compare:",
                "b3sum",
                "-r",
                result.published().toString());
        lines.set(lines.size() - 1, "  " + b3sum(result, report));
        DemoAudit auditor = result.auditor();
        command(
                lines,
                "who holds what, by the word of both ledgers:",
                carnet,
                "custody",
                auditor.ledger(ends.sender()).toString(),
                auditor.ledger(ends.receiver()).toString(),
                "--trust",
                auditor.trustFile().toString());
        if (kept) {
            command(lines, "ask the daemons:", carnet, "--socket", socket(ends.receiver()), "status");
        } else {
            for (End end : List.of(ends.sender(), ends.receiver())) {
                String[] words = end.process().command().toArray(String[]::new);
                words[0] = Command.launcher(launchers.carnetd(), Path.of("").toAbsolutePath());
                command(lines, "start the " + end.name() + " again (in a terminal of its own):", words);
            }
        }
        command(
                lines,
                "push once more, by hand:",
                carnet,
                "--socket",
                socket(ends.sender()),
                "push",
                result.source().toString(),
                ends.receiver().name() + ":" + volume + "/by-hand");
        if (kept) {
            String pids = ends.sender().process().pid() + " "
                    + ends.receiver().process().pid();
            lines.add("stop both daemons:");
            lines.add("  kill " + pids);
        }
        List<String> remove = new ArrayList<>(List.of("rm", "-rf"));
        result.own().forEach(path -> remove.add(path.toString()));
        command(lines, "remove all of it:", remove.toArray(new String[0]));
        return List.copyOf(lines);
    }

    /** Digests as {@code b3sum} prints them, beside those of the tree. */
    private static String b3sum(DemoResult result, VerifyReport report) {
        String find = Command.line("find", result.published().toString(), "-type", "f", "-exec", "b3sum", "{}", "+");
        return find + "; "
                + Command.line("grep", "^f", report.records().file("tree").toString());
    }

    private static String socket(End end) {
        return end.socket().toString();
    }

    private static void command(List<String> lines, String what, String... words) {
        lines.add(what);
        lines.add("  " + Command.line(words));
    }

    private static String pad(String label) {
        return label + " ".repeat(12 - label.length());
    }
}
