package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet pause}. */
@Command(
        name = "pause",
        header = "Hold a transfer until `carnet continue`",
        description = {
            "Keeps a transfer from going on, over restarts too. What is held stays held and is not sent again.",
            "`carnet continue ID` lets it go on, `carnet cancel ID` ends it."
        })
final class PauseCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A transfer: its id, or the first 4 digits or more.")
    @Nullable
    String id;

    PauseCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var transfer = named(client, id, client::pause);
        if (json) {
            print(transfer.json().members());
        } else {
            String shown = Shown.text(transfer.id());
            env.say("transfer " + shown + " is "
                    + (transfer.paused()
                            ? "paused; `carnet continue " + shown + "` lets it go on"
                            : Shown.text(transfer.state())
                                    + (transfer.finished()
                                            ? ": there is nothing to hold"
                                            : ", and held as soon as it has heard of it")));
        }
        return ExitCode.OK;
    }
}
