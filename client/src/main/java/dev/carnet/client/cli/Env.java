package dev.carnet.client.cli;

import dev.carnet.client.verify.Screen;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a command has of the world around it; a test brings its own.
 *
 * @param in standard input
 * @param out results: what a script reads
 * @param err progress and errors: what a person reads
 * @param variables of the environment
 * @param terminal whether {@code err} is a terminal, where a line can be drawn again
 * @param columns of that terminal
 * @param nanoTime monotonic
 */
record Env(
        InputStream in,
        PrintWriter out,
        PrintWriter err,
        Map<String, String> variables,
        boolean terminal,
        int columns,
        LongSupplier nanoTime,
        Pause pause) {
    private static final int COLUMNS = 80;
    private static final int COLUMNS_MIN = 40;
    private static final int COLUMNS_MAX = 200;

    /** Sleeps. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /** The process's own. The launcher tells whether standard error is a terminal: Java could only tell of all streams together. */
    static Env system() {
        boolean terminal = Boolean.getBoolean("carnet.terminal");
        int columns = Integer.getInteger("carnet.columns", COLUMNS);
        return new Env(
                System.in,
                writer(System.out),
                writer(System.err),
                System.getenv(),
                terminal,
                Math.clamp(columns, COLUMNS_MIN, COLUMNS_MAX),
                System::nanoTime,
                Thread::sleep);
    }

    /** UTF-8, whatever the locale says. Flushed by line. */
    private static PrintWriter writer(java.io.PrintStream stream) {
        Writer utf8 = new OutputStreamWriter(stream, StandardCharsets.UTF_8) {
            @Override
            public void close() throws IOException {
                flush(); // standard streams stay open
            }
        };
        return new PrintWriter(utf8, true);
    }

    /** Where progress is shown. */
    Screen screen() {
        return new Screen(err, terminal, columns);
    }

    /** The result as text, a line. */
    void say(String line) {
        out.println(line);
    }
}
