package dev.carnet.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the demo puts everything, and where it lies:
 *
 * <pre>
 *   WORK/source-volume/…       weights, where no DIR is given
 *   WORK/ca/                   the throwaway certificate authorities
 *   WORK/sender/               carnetd.toml, identity/, state/, run/carnetd.sock, carnetd.log
 *   WORK/receiver/             the same, and volume/
 *   WORK/audit/                trust.policy, sender/ and receiver/ (copies of the ledgers), custody.html
 * </pre>
 */
final class WorkFolder {

    private static final List<String> OWN = List.of("source-volume", "ca", "sender", "receiver", "audit");

    private final Path root;
    private final boolean alone;

    private WorkFolder(Path root, boolean alone) {
        this.root = root;
        this.alone = alone;
    }

    /**
     * Makes it.
     *
     * @param wanted empty: a fresh folder among the temporary files
     * @throws DemoException if something of an earlier demo lies there, or it lies in the checkpoint that is to be moved
     */
    static WorkFolder make(Optional<Path> wanted, Optional<Path> checkpoint) throws DemoException, IOException {
        if (wanted.isEmpty()) {
            return new WorkFolder(Files.createTempDirectory("carnet-demo-"), true);
        }
        Path root = wanted.get().toAbsolutePath().normalize();
        if (checkpoint.isPresent() && root.startsWith(checkpoint.get())) {
            throw new DemoException(
                    DemoException.Kind.USAGE,
                    "--work " + root + " lies in the checkpoint " + checkpoint.get()
                            + ", which must stand still: choose another");
        }
        if (checkpoint.isPresent() && checkpoint.get().startsWith(root)) {
            throw new DemoException(
                    DemoException.Kind.USAGE,
                    "the checkpoint " + checkpoint.get() + " lies in --work " + root + ": choose another");
        }
        try {
            Files.createDirectories(root);
        } catch (FileAlreadyExistsException e) {
            throw new DemoException(DemoException.Kind.USAGE, "--work " + root + " is no folder", e);
        }
        for (String name : OWN) {
            if (Files.exists(root.resolve(name), NOFOLLOW_LINKS)) {
                throw new DemoException(
                        DemoException.Kind.USAGE,
                        root.resolve(name) + " is there already: give --work an empty or missing folder");
            }
        }
        try (var there = Files.list(root)) {
            return new WorkFolder(root, there.findAny().isEmpty());
        }
    }

    /** What may be removed afterwards: all of it, or what the demo has put beside what lay there. */
    List<Path> own() {
        return alone
                ? List.of(root)
                : OWN.stream().map(root::resolve).filter(Files::exists).toList();
    }

    /** The folder itself. */
    Path root() {
        return root;
    }

    /** The volume that generated or fetched weights are put in. */
    Path sourceVolume() {
        return root.resolve("source-volume");
    }

    /** Of the auditor: keys that were handed over, copies of both ledgers, the report. */
    Path audit() {
        return root.resolve("audit");
    }

    /** The folder of a daemon. */
    Path daemon(String name) {
        return root.resolve(name);
    }

    /**
     * A place for a daemon's socket: in the daemon's folder where the path is short enough for a socket, else among the temporary
     * files.
     */
    Path socket(String name) throws IOException {
        // A socket's path has at most 107 bytes, and the daemon needs some of them while it binds.
        int folderBytesMax = 80;
        Path run = daemon(name).resolve("run");
        if (run.toString().getBytes(UTF_8).length > folderBytesMax) {
            run = Files.createTempDirectory("carnet-" + name + "-");
        }
        return run.resolve("carnetd.sock");
    }
}
