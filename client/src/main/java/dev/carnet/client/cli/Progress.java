package dev.carnet.client.cli;

import dev.carnet.client.Job;
import dev.carnet.client.Transfer;
import java.time.Duration;
import java.util.Locale;

/** One line that is drawn again on a terminal; elsewhere a line when something changes, and every few seconds. */
final class Progress {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final String ERASE = "\r\u001b[K";
    private static final int PERCENT = 100;

    private final Env env;
    private final boolean silent;
    private boolean drawn;
    private String kind = "";
    private long last;

    /** @param silent shows nothing at all */
    Progress(Env env, boolean silent) {
        this.env = env;
        this.silent = silent;
    }

    void show(Transfer transfer) {
        if (silent) {
            return;
        }
        if (env.terminal()) {
            draw(line(transfer));
        } else {
            plain(transfer.state() + transfer.waitingFor().orElse(""), shortId(transfer) + " " + line(transfer));
        }
    }

    void show(Job job) {
        if (silent) {
            return;
        }
        if (env.terminal()) {
            draw(line(job));
        } else {
            plain(job.state(), line(job));
        }
    }

    /** Of a job: what it reads, and how much of it it has read. */
    static String line(Job job) {
        var line = new StringBuilder(Shown.text(job.kind()))
                .append(' ')
                .append(Shown.text(job.volume() + "/" + job.name()))
                .append(job.peer().map(peer -> " at " + Shown.text(peer)).orElse(""))
                .append("  ")
                .append(Quantities.bytes(job.bytes()));
        job.bytesTotal().ifPresent(total -> {
            line.append(" of ").append(Quantities.bytes(total));
            if (total > 0) {
                line.append(" (")
                        .append((long) ((double) job.bytes() / total * PERCENT))
                        .append("%)");
            }
        });
        line.append("  ").append(Shown.text(job.state()));
        job.waitingFor().ifPresent(sentence -> line.append(", waiting: ").append(Shown.sentence(sentence)));
        return line.toString();
    }

    void away() {
        String line = "the daemon does not answer; what was begun goes on when it is back";
        if (env.terminal()) {
            draw(line);
        } else {
            plain("away", line);
        }
    }

    /** Leaves what is drawn above what comes next. */
    void end() {
        if (drawn) {
            env.err().println();
            drawn = false;
        }
    }

    private void draw(String line) {
        env.err().print(ERASE + Shown.cut(line, env.columns() - 1));
        env.err().flush();
        drawn = true;
    }

    private void plain(String newKind, String line) {
        long now = env.nanoTime().getAsLong();
        if (!newKind.equals(kind) || now - last >= EVERY.toNanos()) {
            env.err().println(line);
            kind = newKind;
            last = now;
        }
    }

    static String shortId(Transfer transfer) {
        return Shown.text(transfer.id().substring(0, Math.min(8, transfer.id().length())));
    }

    /** At most 80 columns while bytes move; a sentence may make it longer. */
    static String line(Transfer t) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%4s ", percent(t)));
        line.append(Quantities.bytes(t.bytesDone())).append(" of ").append(Quantities.bytes(t.bytesTotal()));
        if (t.finished()) {
            return line.append("  ").append(Shown.text(t.state())).toString();
        }
        if (t.waitingFor().isPresent()) {
            return line.append("  waiting: ")
                    .append(Shown.sentence(t.waitingFor().get()))
                    .toString();
        }
        line.append("  ").append(Quantities.rate(t.rateNow()));
        line.append(" (avg ").append(Quantities.rate(t.rateAverage())).append(")");
        t.etaSeconds().ifPresent(eta -> line.append("  ETA ").append(Quantities.duration(eta)));
        line.append("  ").append(t.streams()).append(t.streams() == 1 ? " stream" : " streams");
        ratio(t).ifPresent(ratio -> line.append("  ").append(ratio));
        return line.toString();
    }

    /** Rounded down: 100 % means every byte. Of nothing at all, everything is done at the end. */
    static String percent(Transfer t) {
        if (t.bytesTotal() <= 0) {
            return t.finished() && t.ok() ? "100%" : "-";
        }
        return (long) ((double) t.bytesDone() / t.bytesTotal() * PERCENT) + "%";
    }

    /** How much compression saves; a transfer that was resumed has sent some bytes twice, which counts against it. */
    static java.util.Optional<String> ratio(Transfer t) {
        return t.wireBytes() > 0 && t.bytesDone() > 0
                ? java.util.Optional.of(String.format(Locale.ROOT, "%.2f:1", (double) t.bytesDone() / t.wireBytes()))
                : java.util.Optional.empty();
    }
}
