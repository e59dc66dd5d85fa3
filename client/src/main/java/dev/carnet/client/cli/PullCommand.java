package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.PullRequest;
import dev.carnet.proto.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet pull}. */
@Command(
        name = "pull",
        header = "Fetch a checkpoint, or a part of one, from another daemon",
        description = {
            "Asks another daemon for a checkpoint that its catalogue lists (`carnet ls PEER:VOLUME`), and waits until both"
                    + " sides have signed for it. Every chunk is verified against the tree on record there.",
            "",
            "With --include only members that match come: a checkpoint of its own, recorded as a part of the whole.",
            "",
            "The daemon does the work: the transfer survives this command, and either daemon being killed."
        },
        footer = {
            "",
            "Examples:",
            "  carnet pull south:models/run7/step-100 models/run7/step-100",
            "  carnet pull south:models/run7/step-100 models/run7/config --include '*.json' --include tokenizer/",
            "  carnet pull --dry-run south:models/run7/step-100 models/run7/step-100"
        })
final class PullCommand extends MoveCommand {
    @Parameters(
            index = "0",
            paramLabel = "PEER:VOLUME/NAME",
            converter = Destination.Converter.class,
            description = "What: a peer's alias or SPIFFE ID, a volume there, and a name of its catalogue.")
    @Nullable
    Destination from;

    @Parameters(
            index = "1",
            paramLabel = "VOLUME/NAME",
            converter = Place.Converter.class,
            description = "Where to: a volume of this daemon, and the name to publish under.")
    @Nullable
    Place to;

    @Option(
            names = {"-i", "--include"},
            paramLabel = "PATTERN",
            description = "Only members that match (proto/SPEC.md, Includes); may be repeated.")
    List<String> include = new ArrayList<>();

    PullCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        var request = request();
        return dryRun ? DryRun.say(this, client.dryRun(request), request) : follow(client, client.pull(request));
    }

    private PullRequest request() {
        var what = Objects.requireNonNull(from);
        var where = Objects.requireNonNull(to);
        if (include.size() > Limits.OFFER_LIST_MAX) {
            throw usage(include.size() + " patterns, and at most " + Limits.OFFER_LIST_MAX + " are allowed");
        }
        for (String pattern : include) {
            if (pattern.isEmpty()) {
                throw usage("--include is empty: a pattern names members, such as '*.json'");
            }
            if (Shown.garbled(pattern)) {
                throw usage("--include '" + Shown.text(pattern) + "' " + Shown.GARBLED);
            }
        }
        return new PullRequest(
                what.peer(),
                what.volume(),
                what.name(),
                where.volume(),
                where.name(),
                include,
                bytesPerSecondMax(),
                streams(),
                labels());
    }
}
