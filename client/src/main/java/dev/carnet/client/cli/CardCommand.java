package dev.carnet.client.cli;

import dev.carnet.client.UserFolders;
import dev.carnet.client.identity.Identities;
import dev.carnet.client.identity.IdentityCard;
import dev.carnet.client.identity.ThisMachine;
import dev.carnet.client.identity.UserSetup;
import dev.carnet.proto.identity.IdentityException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carnet identity card}. Asks no daemon. */
@Command(
        name = "card",
        header = "Print what another daemon has to know of this one",
        description = {
            "Prints one text for `carnet peer add` on another machine: a suggestion for an alias, the SPIFFE ID, the addresses at which"
                    + " this daemon listens, and the certificate of its CA. It holds no secret.",
            "",
            "Without options it is that of `carnetd --user`, as `carnet init` made it. For another daemon name the files of its"
                    + " [identity], and its addresses."
        },
        footer = {
            "",
            "Examples:",
            "  ssh south carnet identity card | carnet peer add - --push-to outgoing",
            "  carnet identity card --certificate identity/cert.pem --trust identity/trust.pem --address south.example.org:7443"
        })
final class CardCommand implements Callable<Integer> {
    private final Env env;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(names = "--alias", paramLabel = "NAME", description = "What others may call it (default: its host's name).")
    @Nullable
    String alias;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "Where others dial; may be repeated (default: as init was told, else what this machine has).")
    List<String> addresses = new ArrayList<>();

    @Option(names = "--certificate", paramLabel = "FILE", description = "The daemon's certificate.")
    @Nullable
    Path certificate;

    @Option(names = "--trust", paramLabel = "FILE", description = "The certificates of its CA.")
    @Nullable
    Path trust;

    @Option(names = "--keys", description = "Print the SHA-256 of the CA's key alone, to compare it by another way.")
    boolean keys;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    CardCommand(Env env) {
        this.env = env;
    }

    @Override
    public Integer call() {
        if ((certificate == null) != (trust == null)) {
            throw usage("--certificate and --trust belong together");
        }
        try {
            var card = card();
            if (keys) {
                card.keys().forEach(env::say);
            } else {
                env.out().print(card.text());
                env.out().flush();
            }
            if (!keys && card.addresses().isEmpty()) {
                env.err()
                        .println(
                                "carnet: the card names no address: others cannot dial this daemon (--address HOST:PORT)");
            }
            return ExitCode.OK.number();
        } catch (IdentityException e) {
            return new Failure(Failure.BAD_CERTIFICATE, String.valueOf(e.getMessage()))
                    .say(env.err())
                    .number();
        } catch (IOException e) {
            return Failure.of(e).say(env.err()).number();
        }
    }

    private IdentityCard card() throws IOException {
        for (String address : addresses) {
            try {
                IdentityCard.checkAddress(address);
            } catch (IdentityException e) {
                throw usage(String.valueOf(e.getMessage()));
            }
        }
        var setup = new UserSetup(UserFolders.of(env.variables()), Identities.system());
        var machine = new ThisMachine();
        return certificate == null || trust == null
                ? setup.card(Optional.ofNullable(alias), addresses, machine)
                : setup.card(Optional.ofNullable(alias), addresses, machine, certificate, trust);
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), sentence);
    }
}
