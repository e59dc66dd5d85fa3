package dev.carnet.daemon.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a path means to a caller what it means to this daemon. */
@FunctionalInterface
interface Surroundings {
    /** What the kernel says. */
    Surroundings KERNEL = Surroundings::ofProcess;

    /** How a caller sees files. */
    enum Sight {
        /** As the daemon does. */
        SAME,
        /** In another mount namespace, below another root directory, or in a PID namespace that the daemon cannot see: a container, most likely. */
        OTHER,
        /** The kernel does not tell: a daemon that is not root may not look at processes of others. */
        UNKNOWN
    }

    Sight of(int pid);

    private static Sight ofProcess(int pid) {
        if (pid <= 0) {
            return Sight.OTHER;
        }
        Path process = Path.of("/proc", String.valueOf(pid));
        Path self = Path.of("/proc/self");
        try {
            boolean namespace = Files.readSymbolicLink(process.resolve("ns/mnt"))
                    .equals(Files.readSymbolicLink(self.resolve("ns/mnt")));
            boolean root = place(process.resolve("root")).equals(place(self.resolve("root")));
            return namespace && root ? Sight.SAME : Sight.OTHER;
        } catch (IOException e) {
            return Sight.UNKNOWN;
        }
    }

    private static String place(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:dev") + ":" + Files.getAttribute(directory, "unix:ino");
    }
}
