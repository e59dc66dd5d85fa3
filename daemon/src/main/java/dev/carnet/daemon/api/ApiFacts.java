package dev.carnet.daemon.api;

import dev.carnet.daemon.catalogue.Jobs;
import dev.carnet.daemon.question.PeerQuestions;
import dev.carnet.daemon.transfer.Bundles;
import dev.carnet.daemon.transport.StaticFiles;
import java.util.List;
import java.util.Map;

/** What the API tells besides transfers. Called on the API's worker threads; may read a disk, and waits for no peer but in {@link #questions}. */
public interface ApiFacts {
    DaemonInfo daemon();

    /** Every configured peer, in the order of the configuration. */
    List<PeerInfo> peers();

    /** What reads checkpoints of this machine. */
    Jobs jobs();

    /** Bundles for other people's tools. */
    Bundles bundles();

    /** Questions to peers. */
    PeerQuestions questions();

    /**
     * Adds a peer to the configuration on disk and takes it up, whole or not at all.
     *
     * @throws dev.carnet.daemon.transfer.TransferException NAME_TAKEN; UNSUPPORTED where what is asked for cannot be configured, saying why; READ_ONLY where the directory cannot be written
     */
    PeerAdded add(NewPeer peer);

    /** What is published of the ledger, by paths below its root with a slash before them. */
    StaticFiles published();

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
