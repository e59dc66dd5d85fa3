package dev.carnet.client.pages;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion for zsh: one function for each command, on {@code _arguments}. */
final class Zsh {
    private Zsh() {}

    static String script(List<Node> nodes) {
        var text = new StringBuilder("#compdef carnet\n\n");
        nodes.forEach(node -> function(text, node));
        text.append(
                "if [ \"$funcstack[1]\" = \"_carnet\" ]; then\n  _carnet \"$@\"\nelse\n  compdef _carnet carnet\nfi\n");
        return text.toString();
    }

    private static String functionName(Node node) {
        return "_" + node.dashed().replace('-', '_');
    }

    private static void function(StringBuilder text, Node node) {
        List<String> specs = new ArrayList<>();
        node.options().forEach(option -> specs.addAll(option(option)));
        boolean parent = !node.children().isEmpty();
        if (parent) {
            specs.add("'1: :->command'");
            specs.add("'*:: :->arguments'");
        } else {
            node.parameters().forEach(parameter -> specs.add(parameter(parameter)));
        }
        text.append(functionName(node)).append("() {\n");
        if (parent) {
            text.append("  local context state state_descr line\n  typeset -A opt_args\n");
        }
        text.append("  _arguments ").append(parent ? "-C -S -s" : "-S -s");
        specs.forEach(spec -> text.append(" \\\n    ").append(spec));
        text.append('\n');
        if (parent) {
            children(text, node);
        }
        text.append("}\n\n");
    }

    private static void children(StringBuilder text, Node node) {
        text.append("  case $state in\n    command)\n      local -a commands\n      commands=(\n");
        node.children()
                .forEach(child -> text.append("        ")
                        .append(quote(child.name() + ":" + child.summary().replace(":", "\\:")))
                        .append('\n'));
        text.append(
                "      )\n      _describe -t commands command commands\n      ;;\n    arguments)\n      case $line[1] in\n");
        node.children()
                .forEach(child -> text.append("        ")
                        .append(child.name())
                        .append(") ")
                        .append(functionName(child))
                        .append(" ;;\n"));
        text.append("      esac\n      ;;\n  esac\n");
    }

    private static List<String> option(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        names.addAll(Node.negatedNames(option));
        // one name excludes the others, unless it may stand again
        String others = Node.repeats(option) ? "*" : "(" + String.join(" ", names) + ")";
        List<String> specs = new ArrayList<>();
        for (String name : names) {
            var spec = new StringBuilder(others).append(name);
            if (Node.takesValue(option)) {
                spec.append(name.startsWith("--") ? "=" : "+");
            }
            spec.append('[').append(bracketed(Node.text(option))).append(']');
            if (Node.takesValue(option)) {
                spec.append(':')
                        .append(coloned(option.paramLabel()))
                        .append(':')
                        .append(action(Node.kind(option)));
            }
            specs.add(quote(spec.toString()));
        }
        return specs;
    }

    private static String parameter(PositionalParamSpec parameter) {
        String place = Node.repeats(parameter)
                ? "*"
                : (parameter.index().min() + 1) + (parameter.arity().min() == 0 ? ":" : "");
        return quote(place + ":" + coloned(parameter.paramLabel()) + ":" + action(Node.kind(parameter)));
    }

    private static String action(Node.Kind kind) {
        return switch (kind) {
            case FILE -> "_files";
            case DIRECTORY -> "_files -/";
            case OTHER -> " ";
        };
    }

    private static String bracketed(String text) {
        return text.replace("\\", "\\\\")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace(":", "\\:");
    }

    private static String coloned(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:");
    }

    private static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
