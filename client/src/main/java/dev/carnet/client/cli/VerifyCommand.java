package dev.carnet.client.cli;

import dev.carnet.client.Json;
import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.Verifier;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.client.verify.VerifyProgress;
import dev.carnet.client.verify.VerifyReport;
import dev.carnet.client.verify.VerifyText;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carnet verify}: compares a published checkpoint with what is on record beside it. Needs no daemon. */
@Command(
        name = "verify",
        description = "Compares a published checkpoint with its recorded tree: every byte, without asking the daemon.",
        footer = {
            "",
            "Exit code: 0 it is what the record says, 5 it is not (or the record is damaged), 3 nothing is on record",
            "(or this user may not read it)."
        })
final class VerifyCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "A published checkpoint, or something in it.")
    private @Nullable Path dir;

    @Option(names = "--json", description = "One object instead of text.")
    private boolean json;

    @Option(
            names = "--mode-mask",
            paramLabel = "OCTAL",
            description =
                    "Bits that the volume's `mode_mask` takes from the modes on disk; verify cannot read the daemon's "
                            + "configuration. Default: as recorded, else 0.")
    private @Nullable String modeMask;

    @Spec
    private @Nullable CommandSpec spec;

    private final Env env;

    VerifyCommand(Env env) {
        this.env = env;
    }

    @Override
    public Integer call() {
        try {
            VerifyReport report = compare();
            if (json) {
                env.say(VerifyText.json(report));
            } else {
                VerifyText.lines(report).forEach(env::say);
            }
            return (report.verifies() ? ExitCode.OK : ExitCode.MISMATCH).number();
        } catch (VerifyException e) {
            return refuse(e).number();
        }
    }

    private VerifyReport compare() throws VerifyException {
        VerifyProgress progress = new VerifyProgress();
        try (ProgressLine _ = ProgressLine.start(env.screen(), !json, () -> VerifyText.progress(progress))) {
            return new Verifier().verify(Objects.requireNonNull(dir), mask(), progress);
        }
    }

    private ExitCode refuse(VerifyException e) {
        String why = String.valueOf(e.getMessage());
        env.err().println("carnet: " + e.kind().name() + ": " + Shown.text(why));
        if (json) {
            env.say(Json.write(Map.of("ok", false, "code", e.kind().name(), "error", why)));
        }
        return e.kind() == VerifyException.Kind.DAMAGED ? ExitCode.MISMATCH : ExitCode.REFUSED;
    }

    private OptionalInt mask() {
        String octal = modeMask;
        if (octal == null) {
            return OptionalInt.empty();
        }
        if (!octal.matches("0?[0-7]{1,3}")) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--mode-mask: an octal number such as 0750, not " + octal);
        }
        return OptionalInt.of(Integer.parseInt(octal, 8));
    }
}
