package dev.carnet.client.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.client.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

/** Every command and every option stands in each completion and in its man page, and other people's programs can read them. */
@Timeout(60)
class PagesTest {
    @TempDir
    private Path temp;

    private final List<Node> nodes = Node.all(Main.model());
    private final Map<String, String> pages = Pages.all(Main.model(), "1.2.3", "2026-01-01");

    private static List<String> names(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        names.addAll(Node.negatedNames(option));
        return names;
    }

    @Test
    void the_model_has_the_commands_that_the_documentation_lists() {
        assertThat(nodes.stream().map(Node::dashed))
                .contains(
                        "carnet",
                        "carnet-push",
                        "carnet-pull",
                        "carnet-peer-add",
                        "carnet-identity-card",
                        "carnet-init");
    }

    @Test
    void the_documentation_lists_every_command() throws IOException {
        String page = Files.readString(Path.of("docs/cli.md"));
        for (Node node : nodes) {
            String parent = String.join(" ", node.path().subList(0, node.path().size() - 1));
            assertThat(page)
                    .as(node.dashed())
                    .containsPattern("(?m)^\\|.*" + parent + (parent.isEmpty() ? "" : " ") + "([a-z|\\\\]+\\|)?"
                            + node.name() + "\\b");
        }
    }

    @Test
    void bash_has_all() {
        String script = pages.get("completion/carnet.bash");
        for (Node node : nodes) {
            // Picocli leaves the hyphens out of names of functions.
            String function =
                    "function _picocli_" + String.join("_", node.path()).replace("-", "") + "() {";
            assertThat(script).as(node.dashed()).contains(function);
            String body = script.substring(script.indexOf(function));
            body = body.substring(0, body.indexOf("\n}\n"));
            for (OptionSpec option : node.options()) {
                for (String name : names(option)) {
                    assertThat(body).as(node.dashed()).containsPattern("[\"' ]" + name + "[\"' ]");
                }
            }
            for (Node child : node.children()) {
                assertThat(body).containsPattern("local commands=.*\\b" + child.name() + "\\b");
            }
        }
        assertThat(script).doesNotContain("Date:");
    }

    @Test
    void zsh_has_all() {
        String script = pages.get("completion/_carnet");
        for (Node node : nodes) {
            String function = "_" + node.dashed().replace('-', '_') + "() {\n";
            assertThat(script).contains("\n" + function);
            String body = script.substring(script.indexOf("\n" + function));
            body = body.substring(0, body.indexOf("\n}\n"));
            for (OptionSpec option : node.options()) {
                for (String name : names(option)) {
                    assertThat(body).as(node.dashed()).containsPattern("[)*]" + name + "[=+]?\\[[^\\]]{4,}");
                }
            }
            for (Node child : node.children()) {
                assertThat(body)
                        .contains("'" + child.name() + ":")
                        .contains(child.name() + ") _" + child.dashed().replace('-', '_') + " ;;");
            }
        }
    }

    @Test
    void fish_has_all() {
        String script = pages.get("completion/carnet.fish");
        for (Node node : nodes) {
            String words = String.join(" ", node.path().subList(1, node.path().size()));
            String at = "-n '__carnet_(in|at)" + (words.isEmpty() ? "" : " " + Pattern.quote(words)) + "' ";
            for (OptionSpec option : node.options()) {
                for (String name : names(option)) {
                    String fish = name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1);
                    assertThat(script)
                            .as(node.dashed())
                            .containsPattern("(?m)^complete -c carnet " + at + ".*" + fish + " ");
                }
            }
            for (Node child : node.children()) {
                assertThat(script).containsPattern("(?m)^complete -c carnet " + at + "-a " + child.name() + " -d '");
            }
        }
    }

    @Test
    void every_command_has_its_man_page() {
        for (Node node : nodes) {
            String page = pages.get("man/man1/" + node.dashed() + ".1");
            assertThat(page)
                    .as(node.dashed())
                    .startsWith(".TH \"")
                    .contains("carnet 1.2.3")
                    .contains(".SH SYNOPSIS\n");
            for (OptionSpec option : node.options()) {
                for (String name : names(option)) {
                    assertThat(page).contains("\\fB" + name.replace("-", "\\-") + "\\fR");
                }
            }
            node.parameters()
                    .forEach(parameter -> assertThat(page)
                            .contains("\\fI" + parameter.paramLabel().replace("-", "\\-") + "\\fR"));
            for (Node child : node.children()) {
                assertThat(page).contains("\n\\fB" + child.name().replace("-", "\\-") + "\\fR\n");
            }
        }
    }

    @Test
    void nothing_is_left_unsaid_or_unfilled() {
        for (Node node : nodes) {
            assertThat(node.summary()).as(node.dashed()).hasSizeBetween(10, 90);
            node.options()
                    .forEach(option -> assertThat(Node.text(option))
                            .as(node.dashed() + " " + option.longestName())
                            .isNotBlank());
        }
        pages.forEach((path, page) -> assertThat(page).as(path).doesNotContain("DEFAULT-VALUE", "%n", "%%"));
    }

    @Test
    void the_same_model_gives_the_same_bytes() {
        assertThat(Pages.all(Main.model(), "1.2.3", "2026-01-01")).isEqualTo(pages);
    }

    @ParameterizedTest
    @CsvSource({"bash,-n,completion/carnet.bash", "zsh,-n,completion/_carnet", "fish,-n,completion/carnet.fish"})
    void the_shell_itself_can_read_it(String shell, String option, String path) throws Exception {
        assumeTrue(installed(shell), shell + " is not installed");
        Pages.write(Main.model(), temp, "1.2.3", "2026-01-01");
        assertThat(output(shell, option, temp.resolve(path).toString())).isEmpty();
    }

    @Test
    void bash_completes() throws Exception {
        Pages.write(Main.model(), temp, "1.2.3", "2026-01-01");
        assertThat(bash("carnet", "pu")).containsExactlyInAnyOrder("push", "pull");
        assertThat(bash("carnet", "peer", "")).contains("ls", "add", "test", "rekey");
        assertThat(bash("carnet", "pull", "--inc")).containsExactly("--include");
        assertThat(bash("carnet", "push", "--no-w")).containsExactly("--no-wait");
    }

    private List<String> bash(String... words) throws Exception {
        String line = String.join(" ", words);
        return output(
                        "bash",
                        "-c",
                        "shopt -s progcomp; . \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=$* COMP_POINT="
                                + line.length() + "; _complete_carnet 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"",
                        "bash",
                        temp.resolve("completion/carnet.bash").toString(),
                        words)
                .lines()
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    @Test
    void fish_completes() throws Exception {
        assumeTrue(installed("fish"), "fish is not installed");
        Pages.write(Main.model(), temp, "1.2.3", "2026-01-01");
        assertThat(fish("carnet pu")).containsExactlyInAnyOrder("push", "pull");
        assertThat(fish("carnet peer ")).containsExactlyInAnyOrder("ls", "add", "test", "rekey");
        assertThat(fish("carnet --socket /x peer ad")).containsExactly("add");
        assertThat(fish("carnet pull --inc")).containsExactly("--include");
        assertThat(fish("carnet push --no-w")).containsExactly("--no-wait");
        assertThat(fish("carnet peer add --inc")).isEmpty();
    }

    private List<String> fish(String line) throws Exception {
        return output(
                        "fish",
                        "--no-config",
                        "-c",
                        "source $argv[1]; complete -C $argv[2]",
                        temp.resolve("completion/carnet.fish").toString(),
                        line)
                .lines()
                .map(word -> word.split("\t", 2)[0])
                .toList();
    }

    @Test
    void mandoc_finds_nothing_wrong() throws Exception {
        assumeTrue(installed("mandoc"), "mandoc is not installed");
        Pages.write(Main.model(), temp, "1.2.3", "2026-01-01");
        for (Node node : nodes) {
            String page = temp.resolve("man/man1/" + node.dashed() + ".1").toString();
            assertThat(output("mandoc", "-Tlint", "-W", "warning", page))
                    .as(node.dashed())
                    .isEmpty();
        }
        assertThat(output("mandoc", "-Tlint", "-W", "warning", "../dist/src/man/man8/carnetd.8"))
                .isEmpty();
    }

    private static boolean installed(String program) {
        return java.util.Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String output(Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (Object word : words) {
            if (word instanceof String[] several) {
                command.addAll(List.of(several));
            } else {
                command.add(word.toString());
            }
        }
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
