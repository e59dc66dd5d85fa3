package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.Finding;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code carnet doctor}. */
@Command(
        name = "doctor",
        header = "Look this machine and its daemon over",
        description = {
            "Lets the daemon look its machine and configuration over, and says what to do about what it finds.",
            "Ends with 3 where something is wrong; warnings end with 0."
        })
final class DoctorCommand extends ApiCommand {
    DoctorCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var daemon = client.daemon();
        var findings = client.doctor();
        boolean wrong = findings.stream().anyMatch(f -> level(f).equals("error"));
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", !wrong);
            object.put("daemon", daemon.json());
            object.put("findings", findings.stream().map(Finding::json).toList());
            print(object);
        } else {
            env.say(Shown.text(daemon.id()) + ", carnetd " + Shown.text(daemon.version()) + ", pid " + daemon.pid()
                    + ", up " + Quantities.duration(daemon.uptimeSeconds())
                    + (daemon.listen().isEmpty()
                            ? ", it only dials"
                            : ", peers reach it at " + Shown.text(daemon.listen())));
            findings.forEach(this::say);
        }
        return wrong ? ExitCode.REFUSED : ExitCode.OK;
    }

    private void say(Finding finding) {
        env.say(String.format(
                Locale.ROOT,
                "%-8s%s: %s",
                level(finding),
                Shown.text(finding.check()),
                Shown.sentence(finding.found())));
        if (!finding.whatToDo().isEmpty() && !level(finding).equals("ok")) {
            env.say("        do: " + Shown.sentence(finding.whatToDo()));
        }
    }

    private static String level(Finding finding) {
        return Shown.text(finding.level().toLowerCase(Locale.ROOT));
    }
}
