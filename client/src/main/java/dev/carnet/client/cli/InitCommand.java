package dev.carnet.client.cli;

import dev.carnet.client.Json;
import dev.carnet.client.UserFolders;
import dev.carnet.client.identity.Identities;
import dev.carnet.client.identity.ThisMachine;
import dev.carnet.client.identity.UserSetup;
import dev.carnet.proto.identity.IdentityException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carnet init}. Asks no daemon. */
@Command(
        name = "init",
        header = "Make a configuration and an identity for `carnetd --user`",
        description = {
            "Makes, below the XDG directories of this user, what `carnetd --user` needs: a certificate authority for a trust domain"
                    + " of its own, a certificate of it, and a configuration with one volume or more. Nothing that is there is"
                    + " replaced. Where your site has a CA that issues SPIFFE IDs, write a configuration by hand instead.",
            "",
            "After it: `carnetd --user` here and there, and `carnet peer add` with each other's `carnet identity card`."
        },
        footer = {
            "",
            "Examples:",
            "  carnet init",
            "  carnet init --volume outgoing=/data/runs --volume incoming=/data/incoming",
            "  carnet init --address gpu7.example.org:7443"
        })
final class InitCommand implements Callable<Integer> {
    private static final String VOLUME = "[a-z0-9][a-z0-9._-]{0,63}";
    private static final String LISTEN = "0.0.0.0:7443";
    private static final int RANDOM_BYTES = 4;
    private static final int HOST_CHARS_MAX = 40;

    private final Env env;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--trust-domain",
            paramLabel = "DOMAIN",
            description = "Of the CA; has to be nobody else's (default: this host's name and eight random digits).")
    @Nullable
    String trustDomain;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where peers connect (default: " + LISTEN + "); `none`: it only dials.")
    String listen = LISTEN;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description =
                    "What the identity card tells others to dial; may be repeated (default: the addresses that this"
                            + " machine has when the card is made).")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = "--volume",
            paramLabel = "NAME=DIR",
            description =
                    "A directory that checkpoints leave from or come into; may be repeated (default: models, below the"
                            + " user's data directory).")
    Map<String, String> volumes = new LinkedHashMap<>();

    @Option(names = "--json", description = "The last line of standard output is one JSON object.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    InitCommand(Env env) {
        this.env = env;
    }

    @Override
    public Integer call() {
        var folders = UserFolders.of(env.variables());
        try {
            var wanted = wanted(folders);
            var made = new UserSetup(folders, Identities.system()).make(wanted);
            say(wanted, made);
            return ExitCode.OK.number();
        } catch (IdentityException e) {
            throw usage(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Failure.of(e).say(env.err(), env.out(), json).number();
        }
    }

    private UserSetup.Wanted wanted(UserFolders folders) {
        Map<String, Path> paths = new LinkedHashMap<>();
        volumes.forEach((name, path) -> {
            if (!name.matches(VOLUME)) {
                throw usage("--volume: '" + Shown.text(name)
                        + "' is no name: 1 to 64 of a-z 0-9 - _ . beginning with a letter" + " or digit");
            }
            if (path.isEmpty()) {
                throw usage("--volume " + Shown.text(name) + " has no path: NAME=PATH");
            }
            paths.put(name, HerePath.absolute(path, "--volume " + name, this::usage));
        });
        if (paths.isEmpty()) {
            paths.put("models", folders.data().resolve("models"));
        }
        return new UserSetup.Wanted(
                trustDomain == null ? ownDomain() : trustDomain,
                "carnet/" + user(),
                listen.equals("none") ? Optional.empty() : Optional.of(listen),
                addresses,
                paths);
    }

    /** A host's name alone is not the only one of its kind: two of "localhost" must not take each other's CA for their own. */
    private static String ownDomain() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        String host = ThisMachine.name()
                .replaceFirst("\\..*", "")
                .replaceAll("[^a-z0-9-]", "-")
                .replaceAll("^-+|-+$", "");
        String name = host.isEmpty() ? "carnet" : host.substring(0, Math.min(host.length(), HOST_CHARS_MAX));
        return name + "-" + HexFormat.of().formatHex(bytes) + ".internal";
    }

    /** The account's name; a user whom the system has no name for is "?" to Java. */
    private static String user() {
        String name = System.getProperty("user.name", "")
                .replaceAll("[^A-Za-z0-9._-]", "-")
                .replaceAll("^[-.]+|[-.]+$", "");
        return name.isEmpty() ? "user" : name;
    }

    private void say(UserSetup.Wanted wanted, UserSetup.Made made) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", true);
            object.put("config", made.config().toString());
            object.put("id", made.id());
            object.put("ca", made.ca().toString());
            Map<String, String> paths = new LinkedHashMap<>();
            wanted.volumes().forEach((name, path) -> paths.put(name, path.toString()));
            object.put("volumes", paths);
            env.say(Json.write(object));
            return;
        }
        env.say("config    " + Shown.text(made.config().toString()));
        env.say("id        " + Shown.text(made.id().uri()));
        env.say("CA        " + Shown.text(made.ca().toString())
                + " (its key belongs on no machine that serves: move it away)");
        wanted.listen().ifPresent(at -> env.say("listen    " + Shown.text(at)));
        wanted.volumes().forEach((name, path) -> env.say("volume    " + name + " = " + Shown.text(path.toString())));
        env.say("Next: `carnetd --user`, then `carnet identity card` for the other side.");
        if (UserFolders.uid().filter(uid -> uid == 0).isPresent()) {
            env.err()
                    .println(
                            "carnet: carnetd refuses to run as root: run init and carnetd as another user, or add --allow-root to carnetd.");
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), sentence);
    }
}
