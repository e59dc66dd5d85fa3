package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet peer test}. */
@Command(
        name = "test",
        header = "Try the line to a peer: who can dial, how fast, what to change",
        description = {
            "Tries each address of a peer, asks it to dial back, and measures the round trip, the rate of one connection and of"
                    + " several. Says which identity and key exchange were found, and which settings of the kernel are in the way.",
            "Takes some seconds, during which it sends as much as the line takes. Ends with 3 where neither side reaches the other."
        },
        footer = {"", "Examples:", "  carnet peer test south", "  carnet peer test south --seconds 10 --streams 8"})
final class PeerTestCommand extends ApiCommand {
    private static final int SECONDS_MAX = 10;
    private static final int STREAMS_MAX = 64;

    @Parameters(index = "0", paramLabel = "PEER", description = "A peer's alias or SPIFFE ID.")
    @Nullable
    String peer;

    @Option(names = "--seconds", paramLabel = "N", description = "Of each measurement (default: the daemon's own).")
    int seconds;

    @Option(names = "--streams", paramLabel = "N", description = "Of the second one (default: the daemon's own).")
    int streams;

    PeerTestCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        if (seconds < 0 || seconds > SECONDS_MAX || streams < 0 || streams > STREAMS_MAX) {
            throw usage("--seconds is 1 to " + SECONDS_MAX + ", --streams 1 to " + STREAMS_MAX);
        }
        String which = Objects.requireNonNull(peer);
        if (!json) {
            env.err().println("trying the line to " + Shown.text(which) + "; this takes some seconds");
        }
        var report = client.testPeer(which, seconds, streams);
        boolean reachable = reachable(report);
        if (json) {
            print(report.members());
        } else {
            say(report);
        }
        return reachable ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** Either way will do: the one who can dials. */
    private static boolean reachable(JsonObject report) {
        boolean weReach = report.optionalObject("we_dial").stream()
                .flatMap(way -> way.optionalObjects("tried").stream())
                .anyMatch(one -> one.optionalFlag("ok").orElse(false));
        return weReach
                || report.optionalFlag("connected").orElse(false)
                || theyReach(report).equals("works");
    }

    private static String theyReach(JsonObject report) {
        return report.optionalObject("they_dial")
                .flatMap(way -> way.optionalText("outcome"))
                .orElse("unknown");
    }

    private void say(JsonObject report) {
        report.optionalFlag("connected").ifPresent(connected -> add("session", connected ? "yes" : "no"));
        report.optionalText("why_not").ifPresent(sentence -> add("why not", sentence));
        for (JsonObject one : report.optionalObject("we_dial")
                .map(way -> way.optionalObjects("tried"))
                .orElse(List.of())) {
            add(
                    "we dial",
                    one.optionalText("address").orElse("?")
                            + (one.optionalFlag("ok").orElse(false) ? ": works" : ": fails")
                            + one.optionalText("error").map(e -> ", " + e).orElse(""));
        }
        add(
                "they dial",
                theyReach(report).replace('_', ' ')
                        + report.optionalObject("they_dial")
                                .flatMap(way -> way.optionalText("error"))
                                .map(e -> ", " + e)
                                .orElse(""));
        report.optionalText("identity").ifPresent(id -> add("identity", id));
        report.optionalText("group").ifPresent(group -> add("group", group));
        report.optionalText("suite").ifPresent(suite -> add("suite", suite));
        report.optionalText("certificate_ends").ifPresent(end -> add("certificate", "ends " + end));
        report.optionalDecimal("round_trip_ms")
                .ifPresent(ms -> add("round trip", String.format(Locale.ROOT, "%.2f ms", ms)));
        report.optionalDecimal("rate_one_stream").ifPresent(rate -> add("1 stream", Quantities.rate(rate)));
        report.optionalDecimal("rate_streams")
                .ifPresent(rate -> add(report.optionalNumber("streams").orElse(0) + " streams", Quantities.rate(rate)));
        report.optionalText("congestion_control")
                .filter(name -> !name.isEmpty())
                .ifPresent(name -> add("congestion", name));
        report.optionalObject("buffers")
                .ifPresent(buffers -> buffers.members().forEach((name, value) -> add("buffer", name + " " + value)));
        List<String> advice = report.texts("advice");
        advice.forEach(sentence -> env.say("do: " + Shown.sentence(sentence)));
    }

    private void add(String name, String value) {
        env.say(String.format(Locale.ROOT, "%-12s", name) + Shown.sentence(value));
    }
}
