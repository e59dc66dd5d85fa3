package dev.carnet.daemon.state;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second JVM with this one's class path and flags, for what only a process can do: die. */
public final class ForkedJvm {
    private static final long SECONDS_MAX = 60;

    private ForkedJvm() {}

    public record Ended(int status, String output) {}

    /** Starts a main class; its output goes to {@code output}. */
    public static Process start(Path output, List<String> flags, Class<?> main, String... args) throws IOException {
        return new ProcessBuilder(command(flags, main, args))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** The words that start it. */
    public static List<String> command(List<String> flags, Class<?> main, String... args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> a.startsWith("--")
                        || a.startsWith("-Dchronicle")
                        || a.startsWith("-Dfile")
                        || a.startsWith("-X"))
                .filter(a -> !a.startsWith("-Xlog"))
                .forEach(command::add);
        command.add("-XX:TieredStopAtLevel=1"); // it does not live long
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Runs a main class to its end. */
    public static Ended run(Path output, List<String> flags, Class<?> main, String... args) throws Exception {
        var process = start(output, flags, main, args);
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + SECONDS_MAX + " s: " + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }
}
