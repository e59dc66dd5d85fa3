package dev.carnet.client.verify;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Shows how far something has come, until it is closed: one line that changes on a terminal, a line now and then in a pipe. */
public final class ProgressLine implements AutoCloseable {

    private static final long TERMINAL_MS = 200;
    private static final long PIPE_MS = 10_000;

    private final Screen screen;
    private final Supplier<String> text;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean closed;
    private int shown;

    private ProgressLine(Screen screen, Supplier<String> text) {
        this.screen = screen;
        this.text = text;
        this.thread = Thread.ofPlatform().daemon().name("progress").unstarted(this::show);
    }

    /**
     * Begins to show it.
     *
     * @param enabled where false, nothing is ever shown
     * @param text what to show: one line, asked for again each time; empty for nothing
     */
    public static ProgressLine start(Screen screen, boolean enabled, Supplier<String> text) {
        ProgressLine line = new ProgressLine(screen, text);
        if (enabled) {
            line.thread.start();
        }
        return line;
    }

    /** Removes the line from a terminal. Later calls do nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed && shown > 0) {
                print("");
                screen.out().print('\r');
                screen.out().flush();
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
                if (!changed.await(screen.terminal() ? TERMINAL_MS : PIPE_MS, TimeUnit.MILLISECONDS) && !closed) {
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
        if (screen.terminal()) {
            String cut = line.substring(0, Math.min(line.length(), screen.columns() - 1));
            screen.out().print("\r" + cut + " ".repeat(Math.max(0, shown - cut.length())));
            shown = cut.length();
        } else {
            screen.out().println(line);
        }
        screen.out().flush();
    }
}
