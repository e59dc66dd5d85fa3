package dev.carnet.daemon.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Jazzer in a JVM of its own, one target after the other: {@code ./mvnw -Pfuzz -pl daemon -am test -Dfuzz.target=NAME,NAME|all -Dfuzz.minutes=N}. Jazzer's agent, with
 * the flags that it needs, so never meets the JVM of the other tests. What it learned stays in target/fuzz/NAME/corpus, and what broke beside it.
 */
@EnabledIfSystemProperty(named = "carnet.fuzz.target", matches = ".+")
class JazzerRun {
    private static final int SPARE_MINUTES = 2;
    private static final int INPUT_BYTES_MAX = 70_000;

    @TestFactory
    Stream<DynamicTest> jazzer() {
        String wanted = System.getProperty("carnet.fuzz.target", "");
        List<String> names = wanted.equals("all") ? List.copyOf(Targets.ALL.keySet()) : List.of(wanted.split(","));
        names.forEach(Targets::named);
        double minutes = Double.parseDouble(System.getProperty("carnet.fuzz.minutes", "1"));
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> run(name, minutes)));
    }

    private static void run(String name, double minutes) throws IOException, InterruptedException {
        Path folder = Path.of("target/fuzz").resolve(name).toAbsolutePath();
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path log = folder.resolve("log");
        Process jazzer = new ProcessBuilder(command(name, minutes, folder, corpus))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            long limit = (long) (minutes * 60) + SPARE_MINUTES * 60;
            assertThat(jazzer.waitFor(limit, TimeUnit.SECONDS))
                    .as("Jazzer ends, see " + log)
                    .isTrue();
        } finally {
            jazzer.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        System.out.println(name + ": "
                + lines.stream()
                        .filter(line -> line.contains("cov: "))
                        .reduce((a, b) -> b)
                        .orElse("nothing ran"));
        assertThat(jazzer.exitValue())
                .as("a finding: " + log + ", the input is beside it")
                .isZero();
        assertThat(lines).as("Jazzer ran, see " + log).anyMatch(line -> line.contains("cov: "));
    }

    private static List<String> command(String name, double minutes, Path folder, Path corpus) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Corpus.root().resolveSibling("../../jvm.flags").normalize());
        command.add("-Xmx1g");
        command.add("-XX:+EnableDynamicAgentLoading");
        command.add("-Dcarnet.fuzz.target=" + name);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + JazzerTarget.class.getName());
        command.add("--instrumentation_includes=dev.carnet.**:org.tomlj.**:com.fasterxml.jackson.core.**");
        command.add("--reproducer_path=" + folder);
        command.add("-artifact_prefix=" + folder + "/");
        command.add("-max_total_time=" + Math.max(1, Math.round(minutes * 60)));
        command.add("-timeout=20");
        command.add("-rss_limit_mb=3072");
        command.add("-max_len=" + INPUT_BYTES_MAX);
        command.add(corpus.toString());
        command.add(Corpus.folder(name).toString());
        return command;
    }
}
