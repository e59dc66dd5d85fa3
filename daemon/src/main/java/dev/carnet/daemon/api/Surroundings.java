package dev.carnet.daemon.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        /** The process that connected has ended: nobody can tell any more. */
        GONE,
        /** The kernel does not tell: a daemon that is not root may not look at processes of others. */
        UNKNOWN
    }

    /**
     * What was found.
     *
     * @param why what is not the same, for people; empty where nothing is
     */
    record Seen(Sight sight, String why) {
        static final Seen SAME = new Seen(Sight.SAME, "");
    }

    /** @param pid of the process that connected; 0 where this daemon's PID namespace knows none */
    Seen of(int pid);

    private static Seen ofProcess(int pid) {
        if (pid <= 0) {
            return new Seen(Sight.OTHER, "in a PID namespace that this daemon cannot see");
        }
        Path process = Path.of("/proc", String.valueOf(pid));
        Path self = Path.of("/proc/self");
        try {
            Path theirs = Files.readSymbolicLink(process.resolve("ns/mnt"));
            Path ours = Files.readSymbolicLink(self.resolve("ns/mnt"));
            if (!theirs.equals(ours)) {
                return new Seen(Sight.OTHER, "in the mount namespace " + theirs + ", and this daemon in " + ours);
            }
            return place(process.resolve("root")).equals(place(self.resolve("root")))
                    ? Seen.SAME
                    : new Seen(Sight.OTHER, "below another root directory (chroot) than this daemon");
        } catch (NoSuchFileException e) {
            // a zombie still has its directory, and its links lead nowhere; one that /proc hides (hidepid) has none,
            // and exists
            boolean gone = Files.exists(process) || !ProcessTable.has(pid);
            return new Seen(gone ? Sight.GONE : Sight.UNKNOWN, "");
        } catch (IOException e) {
            return new Seen(Sight.UNKNOWN, "");
        }
    }

    private static String place(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:dev") + ":" + Files.getAttribute(directory, "unix:ino");
    }
}
