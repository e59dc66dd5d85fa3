package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet adopt}. */
@Command(
        name = "adopt",
        header = "Take a directory that came another way into the catalogue",
        description = {
            "Lets the daemon read a directory of one of its volumes that Carnet did not bring, puts it into the catalogue and signs"
                    + " that it is here. From then on it is listed, verified and pulled like what was published."
        },
        footer = {"", "Examples:", "  carnet adopt /srv/models/from-a-disk/step-100"})
final class AdoptCommand extends JobCommand {
    @Parameters(index = "0", paramLabel = "DIR", description = "A directory or a file in a volume of the daemon.")
    @Nullable
    String dir;

    AdoptCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        return follow(client, client.adopt(absolute("DIR", dir).toString()));
    }
}
