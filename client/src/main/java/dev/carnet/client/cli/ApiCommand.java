package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.DaemonSocket;
import dev.carnet.client.Json;
import dev.carnet.client.Transfer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks the daemon. */
abstract class ApiCommand implements Callable<Integer> {
    private static final String ID = "[0-9a-f]{4,32}";
    private static final int ID_DIGITS = 32;
    private static final int TRANSFERS_MAX = 1000;
    private static final int NAMED_MAX = 4;

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
            names = {"-v", "--verbose"},
            description = "Say what the daemon is asked, what it answers and how long it takes.")
    boolean verbose;

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
        return answer(client()).number();
    }

    /** Of the daemon whose socket is there now. */
    CarnetClient client() {
        Path path = socketPath();
        if (!verbose) {
            return new CarnetClient(path);
        }
        env.err().println("daemon at " + Shown.text(path.toString()));
        return new CarnetClient(path, CarnetClient.TIMEOUT, line -> env.err().println("  " + Shown.text(line)));
    }

    /** Asks, prints, and says how it ended. */
    abstract ExitCode answer(CarnetClient client);

    /** The option may stand before or after the command's name. */
    private Path socketPath() {
        if (socket != null) {
            return socket.toAbsolutePath();
        }
        for (var above = spec == null ? null : spec.parent(); above != null; above = above.parent()) {
            if (above.userObject() instanceof Main main && main.socket != null) {
                return main.socket.toAbsolutePath();
            }
        }
        return DaemonSocket.find(env.variables());
    }

    /**
     * Does something with the transfer that an argument names.
     *
     * @throws ParameterException where it is no id
     * @throws ApiException as the daemon says; UNKNOWN_TRANSFER with how many begin with it
     */
    Transfer named(CarnetClient client, @Nullable String given, Function<String, Transfer> action) {
        String id = Objects.requireNonNull(given).toLowerCase(Locale.ROOT);
        if (!id.matches(ID)) {
            throw usage("ID is 32 hex digits, or the first 4 or more of them, not '" + Shown.text(given) + "'");
        }
        try {
            return action.apply(id);
        } catch (ApiException e) {
            throw e.code().equals("UNKNOWN_TRANSFER") && id.length() < ID_DIGITS ? howMany(client, id, e) : e;
        }
    }

    /** The daemon finds one or does not; its list tells why. */
    private static ApiException howMany(CarnetClient client, String prefix, ApiException unknown) {
        List<String> ids;
        try {
            ids = client.transfers(TRANSFERS_MAX).stream().map(Transfer::id).toList();
        } catch (ApiException e) {
            return unknown;
        }
        List<String> meant =
                ids.stream().filter(id -> id.startsWith(prefix)).distinct().toList();
        if (meant.size() < 2) {
            // One alone may have come since, and of a list that is full not all are seen.
            return meant.isEmpty() && ids.size() < TRANSFERS_MAX
                    ? said(unknown, "no transfer of this daemon begins with " + prefix)
                    : unknown;
        }
        String first = meant.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        return said(
                unknown,
                meant.size() + " transfers begin with " + prefix + ": give more digits of the one that is meant: "
                        + first + (meant.size() > NAMED_MAX ? ", …" : ""));
    }

    private static ApiException said(ApiException unknown, String sentence) {
        return new ApiException(unknown.code(), unknown.status(), sentence, unknown);
    }

    ParameterException usage(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }

    /** Of the working directory of this command, not of the daemon's. A {@code ..} behind a link means what the kernel says it means. */
    Path absolute(String what, @Nullable String given) {
        return HerePath.absolute(Objects.requireNonNull(given), what, this::usage);
    }

    void print(Map<String, ? extends @Nullable Object> object) {
        env.say(Json.write(object));
    }

    /** Says on standard error what failed and what to do; with {@code --json} the last line of standard output is an object all the same. */
    ExitCode fail(ApiException e) {
        return new Failure(e.code(), e.sentence()).say(env.err(), env.out(), json);
    }

    ExitCode complain(String code, String sentence) {
        return new Failure(code, sentence).say(env.err());
    }
}
