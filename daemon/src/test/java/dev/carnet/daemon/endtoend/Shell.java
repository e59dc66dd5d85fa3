package dev.carnet.daemon.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs bash: a file system seen by other eyes than the daemon's, where names are bytes whatever the locale of this JVM. */
final class Shell {
    private Shell() {}

    /** Standard output, one char per byte; anything but exit code 0 fails the test. */
    static String run(Path directory, String script) {
        try {
            Process process = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (process.waitFor() != 0) {
                throw new AssertionError("bash: " + out);
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether this machine lets the test do that. */
    static boolean can(Path directory, String script) {
        try {
            var _ = run(directory, script);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }
}
