package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carnet peer}: the daemons that this one knows. */
@Command(
        name = "peer",
        header = "List, add and test the daemons that this one knows",
        description = "The other daemons that this one knows: who they are, how to know another, how good the line is.",
        synopsisSubcommandLabel = "COMMAND")
final class PeerCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Spec
    @Nullable
    CommandSpec spec;

    private PeerCommand() {}

    static CommandLine line(Env env) {
        return new CommandLine(new PeerCommand())
                .addSubcommand(new Ls(env))
                .addSubcommand(new PeerAddCommand(env))
                .addSubcommand(new PeerTestCommand(env))
                .addSubcommand(new PeerRekeyCommand(env));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to do: ls, add, test or rekey");
        }
    }

    /** {@code carnet peer ls}. */
    @Command(
            name = "ls",
            header = "List the peers, and why one is not connected",
            description = "Lists the configured peers, whether each is connected, and if not, why not.")
    static final class Ls extends ApiCommand {
        Ls(Env env) {
            super(env);
        }

        @Override
        ExitCode answer(CarnetClient client) {
            return PeersCommand.list(this, client);
        }
    }
}
