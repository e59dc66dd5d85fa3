package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet release}. */
@Command(
        name = "release",
        header = "Say on record that a checkpoint is held here no more",
        description = {
            "Takes a checkpoint out of the daemon's catalogue and signs that it is held here no more. Its files stay where they are, and are"
                    + " nobody's business from then on; the record beside it is removed. `carnet destroy` removes the files, too."
        },
        footer = {"", "Examples:", "  carnet release models/run7/step-100 --reason \"moved to the archive\""})
final class ReleaseCommand extends JobCommand {
    private static final String NO_REASON = "released by an operator";

    @Parameters(index = "0", paramLabel = "VOLUME/NAME", description = "A checkpoint of this daemon.")
    @Nullable
    String what;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why: stands in the ledger for ever, so no person's name (default: \"" + NO_REASON + "\").")
    @Nullable
    String reason;

    ReleaseCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        Place place = place(Objects.requireNonNull(what));
        return follow(client, client.release(place.volume(), place.name(), reason == null ? NO_REASON : reason));
    }
}
