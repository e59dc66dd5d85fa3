package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet cancel}. */
@Command(
        name = "cancel",
        header = "End a transfer; nothing of it is published",
        description = {
            "Asks for the end of a transfer. Nothing of it is published, and the destination removes what it holds.",
            "Where publication has begun already it is too late: `carnet status ID` shows what became of it."
        })
final class CancelCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A transfer: its id, or the first 4 digits or more.")
    @Nullable
    String id;

    CancelCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var transfer = named(client, id, client::cancel);
        if (json) {
            print(transfer.json().members());
        } else {
            env.say("transfer " + Shown.text(transfer.id()) + " is " + Shown.text(transfer.state())
                    + (transfer.finished() ? "" : "; the abort is under way"));
        }
        return ExitCode.OK;
    }
}
