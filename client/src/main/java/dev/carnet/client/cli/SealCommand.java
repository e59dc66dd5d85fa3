package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet seal}. */
@Command(
        name = "seal",
        header = "Put the tree of a directory on record",
        description = {
            "Lets the daemon read a directory of one of its volumes, and puts its tree and the values of its chunks on record.",
            "From then on others can pull it, and a push of it verifies each chunk on arrival. Nobody may write to it meanwhile."
        },
        footer = {"", "Examples:", "  carnet seal /data/run7/step-100"})
final class SealCommand extends JobCommand {
    @Parameters(index = "0", paramLabel = "DIR", description = "A directory or a file in a volume of the daemon.")
    @Nullable
    String dir;

    SealCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        return follow(client, client.seal(absolute("DIR", dir).toString()));
    }
}
