package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Entry point of the command line. */
@Command(
        name = "carnet",
        description = {
            "Moves model checkpoints between machines; both ends verify every byte and sign.",
            "",
            "carnet asks the daemon of this machine (carnetd), which does the work.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Examples:",
            "  carnet push /data/run7/step-100 backup:models/run7/step-100",
            "  carnet pull south:models/run7/step-100 models/run7/step-100",
            "  carnet status --watch",
            "  carnet help push                  all that one command can do",
            "",
            "Exit codes: 0 done, 2 usage, 3 refused, 4 no daemon, 5 does not verify,",
            "6 no space, 7 cancelled, 8 stopped, 70 internal, 75 try again."
        })
public final class Main implements Runnable {
    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Socket of the daemon (default: CARNET_SOCKET, else the user's or the system's daemon).")
    @Nullable
    Path socket;

    Main() {}

    public static void main(String[] args) {
        int exit = commandLine(Env.system()).execute(args);
        System.out.flush();
        System.exit(exit);
    }

    /** All commands with their options, for whoever describes them; nothing of it is run. */
    public static CommandLine model() {
        return commandLine(Env.system());
    }

    /** Every command, one line each. */
    static CommandLine commandLine(Env env) {
        var line = new CommandLine(new Main())
                .addSubcommand(new PushCommand(env))
                .addSubcommand(new PullCommand(env))
                .addSubcommand(new StatusCommand(env))
                .addSubcommand(new CancelCommand(env))
                .addSubcommand(new PauseCommand(env))
                .addSubcommand(new ContinueCommand(env))
                .addSubcommand(new LsCommand(env))
                .addSubcommand(new ShowCommand(env))
                .addSubcommand(new JobsCommand(env))
                .addSubcommand(PeerCommand.line(env))
                .addSubcommand(new PeersCommand(env))
                .addSubcommand(new DoctorCommand(env))
                .addSubcommand(new VerifyCommand(env))
                .addSubcommand(new SealCommand(env))
                .addSubcommand(new AdoptCommand(env))
                .addSubcommand(new InitCommand(env))
                .addSubcommand(IdentityCommand.line(env))
                .addSubcommand(new ReloadCommand(env))
                .addSubcommand(new DemoCommand(env))
                .addSubcommand(new HelpCommand());
        return configured(line, env);
    }

    private static CommandLine configured(CommandLine line, Env env) {
        line.setOut(env.out())
                .setErr(env.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpWidth(Math.clamp(env.columns(), 80, 120))
                .setExpandAtFiles(false) // a name may begin with '@'
                .setParameterExceptionHandler((e, args) -> usage(env, e))
                .setExecutionExceptionHandler((e, command, result) -> failed(env, e, command));
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new GroupedHelp());
        line.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        return line;
    }

    @Override
    public void run() {
        throw new MissingCommandException();
    }

    private static int usage(Env env, ParameterException e) {
        var command = e.getCommandLine().getCommandSpec();
        env.err().println("carnet: " + Shown.text(String.valueOf(e.getMessage())));
        env.err().println("  `" + command.qualifiedName() + " --help` says how it is used.");
        return ExitCode.USAGE.number();
    }

    private static int failed(Env env, Exception e, CommandLine line) {
        if (e instanceof MissingCommandException) {
            line.usage(env.err());
            return ExitCode.USAGE.number();
        }
        if (e instanceof ApiException api && line.getCommand() instanceof ApiCommand command) {
            return command.fail(api).number();
        }
        if (e instanceof ParameterException usage) {
            return usage(env, usage);
        }
        env.err().println("carnet: INTERNAL: " + Shown.text(String.valueOf(e)));
        env.err().println("  This is a bug in carnet; with CARNET_DEBUG=1 it says more.");
        if (!env.variables().getOrDefault("CARNET_DEBUG", "").isEmpty()) {
            e.printStackTrace(env.err());
        }
        return ExitCode.INTERNAL.number();
    }

    /** {@code carnet} alone. */
    private static final class MissingCommandException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingCommandException() {
            super("no command given");
        }
    }

    /** The version that Maven wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            var properties = new Properties();
            try (var in = Main.class.getResourceAsStream("/META-INF/maven/dev.carnet/carnet-client/pom.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            }
            return new String[] {"carnet " + properties.getProperty("version", "(not packaged)")};
        }
    }
}
