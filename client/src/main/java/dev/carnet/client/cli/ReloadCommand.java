package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import picocli.CommandLine.Command;

/** {@code carnet reload}. */
@Command(
        name = "reload",
        header = "Let the daemon read its configuration again",
        description = {
            "Lets the daemon read its configuration, certificates and revocation lists again, without a restart.",
            "Where anything is wrong, what was in force stays so; this says what is wrong, and ends with 3."
        })
final class ReloadCommand extends ApiCommand {
    ReloadCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var answer = client.reload();
        boolean good = answer.flag("ok");
        String restart = answer.optionalText("needsRestart").orElse("");
        if (json) {
            print(answer.members());
        } else {
            env.say(good ? "in force:" : "not in force; what was before stays:");
            answer.optionalText("detail").orElse("").lines().forEach(line -> env.say("  " + Shown.sentence(line)));
            if (!restart.isEmpty()) {
                env.say("at the next start of the daemon alone: " + Shown.text(restart));
            }
        }
        return good ? ExitCode.OK : ExitCode.REFUSED;
    }
}
