package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Transfer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet status}. */
@Command(
        name = "status",
        header = "Show transfers: progress, rates, and what is waited for",
        description = "Shows the daemon's transfers, newest first, or one of them in full.",
        footer = {"", "Examples:", "  carnet status", "  carnet status 3f2a --watch"})
final class StatusCommand extends ApiCommand {
    private static final Duration REDRAW = Duration.ofSeconds(1);
    private static final Duration REPRINT = Duration.ofSeconds(5);
    private static final int SHOWN_MAX = 1000;
    private static final int SHOWN_DEFAULT = 20;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "A transfer: its id, or the first 4 digits or more.")
    @Nullable
    String id;

    @Option(
            names = {"-w", "--watch"},
            description = "Go on showing: one transfer until it ends, the list until Ctrl-C.")
    boolean watch;

    @Option(names = "--max", paramLabel = "N", description = "How many to list (default: ${DEFAULT-VALUE}).")
    int max = SHOWN_DEFAULT;

    StatusCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        max = Math.clamp(max, 1, SHOWN_MAX);
        if (id != null) {
            return one(client, id);
        }
        if (watch) {
            return watchAll(client);
        }
        list(client.transfers(max));
        return ExitCode.OK;
    }

    private ExitCode one(CarnetClient client, String which) {
        Transfer transfer = named(client, which, client::transfer);
        if (watch) {
            transfer = Waiting.forTransfers(env, client, new Progress(env, json && !env.terminal()))
                    .untilFinished(transfer);
        }
        if (json) {
            print(transfer.json().members());
        } else {
            Report.lines(transfer).forEach(env::say);
        }
        // To look is one thing, to wait for a good end another.
        return !watch || transfer.ok()
                ? ExitCode.OK
                : complain(
                        transfer.code().orElse("INTERNAL"),
                        transfer.error().orElse("the transfer ended as " + transfer.state()));
    }

    private void list(List<Transfer> transfers) {
        if (json) {
            print(Map.of("transfers", transfers.stream().map(Transfer::json).toList()));
        } else {
            table(transfers).forEach(env::say);
        }
    }

    static List<String> table(List<Transfer> transfers) {
        if (transfers.isEmpty()) {
            return List.of("no transfers");
        }
        var table = new Table("ID", "STATE", ">%", ">SIZE", ">RATE", ">ETA", "WHAT");
        for (Transfer t : transfers) {
            var eta = t.etaSeconds();
            boolean moving = !t.finished();
            table.row(
                    t.id().substring(0, Math.min(8, t.id().length())),
                    t.paused() && moving ? t.state() + "*" : t.state(),
                    Progress.percent(t),
                    Quantities.bytes(t.bytesTotal()),
                    Quantities.rate(moving ? t.rateNow() : t.rateAverage()),
                    moving && eta.isPresent() ? Quantities.duration(eta.getAsLong()) : "-",
                    t.volume() + "/" + t.name() + (t.role().equals("source") ? " to " : " from ") + t.peer());
            if (t.paused() && moving) {
                table.note("* paused: `carnet continue` lets it go on");
            }
            t.waitingFor().ifPresent(sentence -> table.note("waiting: " + sentence));
            t.error().ifPresent(sentence -> table.note(t.code().orElse("error") + ": " + sentence));
        }
        return table.lines();
    }

    private ExitCode watchAll(CarnetClient client) {
        int drawn = 0;
        while (true) {
            var transfers = client.transfers(max);
            if (json) {
                list(transfers);
            } else {
                drawn = redraw(table(transfers), drawn);
            }
            try {
                env.pause().of(env.terminal() ? REDRAW : REPRINT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ApiException(ApiException.TIMEOUT, 0, "interrupted", e);
            }
        }
    }

    /** On a terminal the table takes the place of the one before; lines are cut so that none wraps. */
    private int redraw(List<String> lines, int drawn) {
        if (!env.terminal()) {
            lines.forEach(env::say);
            return 0;
        }
        env.out().print(drawn > 0 ? "\u001b[" + drawn + "A\u001b[J" : "");
        lines.forEach(line -> env.say(Shown.cut(line, env.columns() - 1)));
        return lines.size();
    }
}
