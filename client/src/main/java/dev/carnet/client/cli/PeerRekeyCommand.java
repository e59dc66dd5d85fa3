package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet peer rekey}. */
@Command(
        name = "rekey",
        header = "Believe a peer's next entry keys, whatever they are",
        description = {
            "A daemon takes other entry keys of a peer only where the ones that it knows have signed them. A peer that has lost"
                    + " its keys cannot show that, and everything with it ends in KEY_BINDING.",
            "",
            "This makes the daemon forget the keys that it knows of that peer: the next ones that the peer shows, over a session"
                    + " that its CA vouches for, are believed. Do it only where the peer's operator has told you so by a way that"
                    + " you trust: whoever has stolen the peer's certificate could bring keys of its own."
        },
        footer = {"", "Example:", "  carnet peer rekey south --yes"})
final class PeerRekeyCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "PEER", description = "A peer's alias.")
    @Nullable
    String alias;

    @Option(names = "--yes", description = "Do it; without this, nothing is done.")
    boolean yes;

    PeerRekeyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        String peer = Objects.requireNonNull(alias);
        if (!yes) {
            throw usage("this lets '" + Shown.text(peer)
                    + "' bring keys that nothing explains: ask its operator, then say it again with --yes");
        }
        boolean known = client.forgetKeys(peer);
        if (json) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("alias", peer);
            members.put("forgotten", known);
            print(members);
            return ExitCode.OK;
        }
        env.say(
                known
                        ? "the keys of " + Shown.text(peer) + " are forgotten; the next ones that it shows are believed"
                        : "no keys of " + Shown.text(peer) + " were known");
        return ExitCode.OK;
    }
}
