package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.Fork;
import dev.carnet.client.audit.ForkCheck;
import dev.carnet.client.audit.Sighting;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.log.NoteKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger fork-check}. */
@Command(
        name = "fork-check",
        header = "Compare copies of one ledger: is there one history?",
        description = {
            "Compares copies of one ledger, and log checkpoints of it that somebody kept: the larger ones have to begin with the"
                    + " smaller ones. The entries of each copy are hashed again.",
            "",
            "A fork is proved where a key of the log has signed both sides: one that a copy's own key binding names, or one of"
                    + " --trust."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger fork-check /mnt/monday/north /mnt/friday/north",
            "  carnet ledger fork-check kept/checkpoint https://ledger.example.org/north/ --trust trust.txt",
            "",
            "Exit code: 0 one history, 3 a copy cannot be read, 5 a fork is proved, or a copy does not verify,",
            "9 they cannot all be compared, or it is not proved who signed both."
        })
final class LedgerForkCheckCommand extends AuditCommand {
    private static final int COPIES_MAX = 64;

    @Parameters(arity = "2..*", paramLabel = "DIR|URL|FILE", description = "Ledgers, or files with a log checkpoint.")
    List<String> given = List.of();

    @Option(names = "--trust", paramLabel = "FILE", description = "Keys of the log are known from it, too.")
    @Nullable
    String trustFile;

    LedgerForkCheckCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (given.size() > COPIES_MAX) {
            throw usage("at most " + COPIES_MAX + " at once");
        }
        List<Sighting> sightings = new ArrayList<>();
        for (String place : given) {
            sightings.add(sighting(client, place));
        }
        ForkCheck.Result result;
        try {
            result = ForkCheck.run(sightings, trust(trustFile));
        } catch (IllegalArgumentException e) {
            throw usage(Shown.text(String.valueOf(e.getMessage())));
        }
        if (json) {
            print(json(result));
        } else {
            sightings.forEach(seen ->
                    env.say(LedgerText.named("seen", size(seen) + " entries, " + root(seen) + ", " + seen.name())));
            say(result, sightings.size());
        }
        return exit(result.verdict());
    }

    private void say(ForkCheck.Result result, int count) {
        for (Fork fork : result.forks()) {
            env.say("");
            env.say("FORK at " + size(fork.smaller()) + " entries:");
            env.say(side(
                    fork.smaller(), fork.smaller().note().checkpoint().root().hex()));
            env.say(side(fork.larger(), fork.rootThere().hex()));
            env.say("  "
                    + (fork.proved()
                            ? "both are signed by " + keys(fork)
                            : "no known key of the log has signed both: it is not proved who made the other one"));
        }
        result.untold()
                .forEach(pair ->
                        env.say("not compared: " + Shown.text(pair.smaller().name()) + " with "
                                + Shown.text(pair.larger().name()) + ", which is a log checkpoint alone"));
        LedgerText.findings(result.findings(), 0).forEach(env::say);
        env.say("");
        env.say(Shown.text(result.origin())
                + switch (result.verdict()) {
                    case VERIFIES -> " has one history: all " + count + " agree";
                    case WRONG ->
                        result.forks().stream().anyMatch(Fork::proved)
                                ? " HAS FORKED: keep all of this; it is evidence by itself"
                                : " DOES NOT VERIFY: a copy is not what its log checkpoint says";
                    case INCOMPLETE ->
                        result.forks().isEmpty()
                                ? ": nothing contradicts, but not all could be compared"
                                : ": two histories, but nobody's key is known to have signed both";
                    case UNREADABLE -> ": a copy cannot be read";
                });
    }

    private static String side(Sighting seen, String root) {
        return "  root " + root + "  " + Shown.text(seen.name()) + " (" + size(seen) + " entries)";
    }

    private static long size(Sighting seen) {
        return seen.note().checkpoint().size();
    }

    private static String root(Sighting seen) {
        return "root " + seen.note().checkpoint().root().hex();
    }

    private static String keys(Fork fork) {
        return fork.signedBoth().stream()
                .map(key -> Shown.text(key.name()) + "+" + HexFormat.of().toHexDigits(key.id())
                        + (key.type() == NoteKey.ED25519 ? " (Ed25519)" : " (ML-DSA-44)"))
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> json(ForkCheck.Result result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", result.verdict() == Verdict.VERIFIES);
        object.put("verdict", result.verdict().label());
        object.put("origin", result.origin());
        object.put(
                "forks",
                result.forks().stream().map(LedgerForkCheckCommand::json).toList());
        object.put(
                "untold",
                result.untold().stream()
                        .map(pair ->
                                List.of(pair.smaller().name(), pair.larger().name()))
                        .toList());
        object.put("findings", LedgerText.findings(result.findings()));
        return object;
    }

    private static Map<String, Object> json(Fork fork) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("size", size(fork.smaller()));
        object.put("smaller", fork.smaller().name());
        object.put("smaller_root", fork.smaller().note().checkpoint().root().hex());
        object.put("larger", fork.larger().name());
        object.put("larger_size", size(fork.larger()));
        object.put("larger_root", fork.rootThere().hex());
        object.put("proved", fork.proved());
        object.put(
                "signed_both", fork.signedBoth().stream().map(key -> key.vkey()).toList());
        return object;
    }
}
