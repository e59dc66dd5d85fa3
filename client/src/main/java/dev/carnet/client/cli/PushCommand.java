package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
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
            "  carnet push --limit 2Gbit/s --no-wait /data/ckpt/step-100 backup:models/run7/step-100",
            "  carnet push --dry-run --label run=7 step-100 backup:models/run7/step-100"
        })
final class PushCommand extends MoveCommand {
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

    @Option(names = "--dereference", description = "Follow links inside the daemon's volumes.")
    boolean dereference;

    PushCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var request = request();
        return dryRun ? DryRun.say(this, client.dryRun(request), request) : follow(client, client.push(request));
    }

    private PushRequest request() {
        var to = java.util.Objects.requireNonNull(destination);
        return new PushRequest(
                absolute("SRC", source).toString(),
                to.peer(),
                to.volume(),
                to.name(),
                dereference,
                bytesPerSecondMax(),
                streams(),
                labels());
    }
}
