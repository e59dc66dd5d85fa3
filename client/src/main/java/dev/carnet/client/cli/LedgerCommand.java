package dev.carnet.client.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carnet ledger}: what an auditor does with ledgers. */
@Command(
        name = "ledger",
        header = "Verify, read, compare and copy ledgers",
        description = {
            "What daemons have signed: verified, read, compared and copied. No daemon is needed where a directory or a URL is"
                    + " given; where none is, the ledger of the daemon here is read by its socket.",
            "",
            "A ledger is a directory of static files. Keys that lie in it prove nothing about who wrote it: --trust FILE says,"
                    + " from outside, whose word counts."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit code: 0 all is right, 3 it cannot be read, 5 it does not verify,",
            "9 it verifies, and something is missing or nobody vouches for it."
        })
final class LedgerCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Spec
    @Nullable
    CommandSpec spec;

    private LedgerCommand() {}

    static CommandLine line(Env env) {
        return new CommandLine(new LedgerCommand())
                .addSubcommand(new LedgerVerifyCommand(env))
                .addSubcommand(new LedgerShowCommand(env))
                .addSubcommand(new LedgerTailCommand(env))
                .addSubcommand(new LedgerProveCommand(env))
                .addSubcommand(new LedgerCheckProofCommand(env))
                .addSubcommand(new LedgerConsistencyCommand(env))
                .addSubcommand(new LedgerDiffCommand(env))
                .addSubcommand(new LedgerForkCheckCommand(env))
                .addSubcommand(new LedgerExportCommand(env))
                .addSubcommand(new LedgerKeysCommand(env));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "say what to do: verify, show, tail, prove, check-proof, consistency, diff, fork-check, export or keys");
        }
    }
}
