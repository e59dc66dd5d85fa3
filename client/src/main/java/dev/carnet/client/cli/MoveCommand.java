package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Transfer;
import dev.carnet.proto.wire.LabelForms;
import dev.carnet.proto.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a push and a pull have in common: how they are asked for, and how they are waited for. */
abstract class MoveCommand extends ApiCommand {
    private static final int STREAMS_MAX = 64;

    @Option(
            names = "--limit",
            paramLabel = "RATE",
            converter = Destination.RateConverter.class,
            description = "No more than this: 100MB/s, 64MiB/s, 10Gbit/s.")
    @Nullable
    Long limit;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "Parallel connections (default: as the daemon is configured).")
    int streams;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "KEY=VALUE",
            description = "Write this on the transfer and into both records; may be repeated.")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--wait",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Wait until both sides have signed (the default), or return as soon as it is on record and print"
                            + " the transfer's id.")
    boolean wait = true;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say what would be moved, and by which rule; begin nothing.")
    boolean dryRun;

    MoveCommand(Env env) {
        super(env);
    }

    long bytesPerSecondMax() {
        return limit == null ? 0 : limit;
    }

    int streams() {
        if (streams < 0 || streams > STREAMS_MAX) {
            throw usage("--streams is a number from 1 to " + STREAMS_MAX + ", or 0 for the daemon's own");
        }
        return streams;
    }

    /** The protocol's own limits, so that a mistake is told before anything is asked. */
    Map<String, String> labels() {
        if (labels.size() > Limits.LABELS_MAX) {
            throw usage(labels.size() + " labels, and at most " + Limits.LABELS_MAX + " are allowed");
        }
        labels.forEach((key, value) -> {
            if (!LabelForms.isKey(key)) {
                throw usage("--label '" + Shown.text(key) + "' is no key: at most " + Limits.LABEL_KEY_BYTES_MAX
                        + " of a-z 0-9 . _ - beginning with a letter or digit");
            }
            if (value.isEmpty() || value.getBytes(StandardCharsets.UTF_8).length > Limits.LABEL_BYTES_MAX) {
                throw usage("--label " + key + ": a value has 1 to " + Limits.LABEL_BYTES_MAX + " bytes");
            }
            if (Shown.garbled(key + value)) {
                throw usage("--label '" + Shown.text(key + "=" + value) + "' " + Shown.GARBLED);
            }
        });
        return labels;
    }

    /** To its end, or not at all where nobody wants to wait. */
    ExitCode follow(CarnetClient client, Transfer transfer) {
        if (!wait) {
            if (json) {
                print(transfer.json().members());
            } else {
                env.say(Shown.text(transfer.id()));
            }
            return ExitCode.OK;
        }
        env.err().println("transfer " + Shown.text(transfer.id()));
        try (var _ = Leaving.of(() -> leave(env, transfer.id()))) {
            return outcome(Waiting.forTransfers(env, client, new Progress(env, json && !env.terminal()))
                    .untilFinished(transfer));
        } catch (ApiException e) {
            if (e.code().equals(ApiException.UNREACHABLE)) {
                env.err().println("The transfer " + Shown.text(transfer.id()) + " goes on when the daemon is back.");
            }
            throw e;
        }
    }

    private ExitCode outcome(Transfer transfer) {
        if (!json) {
            Report.lines(transfer).forEach(env::say);
        }
        var exit = transfer.ok()
                ? ExitCode.OK
                : complain(
                        transfer.code().orElse("INTERNAL"),
                        transfer.error().orElse("the transfer ended as " + transfer.state()));
        if (json) {
            print(transfer.json().members());
        }
        return exit;
    }

    /** Ctrl-C ends this command only. */
    static void leave(Env env, String id) {
        String shown = Shown.text(id);
        env.err().println();
        env.err()
                .println("The transfer goes on in the daemon. `carnet status " + shown
                        + " --watch` follows it, `carnet pause " + shown + "` holds it, `carnet cancel " + shown
                        + "` stops it.");
        env.err().flush();
    }
}
