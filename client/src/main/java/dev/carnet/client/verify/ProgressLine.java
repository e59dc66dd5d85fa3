package dev.carnet.client.verify;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Shows how far something has come, until it is closed: one line that changes on a terminal, a line now and then in a pipe. */
public final class ProgressLine implements AutoCloseable {

    private static final long TERMINAL_MS = 200;
    private static final long PIPE_MS = 10_000;

    private final PrintWriter out;
    private final Supplier<String> text;
    private final boolean terminal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean closed;
    private int shown;

    private ProgressLine(PrintWriter out, boolean terminal, Supplier<String> text) {
        this.out = out;
        this.text = text;
        this.terminal = terminal;
        this.thread = Thread.ofPlatform().daemon().name("progress").unstarted(this::show);
    }

    /**
     * Begins to show it.
     *
     * @param enabled where false, nothing is ever shown
     * @param text what to show: one line, asked for again each time; empty for nothing
     */
    public static ProgressLine start(PrintWriter out, boolean enabled, Supplier<String> text) {
        ProgressLine line = new ProgressLine(out, isTerminal(), text);
        if (enabled) {
            line.thread.start();
        }
        return line;
    }

    /** Whether a person looks at the output. */
    public static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }

    /** Removes the line from a terminal. Later calls do nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed && shown > 0) {
                print("");
                out.print('\r');
                out.flush();
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void show() {
        lock.lock();
        try {
            while (!closed) {
                if (!changed.await(terminal ? TERMINAL_MS : PIPE_MS, TimeUnit.MILLISECONDS) && !closed) {
                    String now = text.get();
                    if (!now.isEmpty()) {
                        print(now);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void print(String line) {
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            shown = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }
}
