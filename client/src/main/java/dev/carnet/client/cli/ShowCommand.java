package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Checkpoint;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code carnet show}. */
@Command(
        name = "show",
        header = "Say everything that is on record of a checkpoint",
        description = {
            "Shows one checkpoint of this daemon's catalogue in full: digests, how it came here, and where its record lies.",
            "A NAME alone will do where it stands in one volume only."
        },
        footer = {"", "Examples:", "  carnet show models/run7/step-100", "  carnet show step-100 --json"})
final class ShowCommand extends ApiCommand {
    private static final int PAGE = 1000;
    private static final int NAMED_MAX = 4;
    private static final String UNKNOWN = "UNKNOWN_CHECKPOINT";

    @Parameters(index = "0", paramLabel = "NAME", description = "VOLUME/NAME, or NAME alone.")
    @Nullable
    String name;

    ShowCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        String given = Objects.requireNonNull(name);
        if (Shown.garbled(given)) {
            throw usage("NAME '" + Shown.text(given) + "' " + Shown.GARBLED);
        }
        var checkpoint = find(client, given);
        if (json) {
            print(checkpoint.json().members());
        } else {
            say(checkpoint);
        }
        return ExitCode.OK;
    }

    /** As a place first; where there is none of it, a name that one volume has. */
    private static Checkpoint find(CarnetClient client, String given) {
        Optional<ApiException> unknown = Optional.empty();
        if (given.indexOf('/') > 0 && !given.endsWith("/")) {
            var place = Place.parse(given);
            try {
                return client.checkpoint(place.volume(), place.name());
            } catch (ApiException e) {
                // A volume that is not there, or not this caller's, is a name's first part perhaps.
                if (!e.code().equals(UNKNOWN) && !e.code().equals("POLICY")) {
                    throw e;
                }
                unknown = Optional.of(e);
            }
        }
        List<Checkpoint> meant = client.checkpoints(PAGE).stream()
                .filter(one -> one.name().equals(given))
                .toList();
        if (meant.size() == 1) {
            return client.checkpoint(meant.getFirst().volume(), given);
        }
        if (meant.isEmpty()) {
            throw unknown.orElseGet(() -> new ApiException(
                    UNKNOWN, 0, "no checkpoint here is called " + given + ": name its volume too, as VOLUME/NAME"));
        }
        throw new ApiException(
                UNKNOWN,
                0,
                meant.size() + " volumes have a checkpoint " + given + ": say which of "
                        + meant.stream()
                                .limit(NAMED_MAX)
                                .map(one -> one.volume() + "/" + given)
                                .collect(Collectors.joining(", ")));
    }

    private void say(Checkpoint c) {
        add("name", c.volume() + "/" + c.name());
        add("state", c.state());
        c.since().ifPresent(time -> add("since", time));
        c.json().optionalText("path").ifPresent(path -> add("path", path));
        add(
                "what",
                Quantities.files(c.files())
                        + (c.json().optionalNumber("directories").isPresent()
                                ? " in " + c.json().number("directories") + " directories"
                                : "")
                        + ", " + Quantities.bytes(c.logicalBytes()) + " (" + c.logicalBytes() + " bytes)");
        add("tree", c.treeDigest());
        add("content", c.contentDigest());
        c.partOf().ifPresent(digest -> add("part of", digest));
        c.json().optionalText("peer").or(() -> c.json().optionalText("from")).ifPresent(peer -> add("from", peer));
        c.json().optionalText("transfer").ifPresent(id -> add("transfer", id));
        c.json().optionalText("receipt_digest").ifPresent(digest -> add("receipt", digest));
        c.json().optionalText("records").ifPresent(path -> add("records", path));
    }

    private void add(String what, String value) {
        env.say(String.format(Locale.ROOT, "%-10s", what) + Shown.text(value));
    }
}
