package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.Verifier;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.client.verify.VerifyProgress;
import dev.carnet.client.verify.VerifyReport;
import dev.carnet.client.verify.VerifyText;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet verify}: compares a published checkpoint with what is on record beside it, without a daemon; or has a daemon read what it holds, and sign. */
@Command(
        name = "verify",
        header = "Compare a checkpoint with its record, every byte",
        description = {
            "Compares a published checkpoint with its recorded tree: every byte, without asking the daemon.",
            "",
            "PEER:VOLUME/NAME instead has that daemon read its disk again, and answer with a dated statement that it signs; this"
                    + " daemon verifies it and shows it: the peer keeps it on record. With --daemon VOLUME/NAME is read and signed for"
                    + " by the daemon here. Both are waited for; Ctrl-C ends the reading here, and a peer goes on reading."
        },
        footer = {
            "",
            "Examples:",
            "  carnet verify /srv/models/run7/step-100",
            "  carnet verify south:models/run7/step-100",
            "  carnet verify --daemon models/run7/step-100",
            "",
            "Exit code: 0 it is what the record says, 5 it is not (or the record is damaged), 3 nothing is on record",
            "(or this user may not read it)."
        })
final class VerifyCommand extends JobCommand {

    @Parameters(
            index = "0",
            paramLabel = "DIR|PEER:VOLUME/NAME",
            description =
                    "A published checkpoint, or something in it; or one that a peer holds (a directory whose name has a"
                            + " colon: ./DIR).")
    private @Nullable String what;

    @Option(names = "--daemon", description = "What is given is VOLUME/NAME of the daemon here.")
    private boolean daemon;

    @Option(
            names = "--mode-mask",
            paramLabel = "OCTAL",
            description =
                    "Bits that the volume's `mode_mask` takes from the modes on disk; verify cannot read the daemon's "
                            + "configuration. Default: as recorded, else 0.")
    private @Nullable String modeMask;

    VerifyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        String given = Objects.requireNonNull(what);
        if (daemon) {
            Place place = place(given);
            return follow(client, client.verify(place.volume(), place.name()));
        }
        if (atPeer(given)) {
            Destination there = destination(given);
            return follow(client, client.verifyAt(there.peer(), there.volume(), there.name()));
        }
        try {
            VerifyReport report = compare(HerePath.absolute(given, "DIR", this::usage));
            if (json) {
                env.say(VerifyText.json(report));
            } else {
                VerifyText.lines(report).forEach(env::say);
            }
            return report.verifies() ? ExitCode.OK : ExitCode.MISMATCH;
        } catch (VerifyException e) {
            return refuse(e);
        }
    }

    /** What lies here under that very name is meant; else a colon before the first slash names a peer. */
    private static boolean atPeer(String given) {
        int colon = given.indexOf(':');
        int slash = given.indexOf('/');
        boolean shaped = colon > 0 && (slash < 0 || colon < slash);
        return shaped && !Files.exists(Path.of(given), LinkOption.NOFOLLOW_LINKS);
    }

    private Destination destination(String given) {
        try {
            return Destination.parse(given);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private VerifyReport compare(Path dir) throws VerifyException {
        VerifyProgress progress = new VerifyProgress();
        try (ProgressLine _ = ProgressLine.start(env.screen(), !json, () -> VerifyText.progress(progress))) {
            return new Verifier().verify(dir, mask(), progress);
        }
    }

    private ExitCode refuse(VerifyException e) {
        return new Failure(e.kind().name(), String.valueOf(e.getMessage())).say(env.err(), env.out(), json);
    }

    private OptionalInt mask() {
        String octal = modeMask;
        if (octal == null) {
            return OptionalInt.empty();
        }
        if (!octal.matches("0?[0-7]{1,3}")) {
            throw usage("--mode-mask: an octal number such as 0750, not " + Shown.text(octal));
        }
        return OptionalInt.of(Integer.parseInt(octal, 8));
    }
}
