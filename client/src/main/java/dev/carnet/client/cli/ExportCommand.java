package dev.carnet.client.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carnet export}: what is on record of a checkpoint, for other people's tools. */
@Command(
        name = "export",
        header = "Write what is on record of a checkpoint for other tools",
        description = "Writes what is on record of a checkpoint in a form that other people's tools verify.",
        synopsisSubcommandLabel = "COMMAND")
final class ExportCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Spec
    @Nullable
    CommandSpec spec;

    private ExportCommand() {}

    static CommandLine line(Env env) {
        return new CommandLine(new ExportCommand()).addSubcommand(new ExportOmsCommand(env));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to write: oms");
        }
    }
}
