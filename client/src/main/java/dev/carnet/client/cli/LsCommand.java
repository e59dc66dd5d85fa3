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
        header = "List the checkpoints of this daemon, or of a peer",
        description = {
            "Lists the checkpoints that this daemon published, sealed or adopted, with what they are and since when.",
            "With PEER: what that daemon lets this one see of a volume there; these can be pulled."
        },
        footer = {"", "Examples:", "  carnet ls", "  carnet ls models --json", "  carnet ls south:models"})
final class LsCommand extends ApiCommand {
    private static final int PAGE = 1000;
    private static final int PEER_PAGE = 128;
    private static final int SHOWN_MAX = 100_000;
    private static final int DIGITS = 12;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "[PEER:]VOLUME",
            hideParamSyntax = true,
            description = "Only this volume; of that peer.")
    @Nullable
    String volume;

    LsCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var listed = listed(client);
        var checkpoints = listed.checkpoints();
        boolean more = listed.more();
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
        var table = new Table(">SIZE", ">FILES", "STATE", "SINCE", "CONTENT", "NAME");
        for (Checkpoint c : checkpoints) {
            table.row(
                    Quantities.bytes(c.logicalBytes()),
                    String.valueOf(c.files()),
                    c.partOf().isPresent() ? c.state() + ", part" : c.state(),
                    c.since().orElse("-"),
                    c.contentDigest()
                            .substring(0, Math.min(DIGITS, c.contentDigest().length())),
                    c.json().optionalText("volume").orElse(listed.volume()) + "/" + c.name());
        }
        table.lines().forEach(env::say);
        if (more) {
            env.err().println("There are more: name a volume to see all of it (`carnet ls VOLUME`).");
        }
        return ExitCode.OK;
    }

    /** What is shown. */
    private record Listed(String volume, List<Checkpoint> checkpoints, boolean more) {}

    private Listed listed(CarnetClient client) {
        if (volume == null) {
            var all = client.checkpoints(PAGE);
            return new Listed("", all, all.size() >= PAGE);
        }
        if (Shown.garbled(volume)) {
            throw usage("VOLUME '" + Shown.text(volume) + "' " + Shown.GARBLED);
        }
        int colon = volume.lastIndexOf(':'); // a SPIFFE ID has one of its own
        if (colon < 0) {
            var all = pages(client, volume);
            return new Listed(volume, all, all.size() >= SHOWN_MAX);
        }
        if (colon == 0 || colon == volume.length() - 1 || volume.indexOf('/', colon) >= 0) {
            throw usage("'" + Shown.text(volume) + "' is no volume: write VOLUME or PEER:VOLUME");
        }
        return peerPages(client, volume.substring(0, colon), volume.substring(colon + 1));
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

    private static Listed peerPages(CarnetClient client, String peer, String volume) {
        List<Checkpoint> all = new ArrayList<>();
        CarnetClient.Page page;
        do {
            String after = all.isEmpty() ? "" : all.getLast().name();
            page = client.peerCheckpoints(peer, volume, after, PEER_PAGE);
            all.addAll(page.checkpoints());
        } while (page.more() && !page.checkpoints().isEmpty() && all.size() < SHOWN_MAX);
        return new Listed(volume, all, page.more());
    }
}
