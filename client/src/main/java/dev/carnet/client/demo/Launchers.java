package dev.carnet.client.demo;

import dev.carnet.client.UserFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The programs beside the one that runs.
 *
 * @param carnet the command line
 * @param carnetd the daemon
 * @param checkout where the build's wrapper lies; empty in an installation
 * @param allowRoot whether the daemon has to be told that it may run as root
 */
record Launchers(Path carnet, Path carnetd, Optional<Path> checkout, boolean allowRoot) {

    static Launchers find(Path home) throws DemoException, IOException {
        Path folder = Files.isExecutable(home.resolve("carnetd")) ? home : home.resolve("bin");
        Path carnetd = folder.resolve("carnetd");
        if (!Files.isExecutable(carnetd)) {
            throw new DemoException(
                    DemoException.Kind.USAGE,
                    "no carnetd in " + home + " or " + folder + ": start the demo through the launcher `carnet`");
        }
        int user = UserFolders.uid().orElse(-1);
        return new Launchers(
                folder.resolve("carnet"),
                carnetd,
                Files.isExecutable(home.resolve("mvnw")) ? Optional.of(home) : Optional.empty(),
                user == 0);
    }
}
