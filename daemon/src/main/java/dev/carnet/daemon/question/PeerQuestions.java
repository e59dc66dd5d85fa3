package dev.carnet.daemon.question;

import java.util.List;
import java.util.Optional;

/** What the local API can ask of peers. Peers are named by their alias. */
public interface PeerQuestions {
    /** The ID of a configured peer. */
    Optional<String> peer(String alias);

    /**
     * What the peer has in a volume that this daemon may pull from, in the order of the names' bytes. Waits for the peer, at most some 30 s.
     *
     * @param after names after this one; empty for all
     * @param max 1 to 128; the peer may give fewer
     * @throws dev.carnet.daemon.transfer.TransferException as the peer refused; TIMEOUT; BUSY; BAD_NAME; PROTOCOL
     */
    PeerPage list(String alias, String volume, String after, int max);

    /**
     * Has the peer read its copy again and sign what it holds. Waits for nothing: what becomes of it is seen in the job.
     *
     * @param principal who asks
     * @throws dev.carnet.daemon.transfer.TransferException TIMEOUT where there is no session; BUSY; BAD_NAME
     */
    PeerJob verify(String alias, String volume, String name, String principal);

    /** One of the newest verifications. */
    Optional<PeerJob> job(String id);

    /** Waits for it no more; the peer is not told, and its answer is nobody's. Empty where there is none. */
    Optional<PeerJob> cancel(String id);

    /** The newest verifications, newest first. */
    List<PeerJob> jobs();

    /**
     * Measures the line, and tries who can reach whom. Takes twice the time for measuring and some seconds more; one at a time per peer.
     *
     * @param seconds for each of two measurements, 1 to 10
     * @param streams of the second one, 1 to 64
     * @throws dev.carnet.daemon.transfer.TransferException BUSY
     */
    PeerReport test(String alias, int seconds, int streams);
}
