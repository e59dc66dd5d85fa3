package dev.carnet.daemon.config;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a daemon of one user keeps its things: the XDG base directories. A value of such a variable that is not absolute is ignored, as their specification wants it.
 *
 * @param config {@code $XDG_CONFIG_HOME/carnet/carnetd.toml}; else below {@code ~/.config}
 * @param state {@code $XDG_STATE_HOME/carnet}; else below {@code ~/.local/state}
 * @param socket {@code $XDG_RUNTIME_DIR/carnet/carnetd.sock}; else below {@code /run/user/UID} where that is the user's; else {@code run/carnetd.sock} below the state
 */
public record UserPlaces(Path config, Path state, Path socket) {
    private static final String OURS = "carnet";

    /**
     * @param environment of the process
     * @param home of the user, absolute
     * @param uid of the user
     */
    public static UserPlaces of(Map<String, String> environment, Path home, int uid) {
        Path config = directory(environment, "XDG_CONFIG_HOME").orElse(home.resolve(".config"));
        Path state = directory(environment, "XDG_STATE_HOME")
                .orElse(home.resolve(".local/state"))
                .resolve(OURS);
        Path socket = directory(environment, "XDG_RUNTIME_DIR")
                .or(() -> runtime(uid))
                .map(runtime -> runtime.resolve(OURS))
                .orElse(state.resolve("run"))
                .resolve("carnetd.sock");
        return new UserPlaces(config.resolve(OURS).resolve("carnetd.toml"), state, socket);
    }

    public Defaults defaults() {
        return new Defaults(Optional.of(state), socket, Accounts.SYSTEM);
    }

    private static Optional<Path> directory(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "");
        return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
    }

    private static Optional<Path> runtime(int uid) {
        Path runtime = Path.of("/run/user", Integer.toUnsignedString(uid));
        try {
            boolean own =
                    Integer.valueOf(uid).equals(Files.getAttribute(runtime, "unix:uid", LinkOption.NOFOLLOW_LINKS));
            return own ? Optional.of(runtime) : Optional.empty();
        } catch (java.io.IOException e) {
            return Optional.empty();
        }
    }
}
