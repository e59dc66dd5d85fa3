package dev.carnet.client.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.Verifier;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.client.verify.VerifyProgress;
import dev.carnet.client.verify.VerifyReport;
import dev.carnet.client.verify.VerifyText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
            "Exit code: 0 it is what the record says, 5 it is not (or the record is damaged), 3 nothing is on record."
        })
public final class VerifyCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int REFUSED = 3;
    private static final int DOES_NOT_VERIFY = 5;

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

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Objects.requireNonNull(spec);
        PrintWriter out = own.commandLine().getOut();
        PrintWriter err = own.commandLine().getErr();
        VerifyReport report;
        try {
            report = compare(own, err);
        } catch (VerifyException e) {
            return refuse(out, err, e);
        }
        if (json) {
            out.println(VerifyText.json(report));
        } else {
            VerifyText.lines(report).forEach(out::println);
        }
        out.flush();
        return report.verifies() ? OK : DOES_NOT_VERIFY;
    }

    private VerifyReport compare(CommandSpec own, PrintWriter err) throws VerifyException, IOException {
        VerifyProgress progress = new VerifyProgress();
        try (ProgressLine _ = ProgressLine.start(err, !json, () -> VerifyText.progress(progress))) {
            return new Verifier().verify(Objects.requireNonNull(dir), mask(own), progress);
        }
    }

    private int refuse(PrintWriter out, PrintWriter err, VerifyException e) {
        String why = String.valueOf(e.getMessage());
        if (json) {
            ObjectNode object = new ObjectMapper().createObjectNode();
            out.println(object.put("verifies", false).put("error", why));
            out.flush();
        }
        err.println("carnet verify: " + why);
        err.flush();
        return e.kind() == VerifyException.Kind.DAMAGED ? DOES_NOT_VERIFY : REFUSED;
    }

    private OptionalInt mask(CommandSpec own) {
        String octal = modeMask;
        if (octal == null) {
            return OptionalInt.empty();
        }
        if (!octal.matches("0?[0-7]{1,3}")) {
            throw new ParameterException(own.commandLine(), "--mode-mask: an octal number such as 0027, not " + octal);
        }
        return OptionalInt.of(Integer.parseInt(octal, 8));
    }
}
