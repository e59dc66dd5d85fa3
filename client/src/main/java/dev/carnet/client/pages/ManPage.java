package dev.carnet.client.pages;

import dev.carnet.client.cli.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;

/** A page of section 1, in the man macros. */
final class ManPage {
    private static final int SYNOPSIS_COLUMNS = 72;

    private final StringBuilder text = new StringBuilder();

    private ManPage() {}

    static String text(Node node, String version, String date) {
        var page = new ManPage();
        page.line(".TH " + quoted(node.dashed().toUpperCase(Locale.ROOT)) + " 1 \"" + date + "\" "
                + quoted("carnet " + version) + " " + quoted("Carnet"));
        page.section("NAME");
        page.line(escape(node.dashed()) + " \\- " + escape(summary(node)));
        page.synopsis(node);
        page.description(node);
        page.arguments(node);
        page.options(node);
        page.commands(node);
        page.examples(node);
        page.exits();
        page.environment();
        page.seeAlso(node);
        return page.text.toString();
    }

    private static String summary(Node node) {
        String summary = node.summary();
        return summary.isEmpty() ? node.name() : summary;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void plain(String words) {
        line(lead(escape(words)));
    }

    private void synopsis(Node node) {
        section("SYNOPSIS");
        line(".nf");
        var help = new Help(node.spec(), Help.defaultColorScheme(Help.Ansi.OFF));
        node.spec().usageMessage().width(SYNOPSIS_COLUMNS);
        help.synopsis(0).lines().forEach(line -> line(lead("\\fB" + escape(line) + "\\fR")));
        line(".fi");
    }

    private void description(Node node) {
        String[] description = node.spec().usageMessage().description();
        section("DESCRIPTION");
        boolean begun = false;
        boolean literal = false;
        for (String one : description) {
            String words = Node.plain(one);
            boolean indented = words.startsWith("  ");
            if (indented != literal) {
                line(indented ? ".RS\n.nf" : ".fi\n.RE");
                literal = indented;
            }
            if (words.isBlank()) {
                begun = false;
                continue;
            }
            if (!indented && !begun && !text.toString().endsWith("DESCRIPTION\n")) {
                line(".PP");
            }
            begun = true;
            plain(words.strip());
        }
        if (literal) {
            line(".fi\n.RE");
        }
        if (description.length == 0) {
            plain(summary(node) + ".");
        }
    }

    private void arguments(Node node) {
        if (node.parameters().isEmpty()) {
            return;
        }
        section("ARGUMENTS");
        node.parameters().forEach(parameter -> {
            line(".TP");
            line("\\fI" + escape(parameter.paramLabel()) + "\\fR");
            plain(Node.text(parameter));
        });
    }

    private void options(Node node) {
        if (node.options().isEmpty()) {
            return;
        }
        section("OPTIONS");
        for (OptionSpec option : node.options()) {
            line(".TP");
            List<String> names = new ArrayList<>(Arrays.asList(option.names()));
            names.addAll(Node.negatedNames(option));
            line(names.stream().map(name -> "\\fB" + escape(name) + "\\fR").collect(Collectors.joining(", "))
                    + (Node.takesValue(option) ? " \\fI" + escape(option.paramLabel()) + "\\fR" : ""));
            plain(Node.text(option));
        }
    }

    private void commands(Node node) {
        if (node.children().isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (Node child : node.children()) {
            line(".TP");
            line("\\fB" + escape(child.name()) + "\\fR");
            plain(summary(child) + ". See " + child.dashed() + "(1).");
        }
    }

    /** Footers are written for a terminal, with lines of their own. */
    private void examples(Node node) {
        List<String> lines = Arrays.stream(node.spec().usageMessage().footer())
                .map(Node::plain)
                .filter(line -> !line.isBlank() && !line.strip().equals("Examples:"))
                .filter(line ->
                        !line.startsWith("Exit code") && !line.startsWith("6 no space") && !line.startsWith("(or"))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        section("EXAMPLES");
        line(".nf");
        lines.forEach(line -> plain(line.strip()));
        line(".fi");
    }

    private void exits() {
        section("EXIT STATUS");
        for (ExitCode code : ExitCode.values()) {
            line(".TP");
            line("\\fB" + code.number() + "\\fR");
            plain(code.meaning() + ".");
        }
    }

    private void environment() {
        section("ENVIRONMENT");
        line(".TP");
        line("\\fBCARNET_SOCKET\\fR");
        plain(
                "Socket of the daemon. Without it that of the user's daemon (below XDG_RUNTIME_DIR), else that of the system's.");
        line(".TP");
        line("\\fBCARNET_DEBUG\\fR");
        plain("Where it is set, a bug of the command shows its stack trace.");
    }

    private void seeAlso(Node node) {
        List<String> others = new ArrayList<>();
        for (int words = node.path().size() - 1; words > 0; words--) {
            others.add(String.join("-", node.path().subList(0, words)) + "(1)");
        }
        node.children().forEach(child -> others.add(child.dashed() + "(1)"));
        others.add("carnetd(8)");
        section("SEE ALSO");
        plain(String.join(", ", others));
    }

    private static String quoted(String words) {
        return "\"" + escape(words).replace("\"", "\\(dq") + "\"";
    }

    /** A line that begins with a dot or an apostrophe would be a macro. */
    private static String lead(String line) {
        return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
    }

    private static String escape(String words) {
        return words.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga")
                .replace("~", "\\(ti")
                .replace("^", "\\(ha")
                .replace("…", "...");
    }
}
