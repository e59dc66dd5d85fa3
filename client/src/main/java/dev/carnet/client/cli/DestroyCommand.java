package dev.carnet.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet destroy}. */
@Command(
        name = "destroy",
        header = "Remove a checkpoint from the disk, on record",
        description = {
            "Removes a checkpoint of this daemon: every file of it. The daemon signs that this is about to happen before the first file goes, and"
                    + " that it has happened when the last one is gone; a restart in between goes on with it.",
            "There is no way back. What is destroyed has to be typed once more, or given with --yes."
        },
        footer = {
            "",
            "Examples:",
            "  carnet destroy models/run7/step-100",
            "  carnet destroy models/run7/step-100 --yes models/run7/step-100",
            "",
            "What was destroyed may still be on other machines, in backups, or on the disk's own blocks: nobody can prove that it is not."
        })
final class DestroyCommand extends JobCommand {
    private static final int TYPED_BYTES_MAX = 1_024;

    @Parameters(index = "0", paramLabel = "VOLUME/NAME", description = "A checkpoint of this daemon.")
    @Nullable
    String what;

    @Option(
            names = "--yes",
            paramLabel = "VOLUME/NAME",
            description = "The same once more: for scripts, which are asked nothing.")
    @Nullable
    String yes;

    DestroyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode answer(CarnetClient client) {
        Place place = place(Objects.requireNonNull(what));
        String whole = place.volume() + "/" + place.name();
        if (yes == null && (json || !env.terminal())) {
            throw usage("nobody can be asked here: give --yes " + Shown.text(whole) + " to destroy it");
        }
        String said = yes == null ? asked(client, place, whole) : yes;
        if (!said.equals(whole)) {
            throw usage("'" + Shown.text(said) + "' is not '" + Shown.text(whole) + "': nothing was destroyed");
        }
        return follow(client, client.destroy(place.volume(), place.name(), said));
    }

    private String asked(CarnetClient client, Place place, String whole) {
        try {
            Checkpoint held = client.checkpoint(place.volume(), place.name());
            env.err()
                    .println(
                            Shown.text(whole) + ": " + held.files() + " files, " + Quantities.bytes(held.logicalBytes())
                                    + ", " + Shown.text(held.state()) + ", tree " + Shown.text(held.treeDigest()));
        } catch (ApiException e) {
            if (!e.code().equals("UNKNOWN_CHECKPOINT")) {
                throw e;
            }
            // being destroyed already, perhaps, which goes on: the daemon says
        }
        env.err().print("Type " + Shown.text(whole) + " to destroy it for ever: ");
        env.err().flush();
        return line();
    }

    /** What is typed, up to the end of the line. */
    private String line() {
        var typed = new ByteArrayOutputStream();
        try {
            int c = env.in().read();
            while (c >= 0 && c != '\n' && typed.size() < TYPED_BYTES_MAX) {
                typed.write(c);
                c = env.in().read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return typed.toString(UTF_8).strip();
    }
}
