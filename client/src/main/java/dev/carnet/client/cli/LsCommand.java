package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.Checkpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet ls}. */
@Command(
        name = "ls",
        header = "List the checkpoints that were published here",
        description = "Lists the checkpoints that this daemon published, with what they are and where they came from.",
        footer = {"", "Examples:", "  carnet ls", "  carnet ls models --json"})
final class LsCommand extends ApiCommand {
    private static final int PAGE = 1000;
    private static final int SHOWN_MAX = 100_000;
    private static final int DIGITS = 12;

    @Parameters(index = "0", arity = "0..1", paramLabel = "VOLUME", description = "Only this volume.")
    @Nullable
    String volume;

    LsCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var checkpoints = volume == null ? client.checkpoints(PAGE) : pages(client, volume);
        boolean more = checkpoints.size() >= (volume == null ? PAGE : SHOWN_MAX);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("checkpoints", checkpoints.stream().map(Checkpoint::json).toList());
            object.put("more", more);
            print(object);
            return ExitCode.OK;
        }
        if (checkpoints.isEmpty()) {
            env.say("no checkpoints");
            return ExitCode.OK;
        }
        var table = new Table(">SIZE", ">FILES", "PUBLISHED", "CONTENT", "NAME");
        for (Checkpoint c : checkpoints) {
            table.row(
                    Quantities.bytes(c.logicalBytes()),
                    String.valueOf(c.files()),
                    c.published(),
                    c.contentDigest()
                            .substring(0, Math.min(DIGITS, c.contentDigest().length())),
                    c.volume() + "/" + c.name());
        }
        table.lines().forEach(env::say);
        if (more) {
            env.err().println("There are more: name a volume to see all of it (`carnet ls VOLUME`).");
        }
        return ExitCode.OK;
    }

    private static List<Checkpoint> pages(CarnetClient client, String volume) {
        List<Checkpoint> all = new ArrayList<>();
        List<Checkpoint> page;
        do {
            page = client.checkpoints(volume, all.isEmpty() ? "" : all.getLast().name(), PAGE);
            all.addAll(page);
        } while (page.size() == PAGE && all.size() < SHOWN_MAX);
        return all;
    }
}
