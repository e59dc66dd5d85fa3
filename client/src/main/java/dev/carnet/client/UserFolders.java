package dev.carnet.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where {@code carnetd --user} has its things: the same rules as the daemon's own ({@code daemon/docs/config.md}). A value of an XDG variable that is not absolute is
 * ignored, as their specification wants it.
 *
 * @param config {@code $XDG_CONFIG_HOME/carnet}; else below {@code ~/.config}
 * @param state {@code $XDG_STATE_HOME/carnet}; else below {@code ~/.local/state}
 * @param data {@code $XDG_DATA_HOME/carnet}; else below {@code ~/.local/share}
 */
public record UserFolders(Path config, Path state, Path data) {
    /** The file of the configuration, in its folder. */
    public static final String CONFIG = "carnetd.toml";

    private static final String OURS = "carnet";
    private static final String SOCKET = "carnetd.sock";

    /** Of this process's user: {@code HOME}, else what the JVM knows from the system's accounts, as the daemon does. */
    public static UserFolders of(Map<String, String> environment) {
        Path home = directory(environment, "HOME").orElseGet(() -> Path.of(System.getProperty("user.home", "/")));
        return new UserFolders(
                directory(environment, "XDG_CONFIG_HOME")
                        .orElse(home.resolve(".config"))
                        .resolve(OURS),
                directory(environment, "XDG_STATE_HOME")
                        .orElse(home.resolve(".local/state"))
                        .resolve(OURS),
                directory(environment, "XDG_DATA_HOME")
                        .orElse(home.resolve(".local/share"))
                        .resolve(OURS));
    }

    /** The socket of the daemon where {@code XDG_RUNTIME_DIR} is not set: below {@code /run/user/UID} where that is the user's, else below the state. */
    Path socketWithoutRuntime() {
        return runtime()
                .map(runtime -> runtime.resolve(OURS))
                .orElse(state.resolve("run"))
                .resolve(SOCKET);
    }

    /** {@code $XDG_RUNTIME_DIR/carnet/carnetd.sock}. */
    static Optional<Path> socketOfRuntime(Map<String, String> environment) {
        return directory(environment, "XDG_RUNTIME_DIR")
                .map(runtime -> runtime.resolve(OURS).resolve(SOCKET));
    }

    /** The uid that this process acts under; empty where there is no /proc. */
    public static Optional<Integer> uid() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseUnsignedInt(line.split("\\s+", -1)[2]))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> runtime() {
        return uid().flatMap(uid -> {
            Path runtime = Path.of("/run/user", Integer.toUnsignedString(uid));
            try {
                return uid.equals(Files.getAttribute(runtime, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                        ? Optional.of(runtime)
                        : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private static Optional<Path> directory(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "");
        return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
    }
}
