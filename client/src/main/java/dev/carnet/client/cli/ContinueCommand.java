package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet continue}. */
@Command(
        name = "continue",
        header = "Try again now what has stopped or waits",
        description = "Tries again now what has stopped, or what waits for its next try. Others go on by themselves.")
final class ContinueCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "A transfer: its id, or the first 4 digits or more.")
    @Nullable
    String id;

    ContinueCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var transfer = named(client, id, client::resume);
        if (json) {
            print(transfer.json().members());
        } else {
            env.say("transfer " + Shown.text(transfer.id()) + " is " + Shown.text(transfer.state())
                    + transfer.waitingFor()
                            .map(w -> "; waiting: " + Shown.sentence(w))
                            .orElse(""));
        }
        return ExitCode.OK;
    }
}
