package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** A command whose work is a job of the daemon: begun, waited for, and cancelled with Ctrl-C. */
abstract class JobCommand extends ApiCommand {
    /** Nobody who typed Ctrl-C waits longer. */
    private static final Duration LAST_WORD = Duration.ofSeconds(3);

    @Option(
            names = "--wait",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Wait for the end (the default; Ctrl-C cancels then), or print the job's id and return.")
    boolean wait = true;

    JobCommand(Env env) {
        super(env);
    }

    ExitCode follow(CarnetClient client, Job job) {
        if (!wait) {
            if (json) {
                print(job.json().members());
            } else {
                env.say(Shown.text(job.id()));
            }
            return ExitCode.OK;
        }
        return outcome(waitFor(env, client, job, json));
    }

    /** Until it has ended; Ctrl-C cancels it. */
    static Job waitFor(Env env, CarnetClient client, Job job, boolean json) {
        try (var _ = Leaving.of(() -> leave(env, new CarnetClient(client.socket(), LAST_WORD), job))) {
            return Waiting.forJobs(env, client, new Progress(env, json && !env.terminal()))
                    .untilFinished(job);
        }
    }

    /** Of this daemon. */
    Place place(String given) {
        try {
            return Place.parse(given);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    ExitCode outcome(Job job) {
        if (!json) {
            lines(job).forEach(env::say);
        }
        var exit = switch (job.state()) {
            case "done" -> ExitCode.OK;
            case "cancelled" ->
                complain(
                        "CANCELLED",
                        job.peer()
                                .flatMap(peer -> job.reason())
                                .orElse("the job was cancelled; nothing of it is on record"));
            default -> complain(job.code().orElse("INTERNAL"), job.reason().orElse("the job ended as " + job.state()));
        };
        if (json) {
            print(job.json().members());
        }
        return exit;
    }

    static List<String> lines(Job job) {
        List<String> lines = new ArrayList<>();
        add(lines, "job", job.id());
        add(lines, "what", job.kind() + " " + job.volume() + "/" + job.name());
        job.peer().ifPresent(peer -> add(lines, "at", peer));
        add(lines, "state", job.state());
        add(
                lines,
                job.leaves() ? "of" : "read",
                job.files() + " files, " + Quantities.bytes(job.bytes())
                        + (job.bytesTotal().isPresent()
                                ? " of " + Quantities.bytes(job.bytesTotal().getAsLong())
                                : ""));
        job.code().ifPresent(code -> add(lines, "code", code));
        job.reason().ifPresent(reason -> lines.add(named("why") + Shown.sentence(reason)));
        job.stateFound().ifPresent(found -> add(lines, "found", found));
        job.time().ifPresent(time -> add(lines, "signed", time));
        job.knownTree().ifPresent(digest -> add(lines, "expected", digest));
        job.treeDigest().ifPresent(digest -> add(lines, "tree", digest));
        job.contentDigest().ifPresent(digest -> add(lines, "content", digest));
        job.entry().ifPresent(digest -> add(lines, "entry", digest));
        return lines;
    }

    private static void add(List<String> lines, String name, String value) {
        lines.add(named(name) + Shown.text(value));
    }

    private static String named(String name) {
        return String.format(Locale.ROOT, "%-10s", name);
    }

    /** A job is of use to whoever waits for it: Ctrl-C cancels it. What a peer does nobody here can cancel, and what lets a checkpoint go has no way back. */
    static void leave(Env env, CarnetClient client, Job begun) {
        String id = begun.id();
        String shown = Shown.text(id);
        env.err().println();
        if (begun.peer().isPresent()) {
            env.err()
                    .println("The peer goes on reading. `carnet jobs --peer "
                            + Shown.text(begun.peer().get()) + "` shows what became of it.");
            env.err().flush();
            return;
        }
        if (begun.leaves()) {
            env.err().println("The daemon goes on. `carnet jobs " + shown + "` shows what became of it.");
            env.err().flush();
            return;
        }
        try {
            var job = client.cancelJob(id);
            env.err()
                    .println(
                            job.finished() && job.ok()
                                    ? "The job " + shown + " was done already."
                                    : "The job " + shown + " is cancelled; nothing of it is on record.");
        } catch (ApiException e) {
            env.err()
                    .println("The job goes on in the daemon (" + Shown.text(e.code()) + "). `carnet jobs " + shown
                            + "` shows it, `carnet jobs " + shown + " --cancel` stops it.");
        }
        env.err().flush();
    }
}
