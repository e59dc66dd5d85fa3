package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.Peer;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code carnet peers}. */
@Command(
        name = "peers",
        header = "List the peers, and why one is not connected",
        description =
                "The same as `carnet peer ls`: lists the configured peers, whether each is connected, and if not, why not.")
final class PeersCommand extends ApiCommand {
    PeersCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        return list(this, client);
    }

    static ExitCode list(ApiCommand command, CarnetClient client) {
        var env = command.env;
        var peers = client.peers();
        if (command.json) {
            command.print(Map.of("peers", peers.stream().map(Peer::json).toList()));
            return ExitCode.OK;
        }
        if (peers.isEmpty()) {
            env.say("no peers are configured; `carnet peer add` takes one from its identity card");
            return ExitCode.OK;
        }
        var table = new Table("ALIAS", "SESSION", "SINCE", "ID");
        for (Peer peer : peers) {
            table.row(peer.alias(), peer.up() ? "up" : "down", peer.since().orElse("-"), peer.id());
            if (!peer.up()) {
                peer.whyNot().ifPresent(table::note);
            }
        }
        table.lines().forEach(env::say);
        return ExitCode.OK;
    }
}
