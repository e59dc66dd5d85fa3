package dev.carnet.client.demo;

import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.Screen;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Tells the story: numbered steps, and below each what came of it. For one thread at a time. */
final class Narrator {

    private static final String INDENT = "    ";

    private final PrintWriter out;
    private final Screen screen;
    private final LongSupplier nanoTime;
    private final long beginning;
    private long began;
    private int steps;

    Narrator(PrintWriter out, Screen screen, LongSupplier nanoTime) {
        this.out = out;
        this.screen = screen;
        this.nanoTime = nanoTime;
        this.beginning = nanoTime.getAsLong();
        this.began = beginning;
    }

    /** Begins a step. */
    void step(String title) {
        began = nanoTime.getAsLong();
        steps++;
        out.println(steps + ". " + title);
        out.flush();
    }

    /** Says something about the present step. */
    void say(String line) {
        out.println(INDENT + line);
        out.flush();
    }

    /** Says something, and how long the present step took. */
    void done(String line) {
        say(line + "  [" + seconds(nanoTime.getAsLong() - began) + "]");
    }

    /** A line outside of the steps. */
    void plain(String line) {
        out.println(line);
        out.flush();
    }

    /** Shows a line that changes, until it is closed. */
    ProgressLine live(Supplier<String> line) {
        return ProgressLine.start(screen, true, () -> INDENT + line.get());
    }

    /** Since the story began. */
    String elapsed() {
        return seconds(nanoTime.getAsLong() - beginning);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }
}
