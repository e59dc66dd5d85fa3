package dev.carnet.client.pages;

import dev.carnet.client.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Run by the build: writes completion for bash, zsh and fish, and a man page for each command. */
public final class Pages {
    private static final int ARGUMENTS = 3;

    private Pages() {}

    /** @param args a directory to write into, the version, and the date of the build (ISO 8601) */
    public static void main(String[] args) throws IOException {
        if (args.length != ARGUMENTS) {
            throw new IllegalArgumentException("a directory, a version and a date are wanted");
        }
        write(Main.model(), Path.of(args[0]), args[1], args[2].substring(0, "2026-01-01".length()));
    }

    static void write(CommandLine model, Path directory, String version, String date) throws IOException {
        for (var file : all(model, version, date).entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue(), StandardCharsets.UTF_8);
        }
    }

    /** Texts by their paths below the directory. */
    static Map<String, String> all(CommandLine model, String version, String date) {
        Map<String, String> all = new LinkedHashMap<>();
        List<Node> nodes = Node.all(model);
        all.put("completion/carnet.bash", Bash.script(model, nodes));
        all.put("completion/_carnet", Zsh.script(nodes));
        all.put("completion/carnet.fish", Fish.script(nodes));
        nodes.forEach(node -> all.put("man/man1/" + node.dashed() + ".1", ManPage.text(node, version, date)));
        return all;
    }

    /** Picocli's own script, without the moment at which it was made. */
    private static final class Bash {
        static String script(CommandLine model, List<Node> nodes) {
            String script = AutoComplete.bash("carnet", model);
            StringBuilder text = new StringBuilder();
            script.lines()
                    .filter(line -> !line.matches("# \\(?[Gg]enerated .*on .*|# Date: .*"))
                    .forEach(line -> text.append(negated(line, nodes)).append('\n'));
            return text.toString();
        }

        /** It leaves out the second name of an option that can be negated. */
        private static String negated(String line, List<Node> nodes) {
            if (!line.stripLeading().startsWith("local flag_opts=\"")) {
                return line;
            }
            String changed = line;
            for (Node node : nodes) {
                for (var option : node.options()) {
                    for (String no : Node.negatedNames(option)) {
                        for (String name : option.names()) {
                            if (changed.contains("'" + name + "'") && !changed.contains("'" + no + "'")) {
                                changed = changed.replace("'" + name + "'", "'" + name + "' '" + no + "'");
                            } else if (changed.matches(".*[\" ]" + name + "[\" ].*") && !changed.contains(no)) {
                                changed = changed.replaceFirst(
                                        "([\" ])" + name + "([\" ])", "$1" + name + " " + no + "$2");
                            }
                        }
                    }
                }
            }
            return changed;
        }
    }
}
