package dev.carnet.client.cli;

import dev.carnet.client.JsonObject;
import dev.carnet.client.PushRequest;

/** What a push would do. */
final class DryRun {
    private DryRun() {}

    static ExitCode say(ApiCommand command, JsonObject answer, PushRequest request) {
        if (command.json) {
            command.print(answer.members());
            return ExitCode.OK;
        }
        boolean connected = answer.optionalFlag("connected").orElse(false);
        var env = command.env;
        env.say("nothing is begun; this would move");
        env.say("what      " + answer.number("files") + " files in "
                + answer.optionalNumber("directories").orElse(0) + " directories, "
                + Quantities.bytes(answer.number("bytes")));
        env.say("source    " + Shown.text(request.source()));
        env.say("to        " + Shown.text(answer.optionalText("peer").orElse(request.peer()))
                + (connected ? " (connected)" : " (not connected now: it would wait)"));
        env.say("there     " + Shown.text(request.volume() + "/" + request.name()));
        answer.optionalText("rule").ifPresent(rule -> env.say("rule      " + Shown.text(rule)));
        answer.optionalText("grant").ifPresent(grant -> env.say("grant     " + Shown.text(grant)));
        return ExitCode.OK;
    }
}
