package dev.carnet.daemon.config;

import dev.carnet.daemon.config.FileSystemKind.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The directory of everything that must survive a restart: the daemon's own, mode 0700, on a disk that keeps its promises. */
public final class StateDirectory {
    private static final String KEY = "daemon.state";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    private StateDirectory() {}

    /**
     * Makes the directory where it is missing.
     *
     * @return warnings, sentences for the log
     * @throws ConfigException where it cannot be used, and why
     */
    public static List<String> prepare(DaemonConfig config) throws ConfigException {
        Path state = config.daemon().state();
        List<String> warnings = check(config);
        try {
            if (!Files.isDirectory(state)) {
                Files.createDirectories(state.getParent() == null ? state : state.getParent());
                Files.createDirectory(state, PosixFilePermissions.asFileAttribute(OWNER));
            }
            return warnings;
        } catch (IOException e) {
            throw exception(config, state + " cannot be made: " + e);
        }
    }

    /**
     * Looks without making anything.
     *
     * @return warnings
     * @throws ConfigException where it cannot be used, and why
     */
    static List<String> check(DaemonConfig config) throws ConfigException {
        Path state = config.daemon().state();
        try {
            if (Files.exists(state, LinkOption.NOFOLLOW_LINKS)) {
                Optional<String> wrong = wrong(state);
                if (wrong.isPresent()) {
                    throw exception(config, wrong.get());
                }
            }
            FileSystemKind kind = FileSystemKind.of(existing(state));
            if (kind.trust() == Trust.REFUSED) {
                throw exception(config, state + " lies on a file system where state cannot be kept: " + kind.reason());
            }
            return kind.trust() == Trust.LOCAL
                    ? List.of()
                    : List.of("the state directory " + state + ": " + kind.reason());
        } catch (IOException e) {
            throw exception(config, state + " cannot be looked at: " + e);
        }
    }

    private static Optional<String> wrong(Path state) throws IOException {
        if (!Files.isDirectory(state)) {
            return Optional.of(state + " is not a directory");
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(state));
        others.removeAll(OWNER);
        if (!others.isEmpty()) {
            return Optional.of(state + " holds keys and is open to others than its owner: chmod 0700 " + state);
        }
        if (!Files.isWritable(state)) {
            return Optional.of(state + " cannot be written by this user: chown it, or start carnetd as its owner");
        }
        return Optional.empty();
    }

    /** The nearest directory that exists, on whose file system the state will lie. */
    private static Path existing(Path path) {
        Path at = path;
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    private static ConfigException exception(DaemonConfig config, String sentence) {
        return new ConfigException(List.of(new Problem(config.file(), 0, KEY, sentence)));
    }
}
