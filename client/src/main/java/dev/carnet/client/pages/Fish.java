package dev.carnet.client.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish. */
final class Fish {
    private static final String HELPERS = """
            # The words of the command so far, without options and their values.
            function __carnet_words
                set -l skip 0
                for word in (commandline -opc)[2..]
                    if test $skip = 1
                        set skip 0
                    else if contains -- $word VALUED
                        set skip 1
                    else if not string match -q -- '-*' $word
                        echo $word
                    end
                end
            end

            # Whether these words come first.
            function __carnet_in
                set -l words (__carnet_words)
                test (count $words) -ge (count $argv); or return 1
                for i in (seq (count $argv))
                    test "$words[$i]" = "$argv[$i]"; or return 1
                end
            end

            # Whether these are all words.
            function __carnet_at
                set -l words (__carnet_words)
                test (count $words) -eq (count $argv); and __carnet_in $argv
            end

            """;

    private Fish() {}

    static String script(List<Node> nodes) {
        String valued = nodes.stream()
                .flatMap(node -> node.options().stream())
                .filter(Node::takesValue)
                .flatMap(option -> java.util.Arrays.stream(option.names()))
                .distinct()
                .sorted()
                .collect(Collectors.joining(" "));
        var text = new StringBuilder(HELPERS.replace("VALUED", valued));
        text.append("complete -c carnet -f\n");
        nodes.forEach(node -> command(text, node));
        return text.toString();
    }

    private static void command(StringBuilder text, Node node) {
        List<String> words = node.path().subList(1, node.path().size());
        for (Node child : node.children()) {
            line(text, "__carnet_at", words, "-a " + child.name() + " -d " + quote(child.summary()));
        }
        boolean files = node.parameters().stream().anyMatch(parameter -> Node.kind(parameter) != Node.Kind.OTHER);
        if (files) {
            line(text, "__carnet_in", words, "-F");
        }
        for (OptionSpec option : node.options()) {
            line(text, node.children().isEmpty() ? "__carnet_in" : "__carnet_at", words, option(option));
        }
    }

    private static void line(StringBuilder text, String test, List<String> words, String rest) {
        String condition = words.isEmpty() ? test : test + " " + String.join(" ", words);
        text.append("complete -c carnet -n ")
                .append(quote(condition))
                .append(' ')
                .append(rest)
                .append('\n');
    }

    private static String option(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        names.addAll(Node.negatedNames(option));
        var text = new StringBuilder();
        names.forEach(name -> text.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
                .append(' '));
        if (Node.takesValue(option)) {
            text.append(Node.kind(option) == Node.Kind.OTHER ? "-x " : "-r -F ");
        }
        return text.append("-d ").append(quote(Node.text(option))).toString();
    }

    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
