package dev.carnet.daemon.api;

import java.util.List;
import java.util.Map;

/** What the API tells besides transfers. Called on the API's worker threads; may read a disk, waits for no peer. */
public interface ApiFacts {
    DaemonInfo daemon();

    /** Every configured peer, in the order of the configuration. */
    List<PeerInfo> peers();

    /** How the last reload went. */
    ReloadInfo reloaded();

    /** Reads the configuration and everything it names again; a broken one changes nothing. May take a second. */
    ReloadInfo reload();

    /**
     * Looks the machine and the configuration over; may take some seconds. The API never asks twice at the same time.
     *
     * @return findings with the members {@code check}, {@code level}, {@code found} and {@code whatToDo}
     */
    List<Map<String, String>> doctor();
}
