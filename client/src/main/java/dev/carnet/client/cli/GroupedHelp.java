package dev.carnet.client.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/** The list of commands by what one wants to do. A command that no group names is listed at the end, never lost. */
final class GroupedHelp implements IHelpSectionRenderer {
    private static final Map<String, List<String>> GROUPS = groups();
    private static final int NAME_COLUMNS = 12;
    private static final int TEXT_COLUMNS = 64;

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Move", List.of("push", "pull", "status", "pause", "continue", "cancel"));
        groups.put("Look", List.of("ls", "show", "jobs", "doctor"));
        groups.put("Prove", List.of("verify", "seal", "adopt", "ledger", "custody", "export"));
        groups.put("Let go", List.of("release", "destroy"));
        groups.put("Peers", List.of("peer", "peers"));
        groups.put("Set up", List.of("init", "identity", "reload", "demo"));
        return groups;
    }

    @Override
    public String render(Help help) {
        Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
        left.remove("help"); // the examples name it
        var text = new StringBuilder();
        GROUPS.forEach((title, names) -> {
            var lines = new StringBuilder();
            for (String name : names) {
                var command = left.remove(name);
                if (command != null) {
                    lines.append(line(name, command));
                }
            }
            append(text, title, lines);
        });
        var others = new StringBuilder();
        left.forEach((name, command) -> others.append(line(name, command)));
        append(text, "Other", others);
        return text.toString();
    }

    private static void append(StringBuilder text, String title, StringBuilder lines) {
        if (!lines.isEmpty()) {
            text.append(System.lineSeparator())
                    .append(title)
                    .append(':')
                    .append(System.lineSeparator())
                    .append(lines);
        }
    }

    /** The command's header; where it has none, the first sentence of what it says of itself. */
    private static String line(String name, Help command) {
        var usage = command.commandSpec().usageMessage();
        String[] words = usage.header().length > 0 ? usage.header() : usage.description();
        String first = words.length == 0 ? "" : words[0];
        int end = first.indexOf(". ");
        return "  " + name + " ".repeat(Math.max(1, NAME_COLUMNS - name.length()))
                + Shown.cut(end < 0 ? first : first.substring(0, end + 1), TEXT_COLUMNS) + System.lineSeparator();
    }
}
