package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.LedgerView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger tail}. */
@Command(
        name = "tail",
        header = "List the newest entries, and those that come",
        description = {
            "Lists the newest entries, the newest last, each in a line. Nothing is verified.",
            "With --follow it goes on with those that come, until Ctrl-C."
        },
        footer = {"", "Examples:", "  carnet ledger tail", "  carnet ledger tail -n 100 /mnt/evidence/north"})
final class LedgerTailCommand extends AuditCommand {
    private static final int LINES = 20;
    private static final int LINES_MAX = 100_000;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|URL",
            description = "A ledger (default: that of the daemon here).")
    @Nullable
    String place;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "How many entries (default: 20).")
    int lines = LINES;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with the entries that come.")
    boolean follow;

    LedgerTailCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (lines < 0 || lines > LINES_MAX) {
            throw usage("--lines is 0 to " + LINES_MAX);
        }
        if (follow && json) {
            throw usage("--follow has no end, and --json is one object at the end: one of the two");
        }
        LedgerFiles files = files(client, place);
        LedgerView view = LedgerView.open(files);
        long from = Math.max(0, view.size() - lines);
        if (json) {
            print(json(view, from));
            return ExitCode.OK;
        }
        say(view, from);
        long next = view.size();
        while (follow && pause()) {
            LedgerView now = LedgerView.open(files);
            if (now.size() > next) {
                say(now, next);
                next = now.size();
            }
        }
        return ExitCode.OK;
    }

    private boolean pause() {
        try {
            env.pause().of(PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void say(LedgerView view, long from) throws Broken {
        for (long index = from; index < view.size(); index++) {
            env.say(EntryText.line(index, view.entry(index)));
        }
    }

    private static Map<String, Object> json(LedgerView view, long from) throws Broken {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (long index = from; index < view.size(); index++) {
            entries.add(EntryText.json(index, view.entry(index)));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", true);
        object.put("origin", view.checkpoint().checkpoint().origin());
        object.put("size", view.size());
        object.put("entries", entries);
        return object;
    }
}
