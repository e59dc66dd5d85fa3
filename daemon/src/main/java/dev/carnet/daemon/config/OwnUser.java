package dev.carnet.daemon.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user that this process runs as. */
public final class OwnUser {
    private OwnUser() {}

    /** Effective uid, unsigned. */
    public static int uid() {
        try {
            // the owner of /proc/self is root where the process may not be dumped: the status says who it is
            return Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseUnsignedInt(line.split("\\s+", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("/proc/self/status names no uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("this system has no /proc: carnetd needs it", e);
        }
    }
}
