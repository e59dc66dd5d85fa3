package dev.carnet.daemon.config;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a daemon of one user keeps its things: the XDG base directories. A value of such a variable, or of HOME, that is not absolute is ignored, as their specification wants it.
 *
 * @param config {@code $XDG_CONFIG_HOME/carnet/carnetd.toml}; else below {@code ~/.config}
 * @param state {@code $XDG_STATE_HOME/carnet}; else below {@code ~/.local/state}
 * @param socket {@code $XDG_RUNTIME_DIR/carnet/carnetd.sock}; else below {@code /run/user/UID} where that is the user's; else {@code run/carnetd.sock} below the state
 */
public record UserPlaces(Path config, Path state, Path socket) {
    private static final String OURS = "carnet";
    private static final String HOME = "HOME";
    private static final String FILE = "carnetd.toml";

    /**
     * @param environment of the process; {@code HOME} counts before {@code home}, as the XDG specification wants it
     * @param home of the user, as the system's accounts say; of an account that is not known it may be anything that is not absolute
     * @param uid of the user
     * @throws ConfigException where it takes a home and nothing names one
     */
    public static UserPlaces of(Map<String, String> environment, String home, int uid) throws ConfigException {
        String own = environment.getOrDefault(HOME, "");
        String known = own.startsWith("/") ? own : home;
        Path config = base(environment, "XDG_CONFIG_HOME", known, ".config");
        Path state = base(environment, "XDG_STATE_HOME", known, ".local/state").resolve(OURS);
        Path socket = directory(environment, "XDG_RUNTIME_DIR")
                .or(() -> runtime(uid))
                .map(runtime -> runtime.resolve(OURS))
                .orElse(state.resolve("run"))
                .resolve("carnetd.sock");
        return new UserPlaces(config.resolve(OURS).resolve(FILE), state, socket);
    }

    public Defaults defaults() {
        return new Defaults(Optional.of(state), socket, Accounts.SYSTEM);
    }

    private static Path base(Map<String, String> environment, String variable, String home, String below)
            throws ConfigException {
        Optional<Path> named = directory(environment, variable);
        if (named.isEmpty() && !home.startsWith("/")) {
            throw new ConfigException(List.of(new Problem(
                    Path.of(FILE),
                    0,
                    "",
                    "nothing says where this user's files lie: set HOME, or " + variable
                            + " (the system's accounts know no home directory of it either)")));
        }
        return named.orElseGet(() -> Path.of(home).resolve(below));
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
