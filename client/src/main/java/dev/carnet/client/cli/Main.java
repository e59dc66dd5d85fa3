package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
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
            "6 no space, 7 cancelled, 8 stopped, 9 incomplete, 70 internal, 75 try again."
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
        int exit = commandLine(Env.system(), args).execute(args);
        System.exit(System.out.checkError() ? unwritten(exit) : exit);
    }

    /** Standard output is a full disk, or was closed: whoever reads it must not take what is there for all. */
    private static int unwritten(int exit) {
        System.err.println("carnet: the answer could not be written to standard output");
        return exit == ExitCode.OK.number() ? ExitCode.OUTPUT.number() : exit;
    }

    /** All commands with their options, for whoever describes them; nothing of it is run. */
    public static CommandLine model() {
        return commandLine(Env.system());
    }

    /** Every command. */
    static CommandLine commandLine(Env env) {
        var line = new CommandLine(new Main());
        commands(env).values().forEach(command -> line.addSubcommand(command.get()));
        return configured(line.addSubcommand(new HelpCommand()), env);
    }

    /** The one command that is asked for, where one is: to describe two dozen others to picocli takes longer than most commands do. */
    static CommandLine commandLine(Env env, String[] args) {
        var wanted = commands(env).get(word(args));
        if (wanted == null) {
            return commandLine(env);
        }
        return configured(new CommandLine(new Main()).addSubcommand(wanted.get()), env);
    }

    /** The first that is neither an option nor the value of one; empty where there is none. */
    private static String word(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--socket")) {
                i++;
            } else if (!args[i].startsWith("-")) {
                return args[i];
            }
        }
        return "";
    }

    /** By the name that each has, one line each. */
    static Map<String, Supplier<Object>> commands(Env env) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("push", () -> new PushCommand(env));
        commands.put("pull", () -> new PullCommand(env));
        commands.put("status", () -> new StatusCommand(env));
        commands.put("cancel", () -> new CancelCommand(env));
        commands.put("pause", () -> new PauseCommand(env));
        commands.put("continue", () -> new ContinueCommand(env));
        commands.put("ls", () -> new LsCommand(env));
        commands.put("show", () -> new ShowCommand(env));
        commands.put("jobs", () -> new JobsCommand(env));
        commands.put("ledger", () -> LedgerCommand.line(env));
        commands.put("custody", () -> new CustodyCommand(env));
        commands.put("peer", () -> PeerCommand.line(env));
        commands.put("peers", () -> new PeersCommand(env));
        commands.put("doctor", () -> new DoctorCommand(env));
        commands.put("verify", () -> new VerifyCommand(env));
        commands.put("seal", () -> new SealCommand(env));
        commands.put("adopt", () -> new AdoptCommand(env));
        commands.put("export", () -> ExportCommand.line(env));
        commands.put("release", () -> new ReleaseCommand(env));
        commands.put("destroy", () -> new DestroyCommand(env));
        commands.put("init", () -> new InitCommand(env));
        commands.put("identity", () -> IdentityCommand.line(env));
        commands.put("reload", () -> new ReloadCommand(env));
        commands.put("demo", () -> new DemoCommand(env));
        return commands;
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
