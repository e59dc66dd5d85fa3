package dev.carnet.client.demo;

import java.nio.file.Path;

/**
 * One of the two daemons.
 *
 * @param name for people and as a folder: {@code sender} or {@code receiver}
 * @param spiffeId its identity
 * @param folder where everything of it lies
 * @param config its configuration
 * @param socket of its local API
 * @param process the process
 * @param api asks it
 */
record End(
        String name, String spiffeId, Path folder, Path config, Path socket, DaemonProcess process, DaemonCalls api) {

    /** Its ledger's journal and all else that it must not lose. */
    Path state() {
        return folder.resolve("state");
    }
}
