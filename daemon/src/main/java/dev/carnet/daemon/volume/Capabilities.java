package dev.carnet.daemon.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process may do beyond its user. */
final class Capabilities {
    private static final String LINE = "CapEff:";

    private Capabilities() {}

    /** Whether it may nothing more than any process of its user; false where the kernel does not tell. */
    static boolean none() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith(LINE))
                    .anyMatch(line -> line.substring(LINE.length()).strip().matches("0+"));
        } catch (IOException e) {
            return false;
        }
    }
}
