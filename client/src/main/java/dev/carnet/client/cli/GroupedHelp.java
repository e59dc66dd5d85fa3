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

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Move", List.of("push", "status", "cancel", "continue"));
        groups.put("Look", List.of("ls", "peers", "doctor"));
        groups.put("Prove", List.of("verify"));
        groups.put("Set up", List.of("demo", "identity"));
        return groups;
    }

    @Override
    public String render(Help help) {
        Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
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

    /** The first sentence of what the command says of itself. */
    private static String line(String name, Help command) {
        String[] description = command.commandSpec().usageMessage().description();
        String first = description.length == 0 ? "" : description[0];
        int end = first.indexOf(". ");
        return "  " + name + " ".repeat(Math.max(1, NAME_COLUMNS - name.length()))
                + Shown.cut(end < 0 ? first : first.substring(0, end + 1), 110) + System.lineSeparator();
    }
}
