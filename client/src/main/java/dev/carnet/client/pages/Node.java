package dev.carnet.client.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * One command of the model.
 *
 * @param path its words, beginning with carnet
 * @param spec picocli's
 * @param children in order
 */
record Node(List<String> path, CommandSpec spec, List<Node> children) {
    /** What a value is, for a shell that completes it. */
    enum Kind {
        FILE,
        DIRECTORY,
        OTHER
    }

    /** The command itself first, then each with all that is below it. */
    static List<Node> all(CommandLine model) {
        List<Node> all = new ArrayList<>();
        collect(of(List.of(model.getCommandName()), model), all);
        return all;
    }

    private static void collect(Node node, List<Node> into) {
        into.add(node);
        node.children().forEach(child -> collect(child, into));
    }

    private static Node of(List<String> path, CommandLine line) {
        List<Node> children = new ArrayList<>();
        line.getSubcommands().forEach((name, child) -> {
            if (!child.getCommandSpec().usageMessage().hidden()) {
                children.add(of(Stream.concat(path.stream(), Stream.of(name)).toList(), child));
            }
        });
        return new Node(path, line.getCommandSpec(), children);
    }

    String name() {
        return path.getLast();
    }

    /** {@code carnet-peer-add}. */
    String dashed() {
        return String.join("-", path);
    }

    /** One line: the header, or the first sentence of the description. */
    String summary() {
        var usage = spec.usageMessage();
        String[] words = usage.header().length > 0 ? usage.header() : usage.description();
        String first = words.length == 0 ? "" : words[0];
        int end = first.indexOf(". ");
        return plain(end < 0 ? first : first.substring(0, end)).replaceFirst("\\.$", "");
    }

    List<OptionSpec> options() {
        return spec.options().stream().filter(option -> !option.hidden()).toList();
    }

    List<PositionalParamSpec> parameters() {
        return spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
    }

    /** {@code --no-wait} for {@code --wait}. */
    static List<String> negatedNames(OptionSpec option) {
        if (!option.negatable()) {
            return List.of();
        }
        var transformer = CommandLine.RegexTransformer.createDefault();
        return Stream.of(option.names())
                .filter(name -> name.startsWith("--"))
                .map(name -> transformer.makeNegative(name, option.command()))
                .toList();
    }

    static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0 && !isFlag(option);
    }

    private static boolean isFlag(ArgSpec argument) {
        return argument.type() == boolean.class || argument.type() == Boolean.class;
    }

    static boolean repeats(ArgSpec argument) {
        return argument.isMultiValue();
    }

    static Kind kind(ArgSpec argument) {
        return switch (argument.paramLabel()) {
            case "FILE", "PATH", "SRC", "CARD", "DIR|URL|FILE" -> Kind.FILE;
            case "DIR", "WORK", "DIR|PEER:VOLUME/NAME", "DIR|URL", "[DIR|URL] INDEX", "[DIR|URL] INDEX|DIGEST" ->
                Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
    }

    /** All its lines as one. */
    static String text(ArgSpec argument) {
        return plain(String.join(" ", argument.description()));
    }

    /** Picocli's texts are formats: a percent sign stands twice in them. */
    static String plain(String text) {
        return text.replace("%%", "%").replace("%n", " ");
    }
}
