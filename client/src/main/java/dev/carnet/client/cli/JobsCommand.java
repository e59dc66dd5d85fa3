package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.Job;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet jobs}. */
@Command(
        name = "jobs",
        header = "What the daemon reads or lets go: seal, verify, destroy",
        description = {
            "Lists what was begun with seal, adopt, verify, release and destroy since the daemon started, or shows one of them.",
            "A job ends with its daemon; what it had not put on record is nowhere."
        })
final class JobsCommand extends JobCommand {
    private static final String JOB_ID = "[0-9a-f]{32}";
    private static final int SHORT = 8;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "A job: its id, or as many of the first digits as make it the only one.")
    @Nullable
    String id;

    @Option(
            names = {"-w", "--watch"},
            description = "Follow the job to its end.")
    boolean watch;

    @Option(
            names = "--peer",
            paramLabel = "PEER",
            description = "Only what this peer was asked to read (`carnet verify PEER:VOLUME/NAME`).")
    @Nullable
    String peer;

    @Option(
            names = "--cancel",
            description =
                    "End the job; nothing of it is on record. A peer that reads is waited for no more, and reads on.")
    boolean cancel;

    JobsCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        if (id == null) {
            if (watch || cancel) {
                throw usage("--watch and --cancel need the ID of a job");
            }
            list(all(client));
            return ExitCode.OK;
        }
        String given = id.toLowerCase(Locale.ROOT);
        if (cancel) {
            return shown(client.cancelJob(find(client, given).id()));
        }
        var job = given.matches(JOB_ID) && peer == null ? client.job(given) : find(client, given);
        return watch
                ? outcome(Waiting.forJobs(env, client, new Progress(env, json && !env.terminal()))
                        .untilFinished(job))
                : shown(job);
    }

    private ExitCode shown(Job job) {
        if (json) {
            print(job.json().members());
        } else {
            lines(job).forEach(env::say);
        }
        return ExitCode.OK;
    }

    private List<Job> all(CarnetClient client) {
        return peer == null ? client.jobs() : client.verificationsAt(peer);
    }

    /** The daemon wants all digits; its list knows them. */
    private Job find(CarnetClient client, String given) {
        List<Job> meant = given.matches("[0-9a-f]{1,32}")
                ? all(client).stream().filter(one -> one.id().startsWith(given)).toList()
                : List.of();
        if (meant.size() != 1) {
            throw usage(
                    meant.isEmpty()
                            ? "no job of this daemon begins with '" + Shown.text(given) + "' (`carnet jobs` lists them)"
                            : meant.size() + " jobs begin with " + given + ": give more digits");
        }
        return meant.getFirst();
    }

    private void list(List<Job> jobs) {
        if (json) {
            print(Map.of("jobs", jobs.stream().map(Job::json).toList()));
            return;
        }
        if (jobs.isEmpty()) {
            env.say("no jobs");
            return;
        }
        var table = new Table("ID", "KIND", "STATE", ">READ", ">OF", "NAME");
        for (Job job : jobs) {
            table.row(
                    job.id().substring(0, Math.min(SHORT, job.id().length())),
                    job.kind(),
                    job.state(),
                    Quantities.bytes(job.bytes()),
                    job.bytesTotal().isPresent()
                            ? Quantities.bytes(job.bytesTotal().getAsLong())
                            : "-",
                    job.volume() + "/" + job.name()
                            + job.peer().map(peer -> " at " + peer).orElse(""));
            job.reason().ifPresent(reason -> table.note(job.code().orElse("note") + ": " + reason));
        }
        table.lines().forEach(env::say);
    }
}
