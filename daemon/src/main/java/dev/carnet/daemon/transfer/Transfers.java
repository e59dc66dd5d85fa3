package dev.carnet.daemon.transfer;

import java.util.List;
import java.util.Optional;

/** What the local API can ask of transfers. Every method may block for a disk; none waits for a peer. */
public interface Transfers extends AutoCloseable {
    /**
     * Puts a push on record (durably) and starts it in the background. A push with the source path, peer, volume and name of an unfinished one of the same
     * principal attaches to that one.
     *
     * @throws TransferException BAD_SOURCE, POLICY, BAD_NAME, UNKNOWN_PEER, ... with a sentence for people
     */
    TransferView push(PushRequest request);

    /**
     * What {@link #push} would do: everything that it checks is checked and the source is walked, nothing is begun.
     *
     * @throws TransferException as there
     */
    Plan plan(PushRequest request);

    /** What {@link #pull} would do, likewise. */
    Plan plan(PullRequest request);

    /**
     * Puts a pull on record (durably) and asks the peer in the background. The same pull of the same principal, while it is unfinished, attaches to it.
     *
     * @throws TransferException POLICY, BAD_NAME, NAME_TAKEN, READ_ONLY, UNKNOWN_PEER, ... with a sentence for people
     */
    TransferView pull(PullRequest request);

    /** All transfers of both roles, newest first, at most {@code max}. */
    List<TransferView> list(int max);

    /** The same, only those that a principal of this machine asked for; all where empty. */
    List<TransferView> list(int max, Optional<String> principal);

    /** By full id, or by a unique prefix of at least 4 hex digits. */
    Optional<TransferView> get(String id);

    /** Asks for an abort; what happens then is seen in the view. Idempotent. */
    TransferView cancel(String id);

    /** Lets no byte move until {@link #resume}; across restarts, too. What is sealed goes to its end. */
    TransferView pause(String id);

    /** Ends a pause, and tries again what is STOPPED or waits for its next try. */
    TransferView resume(String id);

    /** Checkpoints in the catalogue of a volume (all volumes where empty), ordered by volume and name, after {@code afterName}. */
    List<CheckpointView> checkpoints(Optional<String> volume, String afterName, int max);

    /** A complete checkpoint of the catalogue, with everything that is on record of it. */
    Optional<CheckpointDetail> checkpoint(String volume, String name);

    /**
     * Forgets which keys a peer signs with: the next ones that it shows are believed as at first sight.
     *
     * @param peer SPIFFE ID or alias
     * @return whether any were known
     * @throws TransferException UNKNOWN_PEER
     */
    boolean forgetKeys(String peer);

    /** Every transfer that has not ended, in no order; one that has may be among them for a moment. */
    List<TransferView> live();

    @Override
    void close();
}
