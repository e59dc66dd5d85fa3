package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What holds where a configuration says nothing, and depends on how the daemon is run.
 *
 * @param state the state directory; empty where the file has to name it
 * @param socket of the local API
 * @param accounts where users and groups are looked up
 */
public record Defaults(Optional<Path> state, Path socket, Accounts accounts) {
    /** A daemon of the system: nobody guesses where its state lies. */
    public static final Defaults SYSTEM = new Defaults(Optional.empty(), DaemonConfig.SOCKET_DEFAULT, Accounts.SYSTEM);
}
