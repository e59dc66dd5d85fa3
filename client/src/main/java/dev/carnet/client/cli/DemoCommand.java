package dev.carnet.client.cli;

import dev.carnet.client.Json;
import dev.carnet.client.demo.Demo;
import dev.carnet.client.demo.DemoException;
import dev.carnet.client.demo.DemoOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet demo}. */
@Command(
        name = "demo",
        header = "Move a checkpoint between two daemons here, and break it",
        description = {
            "Moves a checkpoint between two real daemons on this machine, kills the receiver half-way and starts it again,"
                    + " verifies what arrived without believing the transfer, and shows the receipt.",
            "",
            "Makes throwaway identities, listens on loopback only, and leaves everything in one folder."
        },
        footer = {"", "Examples:", "  carnet demo", "  carnet demo /data/run7/step-100 --work /data/demo --keep"})
final class DemoCommand implements Callable<Integer> {

    /** Set by the launcher: the checkout or the installation. */
    private static final String HOME = "carnet.home";

    private final Env env;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "A checkpoint to move; it is only read. Default: real weights, fetched at first use.")
    private @Nullable Path dir;

    @Option(names = "--work", paramLabel = "WORK", description = "Where to put everything (default: a fresh folder).")
    private @Nullable Path work;

    @Option(names = "--keep", description = "Let both daemons go on running.")
    private boolean keep;

    @Option(
            names = "--json",
            description = "The last line of standard output is one JSON object; the story goes to standard error.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    DemoCommand(Env env) {
        this.env = env;
    }

    @Override
    public Integer call() {
        DemoOptions options = new DemoOptions(
                Path.of(System.getProperty(HOME, "")).toAbsolutePath(),
                Optional.ofNullable(dir),
                Optional.ofNullable(work),
                json,
                keep);
        try {
            String result = new Demo(options, json ? env.err() : env.out(), env.screen(), env.nanoTime()).run();
            if (json) {
                env.say(result);
            }
            return ExitCode.OK.number();
        } catch (DemoException e) {
            return fail(e.kind().name(), String.valueOf(e.getMessage()), exit(e.kind()));
        } catch (IOException e) {
            boolean full = String.valueOf(e.getMessage()).contains("No space left");
            return fail(full ? "NO_SPACE" : "STORAGE", e.toString(), full ? ExitCode.NO_SPACE : ExitCode.REFUSED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED.number();
        }
    }

    /** What a demo says of its end may be several lines: a log's last ones. */
    private int fail(String code, String why, ExitCode exit) {
        env.err().println("carnet: " + code + ":");
        why.lines().forEach(line -> env.err().println("  " + Shown.text(line)));
        env.err().println("  " + Advice.on(code));
        if (json) {
            env.say(Json.write(Map.of("ok", false, "code", code, "error", why)));
        }
        return exit.number();
    }

    private static ExitCode exit(DemoException.Kind kind) {
        return switch (kind) {
            case USAGE -> ExitCode.USAGE;
            case REFUSED -> ExitCode.REFUSED;
            case UNREACHABLE -> ExitCode.UNREACHABLE;
            case DOES_NOT_VERIFY -> ExitCode.MISMATCH;
            case NO_SPACE -> ExitCode.NO_SPACE;
        };
    }
}
