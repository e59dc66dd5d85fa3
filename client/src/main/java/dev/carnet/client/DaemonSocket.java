package dev.carnet.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where a daemon's socket is looked for: {@code CARNET_SOCKET}; else the first that exists of {@code $XDG_RUNTIME_DIR/carnet/carnetd.sock}, where {@code carnetd
 * --user} has it without that variable ({@link UserFolders}), and {@code /run/carnet/carnetd.sock}. Never the working directory: whoever owns that would choose which daemon is trusted.
 */
public final class DaemonSocket {
    public static final String VARIABLE = "CARNET_SOCKET";
    public static final Path SYSTEM = Path.of("/run/carnet/carnetd.sock");

    private DaemonSocket() {}

    /** The one to use; where none exists, the first that a user's daemon would have where this user has configured one, else the system's. */
    public static Path find(Map<String, String> environment) {
        var candidates = candidates(environment);
        return candidates.stream().filter(Files::exists).findFirst().orElseGet(() -> {
            var own = UserFolders.of(environment).config().resolve(UserFolders.CONFIG);
            return Files.exists(own) ? candidates.getFirst() : candidates.getLast();
        });
    }

    /** In order, never empty. */
    public static List<Path> candidates(Map<String, String> environment) {
        var named = environment.getOrDefault(VARIABLE, "");
        if (!named.isEmpty()) {
            return List.of(Path.of(named).toAbsolutePath());
        }
        List<Path> candidates = new ArrayList<>();
        UserFolders.socketOfRuntime(environment).ifPresent(candidates::add);
        Path other = UserFolders.of(environment).socketWithoutRuntime();
        if (!candidates.contains(other)) {
            candidates.add(other);
        }
        candidates.add(SYSTEM);
        return candidates;
    }
}
