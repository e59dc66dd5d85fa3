package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.DaemonSocket;
import dev.carnet.client.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the daemon. */
abstract class ApiCommand implements Callable<Integer> {
    final Env env;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Socket of the daemon (default: CARNET_SOCKET, else the user's or the system's daemon).")
    @Nullable
    Path socket;

    @Option(names = "--json", description = "For programs: the last line of standard output is one JSON object.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    ApiCommand(Env env) {
        this.env = env;
    }

    @Override
    public final Integer call() {
        return answer(new CarnetClient(socketPath())).number();
    }

    /** Asks, prints, and says how it ended. */
    abstract ExitCode answer(CarnetClient client);

    /** The option may stand before or after the command's name. */
    private Path socketPath() {
        if (socket != null) {
            return socket.toAbsolutePath();
        }
        var parent = spec == null ? null : spec.parent();
        if (parent != null && parent.userObject() instanceof Main main && main.socket != null) {
            return main.socket.toAbsolutePath();
        }
        return DaemonSocket.find(env.variables());
    }

    void print(Map<String, ? extends @Nullable Object> object) {
        env.say(Json.write(object));
    }

    /** Says on standard error what failed and what to do; with {@code --json} the last line of standard output is an object all the same. */
    ExitCode fail(ApiException e) {
        var exit = complain(e.code(), e.sentence());
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", false);
            object.put("code", e.code());
            object.put("error", e.sentence());
            print(object);
        }
        return exit;
    }

    ExitCode complain(String code, String sentence) {
        env.err().println("carnet: " + Shown.text(code) + ": " + Shown.text(sentence));
        env.err().println("  " + Advice.on(code));
        return ExitCode.of(code);
    }
}
