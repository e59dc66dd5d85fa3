package dev.carnet.client.cli;

import dev.carnet.client.JsonObject;
import dev.carnet.client.PullRequest;
import dev.carnet.client.PushRequest;

/** What a push or a pull would do. */
final class DryRun {
    private DryRun() {}

    static ExitCode say(ApiCommand command, JsonObject answer, PushRequest request) {
        if (command.json) {
            return json(command, answer);
        }
        var env = command.env;
        env.say("nothing is begun; this would move");
        env.say("what      " + answer.number("files") + " files in "
                + answer.optionalNumber("directories").orElse(0) + " directories, "
                + Quantities.bytes(answer.number("bytes")) + ", in " + answer.text("mode") + " mode");
        env.say("source    " + Shown.text(request.source()));
        env.say("to        " + peer(answer, request.peer()));
        env.say("there     " + Shown.text(request.volume() + "/" + request.name()));
        return allowed(command, answer);
    }

    static ExitCode say(ApiCommand command, JsonObject answer, PullRequest request) {
        if (command.json) {
            return json(command, answer);
        }
        var env = command.env;
        env.say("nothing is begun; this would ask for");
        env.say("what      " + Shown.text(request.volume() + "/" + request.name())
                + (request.include().isEmpty() ? "" : ", of it " + Shown.text(String.join(" ", request.include()))));
        env.say("from      " + peer(answer, request.peer()));
        env.say("here      " + Shown.text(request.toVolume() + "/" + request.toName()));
        env.say("how much  the peer knows; `carnet ls " + Shown.text(request.peer() + ":" + request.volume())
                + "` asks it");
        return allowed(command, answer);
    }

    private static ExitCode json(ApiCommand command, JsonObject answer) {
        command.print(answer.members());
        return ExitCode.OK;
    }

    private static String peer(JsonObject answer, String asked) {
        return Shown.text(answer.optionalText("peer").orElse(asked))
                + (answer.optionalFlag("connected").orElse(false)
                        ? " (connected)"
                        : " (not connected now: it would wait)");
    }

    private static ExitCode allowed(ApiCommand command, JsonObject answer) {
        var env = command.env;
        answer.optionalText("rule").ifPresent(rule -> env.say("rule      " + Shown.text(rule)));
        answer.optionalText("grant").ifPresent(grant -> env.say("grant     " + Shown.text(grant)));
        answer.optionalText("transfer")
                .ifPresent(id -> env.say("attaches  to the unfinished transfer " + Shown.text(id)));
        return ExitCode.OK;
    }
}
