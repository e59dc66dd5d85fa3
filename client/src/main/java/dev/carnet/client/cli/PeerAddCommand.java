package dev.carnet.client.cli;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.PeerRequest;
import dev.carnet.client.PeerRequest.Allowed;
import dev.carnet.client.identity.IdentityCard;
import dev.carnet.proto.identity.IdentityException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet peer add}. */
@Command(
        name = "add",
        header = "Know another daemon, from its identity card",
        description = {
            "Reads what `carnet identity card` printed on the other machine, and has the daemon know that peer from now on: its"
                    + " ID, its addresses, the CA of its trust domain, and what is allowed with which volume here.",
            "",
            "A card proves nothing by itself: take it over a way that you trust, such as ssh, or compare the key that this command"
                    + " prints with the one that the card's maker sees. The daemon may need the other side's permission too:"
                    + " a push needs --push-to here and --push-from there, a pull --pull-from here and --pull-by there."
        },
        footer = {
            "",
            "Examples:",
            "  ssh south carnet identity card | carnet peer add - --push-to outgoing",
            "  carnet identity card | ssh south carnet peer add - --push-from incoming"
        })
final class PeerAddCommand extends ApiCommand {
    /** What was started a moment ago needs some seconds, the first time above all. */
    private static final Duration START_MAX = Duration.ofSeconds(20);

    private static final Duration STEP = Duration.ofMillis(250);

    @Parameters(index = "0", paramLabel = "CARD", description = "A file, or - for standard input.")
    @Nullable
    String card;

    @Option(names = "--alias", paramLabel = "NAME", description = "What to call it here (default: as the card says).")
    @Nullable
    String alias;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "Where to dial, instead of the card's; may be repeated.")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = "--dial",
            paramLabel = "WHO",
            description =
                    "dial: this daemon does; accept: the peer does; both (default: both where there is an address).")
    @Nullable
    String dial;

    @Option(names = "--push-to", paramLabel = "VOLUME", description = "This daemon may push from VOLUME to it.")
    List<String> pushTo = new ArrayList<>();

    @Option(names = "--push-from", paramLabel = "VOLUME", description = "It may push into VOLUME.")
    List<String> pushFrom = new ArrayList<>();

    @Option(names = "--pull-from", paramLabel = "VOLUME", description = "This daemon may pull from it into VOLUME.")
    List<String> pullFrom = new ArrayList<>();

    @Option(names = "--pull-by", paramLabel = "VOLUME", description = "It may pull from VOLUME.")
    List<String> pullBy = new ArrayList<>();

    PeerAddCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        List<Allowed> allow = allowed();
        if (allow.isEmpty()) {
            throw usage(
                    "say what is allowed with which volume here: --push-to, --push-from, --pull-from or --pull-by VOLUME");
        }
        var read = read(Objects.requireNonNull(card));
        var request = new PeerRequest(
                read.alias(),
                read.id().uri(),
                dial != null && dial.equals("accept") ? List.of() : read.addresses(),
                dial(),
                allow,
                Optional.of(read.trust()));
        var answer = started(client).addPeer(request);
        if (json) {
            print(answer.members());
            return ExitCode.OK;
        }
        env.say("peer      " + Shown.text(read.alias()));
        env.say("id        " + Shown.text(read.id().uri()));
        request.addresses().forEach(address -> env.say("address   " + Shown.text(address)));
        read.keys().forEach(key -> env.say("CA's key  " + key + " (the other side: `carnet identity card --keys`)"));
        allow.forEach(one -> env.say("allowed   " + one.act() + " " + Shown.text(one.volume())));
        answer.optionalText("file").ifPresent(file -> env.say("written   " + Shown.text(file)));
        return ExitCode.OK;
    }

    private Optional<String> dial() {
        if (dial != null && !List.of("dial", "accept", "both").contains(dial)) {
            throw usage("--dial is dial, accept or both, not '" + Shown.text(dial) + "'");
        }
        return Optional.ofNullable(dial);
    }

    private List<Allowed> allowed() {
        List<Allowed> allow = new ArrayList<>();
        pushTo.forEach(volume -> allow.add(new Allowed(volume, "push-to")));
        pushFrom.forEach(volume -> allow.add(new Allowed(volume, "push-from")));
        pullFrom.forEach(volume -> allow.add(new Allowed(volume, "pull-from")));
        pullBy.forEach(volume -> allow.add(new Allowed(volume, "pull-by")));
        return allow;
    }

    /** What the command line says stands before what the card says. */
    private IdentityCard read(String from) {
        String text;
        try {
            text = from.equals("-") ? text(env.in()) : text(Path.of(from));
        } catch (IOException | java.nio.file.InvalidPathException e) {
            throw usage("CARD '" + Shown.text(from) + "' cannot be read: " + e);
        }
        if (text.isBlank()) {
            throw usage("CARD is empty: what should print it (`carnet identity card`) did not");
        }
        try {
            var read = IdentityCard.parse(text);
            return new IdentityCard(
                    alias == null ? read.alias() : alias,
                    read.id(),
                    addresses.isEmpty() ? read.addresses() : addresses,
                    read.anchors());
        } catch (IdentityException e) {
            throw usage("CARD: " + e.getMessage());
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return text(in);
        }
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readNBytes(IdentityCard.CHARS_MAX + 1), StandardCharsets.UTF_8);
    }

    /** This command stands behind the daemon's start in people's scripts; where its socket will be is known for sure when it is there. */
    private CarnetClient started(CarnetClient first) {
        long begun = env.nanoTime().getAsLong();
        var client = first;
        for (boolean told = false; ; told = true) {
            try {
                var _ = client.daemon();
                return client;
            } catch (ApiException e) {
                if (!e.code().equals(ApiException.UNREACHABLE)
                        || env.nanoTime().getAsLong() - begun > START_MAX.toNanos()) {
                    throw e;
                }
            }
            if (!told) {
                env.err()
                        .println("waiting for the daemon at "
                                + Shown.text(client.socket().toString()));
            }
            try {
                env.pause().of(STEP);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return client;
            }
            client = client();
        }
    }
}
