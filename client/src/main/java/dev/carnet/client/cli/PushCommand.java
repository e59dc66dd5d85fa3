package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet push}. */
@Command(
        name = "push",
        header = "Move a checkpoint to another daemon, verified and signed for",
        description = {
            "Moves a checkpoint (a directory, or one file) to another daemon and waits until both sides have signed for it.",
            "",
            "The daemon does the work: the transfer survives this command, and either daemon being killed. Typed again, the same"
                    + " command follows the transfer that is under way."
        },
        footer = {
            "",
            "Examples:",
            "  carnet push step-100 backup:models/run7/step-100",
            "  carnet push --limit 2Gbit/s --no-wait /data/ckpt/step-100 backup:models/run7/step-100"
        })
final class PushCommand extends ApiCommand {
    private static final int STREAMS_MAX = 64;

    @Parameters(index = "0", paramLabel = "SRC", description = "What to move; lies in a volume of the daemon.")
    @Nullable
    String source;

    @Parameters(
            index = "1",
            paramLabel = "PEER:VOLUME/NAME",
            converter = Destination.Converter.class,
            description = "Where to: a peer's alias or SPIFFE ID, a volume there, and the name to publish under.")
    @Nullable
    Destination destination;

    @Option(
            names = "--limit",
            paramLabel = "RATE",
            converter = Destination.RateConverter.class,
            description = "No more than this: 100MB/s, 64MiB/s, 10Gbit/s.")
    @Nullable
    Long limit;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "Parallel connections (default: as the daemon is configured).")
    int streams;

    @Option(names = "--dereference", description = "Follow links inside the daemon's volumes.")
    boolean dereference;

    @Option(names = "--no-wait", description = "Return as soon as the push is on record; print the transfer's id.")
    boolean noWait;

    PushCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var transfer = client.push(request());
        if (noWait) {
            if (json) {
                print(transfer.json().members());
            } else {
                env.say(Shown.text(transfer.id()));
            }
            return ExitCode.OK;
        }
        env.err().println("transfer " + Shown.text(transfer.id()));
        var leaving = new Thread(() -> leave(env, transfer.id()), "leave");
        Runtime.getRuntime().addShutdownHook(leaving);
        try {
            return outcome(
                    new Waiting(env, client, new Progress(env, json && !env.terminal())).untilFinished(transfer));
        } catch (ApiException e) {
            if (e.code().equals(ApiException.UNREACHABLE)) {
                env.err().println("The transfer " + Shown.text(transfer.id()) + " goes on when the daemon is back.");
            }
            throw e;
        } finally {
            forget(leaving);
        }
    }

    private PushRequest request() {
        var to = java.util.Objects.requireNonNull(destination);
        if (streams < 0 || streams > STREAMS_MAX) {
            throw usage("--streams is a number from 1 to " + STREAMS_MAX + ", or 0 for the daemon's own");
        }
        return new PushRequest(
                absolute(java.util.Objects.requireNonNull(source)).toString(),
                to.peer(),
                to.volume(),
                to.name(),
                dereference,
                limit == null ? 0 : limit,
                streams);
    }

    /** Of the working directory of this command, not of the daemon's. A {@code ..} behind a link means what the kernel says it means. */
    private Path absolute(String given) {
        if (Shown.garbled(given)) {
            throw usage("SRC '" + Shown.text(given) + "' " + Shown.GARBLED);
        }
        Path path;
        try {
            path = Path.of(given).toAbsolutePath();
        } catch (java.nio.file.InvalidPathException e) {
            throw usage("SRC '" + Shown.text(given) + "' is no path");
        }
        int last = path.getNameCount() - 1;
        while (last >= 0 && !path.getName(last).toString().equals("..")) {
            last--;
        }
        return last < 0 ? path.normalize() : real(path, last + 1);
    }

    /** Links are followed as far as the last {@code ..} and no further: that SRC is a link is for the daemon to judge. */
    private static Path real(Path path, int names) {
        Path begin = path.getRoot().resolve(path.subpath(0, names));
        try {
            begin = begin.toRealPath();
        } catch (IOException e) {
            begin = begin.normalize(); // the daemon may see what this user does not
        }
        return names == path.getNameCount()
                ? begin
                : begin.resolve(path.subpath(names, path.getNameCount())).normalize();
    }

    private ExitCode outcome(Transfer transfer) {
        if (!json) {
            Report.lines(transfer).forEach(env::say);
        }
        var exit = transfer.ok()
                ? ExitCode.OK
                : complain(
                        transfer.code().orElse("INTERNAL"),
                        transfer.error().orElse("the transfer ended as " + transfer.state()));
        if (json) {
            print(transfer.json().members());
        }
        return exit;
    }

    /** Ctrl-C ends this command only. */
    static void leave(Env env, String id) {
        String shown = Shown.text(id);
        env.err().println();
        env.err()
                .println("The transfer goes on in the daemon. `carnet status " + shown
                        + " --watch` follows it, `carnet cancel " + shown + "` stops it.");
        env.err().flush();
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown has begun: the hook has said its sentence.
        }
    }
}
