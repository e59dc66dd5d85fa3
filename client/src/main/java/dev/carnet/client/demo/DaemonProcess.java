package dev.carnet.client.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A real daemon, started through its launcher. Started, stopped and killed by one thread; {@link #stop} may come from another. */
final class DaemonProcess {

    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final Duration STOP_MAX = Duration.ofSeconds(15);
    private static final Duration KILL_MAX = Duration.ofSeconds(10);
    private static final long POLL_MS = 50;
    private static final int TAIL_BYTES = 4_096;
    private static final int TAIL_LINES = 12;

    private final String name;
    private final List<String> command;
    private final Path log;
    private volatile @Nullable Process process;
    private boolean stopped;

    /**
     * Makes one that is not started.
     *
     * @param name for people
     * @param log where its output is appended
     */
    DaemonProcess(String name, Launchers launchers, Path config, Path log) {
        this.name = name;
        this.log = log;
        List<String> words = new ArrayList<>(List.of(launchers.carnetd().toString(), "--config", config.toString()));
        if (launchers.allowRoot()) {
            words.add("--allow-root");
        }
        this.command = List.copyOf(words);
    }

    /** Its command line, to be typed by hand. */
    List<String> command() {
        return command;
    }

    Path log() {
        return log;
    }

    /** Starts it; returns at once. One that was stopped stays so: nothing starts behind a Ctrl-C. */
    synchronized void start() throws IOException {
        if (stopped) {
            throw new IOException("the " + name + " was stopped");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("CARNET_NO_BUILD", "1"); // nobody builds under a running demo
        process = builder.start();
    }

    long pid() {
        Process running = process;
        return running == null ? -1 : running.pid();
    }

    /**
     * Waits until it answers.
     *
     * @param answers asks it
     * @throws DemoException if it ends, or does not answer within 90 s
     */
    void awaitReady(BooleanSupplier answers) throws DemoException, IOException, InterruptedException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (!answers.getAsBoolean()) {
            requireAlive();
            if (System.nanoTime() - deadline > 0) {
                throw new DemoException(
                        DemoException.Kind.UNREACHABLE,
                        "the " + name + " does not answer " + START_MAX.toSeconds() + " s after its start" + tail());
            }
            Thread.sleep(POLL_MS);
        }
    }

    /** Throws where it has ended although nobody stopped it. */
    void requireAlive() throws DemoException, IOException {
        Process running = process;
        if (running != null && !running.isAlive()) {
            throw new DemoException(
                    DemoException.Kind.UNREACHABLE,
                    "the " + name + " ended by itself with exit code " + running.exitValue() + tail());
        }
    }

    /** SIGKILL: it gets no chance to write anything. Returns when it is gone. */
    void kill() throws DemoException, InterruptedException {
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        if (!running.waitFor(KILL_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new DemoException(
                    DemoException.Kind.UNREACHABLE, "the " + name + " does not end on SIGKILL: its disk hangs");
        }
    }

    /** SIGTERM, and SIGKILL where that does not end it in time. Does nothing where it does not run. */
    void stop() {
        Process running;
        synchronized (this) {
            stopped = true;
            running = process;
        }
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The last lines of its log, for an error. */
    private String tail() throws IOException {
        if (!Files.exists(log)) {
            return "; it left no log at " + log;
        }
        byte[] bytes = Files.readAllBytes(log);
        String end = new String(
                bytes,
                Math.max(0, bytes.length - TAIL_BYTES),
                Math.min(TAIL_BYTES, bytes.length),
                StandardCharsets.UTF_8);
        List<String> lines = end.strip().lines().toList();
        return ". Its log is " + log + ", the last lines:\n    "
                + String.join("\n    ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
