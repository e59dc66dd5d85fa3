package dev.carnet.daemon.endtoend;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.daemon.fault.FailPoint;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real carnetd in a process of its own, with the flags of daemon/jvm.flags and the classes of the build. It lives for seconds, so that its JVM compiles with C1 alone and nothing is measured at its start;
 * {@code carnet demo} and the archive start daemons as people do.
 */
public final class DaemonProcess implements AutoCloseable {
    /** For a JVM that lives for seconds. */
    static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1", "-Dcarnet.unmeasured=true");

    private static final long START_SECONDS_MAX = 60;

    private final Process process;
    private final Path log;
    private final CarnetClient client;

    private DaemonProcess(Process process, Path log, CarnetClient client) {
        this.process = process;
        this.log = log;
        this.client = client;
    }

    /** Starts it and waits for its API; {@code properties} are system properties, such as fail points. */
    public static DaemonProcess start(Path config, Path socket, Path log, List<String> properties) {
        return launch(config, socket, log, properties).awaitApi();
    }

    /** Starts it and waits for nothing: it may end at once. */
    public static DaemonProcess launch(Path config, Path socket, Path log, List<String> properties) {
        return launch(config, socket, log, properties, "C.UTF-8", List.of("--allow-root"));
    }

    /** The launcher exports {@code C.UTF-8} as the locale, whatever stood there. */
    static DaemonProcess launch(
            Path config, Path socket, Path log, List<String> properties, String locale, List<String> arguments) {
        return launch(List.of(), config, socket, log, properties, locale, arguments);
    }

    /** @param through a command that becomes the one it is given, such as nsenter */
    static DaemonProcess launch(
            List<String> through,
            Path config,
            Path socket,
            Path log,
            List<String> properties,
            String locale,
            List<String> arguments) {
        DaemonClasses classes = DaemonClasses.get();
        List<String> options = new ArrayList<>(classes.options());
        properties.forEach(property -> options.add("-D" + property));
        List<String> command = new ArrayList<>(through);
        command.addAll(command(options, classes.classPath()));
        command.addAll(List.of("--config", config.toString()));
        command.addAll(arguments);
        return start(command, socket, log, locale);
    }

    /** What starts a daemon, without its arguments. */
    static List<String> command(List<String> options, String classPath) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + flags()));
        command.addAll(BRIEF);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, "dev.carnet.daemon.Main"));
        return command;
    }

    static DaemonProcess start(List<String> command, Path socket, Path log, String locale) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("LC_ALL", locale);
            Process process = builder.start();
            return new DaemonProcess(process, log, new CarnetClient(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path flags() {
        Path here = Path.of("").toAbsolutePath();
        Path inModule = here.resolve("jvm.flags");
        return Files.exists(inModule) ? inModule : here.resolve("daemon").resolve("jvm.flags");
    }

    public DaemonProcess awaitApi() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try {
                client.daemon();
                return this;
            } catch (ApiException e) {
                if (!process.isAlive() && process.exitValue() == FailPoint.EXIT_STATUS) {
                    return this; // killed at its point while it took up what was under way
                }
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "the daemon does not start (alive: " + process.isAlive() + "):\n" + log(), e);
                }
            }
            pause();
        }
    }

    public static void pause() {
        try {
            Thread.sleep(25);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public CarnetClient client() {
        return client;
    }

    public boolean alive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** SIGKILL, and no sooner back than it is gone. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM. */
    int stop() {
        process.destroy();
        return await();
    }

    /** The exit status. */
    int await() {
        try {
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the daemon does not end:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String log() {
        try {
            return new File(log.toString()).exists() ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
