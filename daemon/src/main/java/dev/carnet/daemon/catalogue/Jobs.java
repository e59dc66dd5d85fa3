package dev.carnet.daemon.catalogue;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.Engine;
import dev.carnet.daemon.transfer.Sealing;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * What reads, releases or destroys checkpoints of this machine. Starting one waits for nothing but a look at the name; at most two read at a time, at most 16 wait for their turn. Jobs are in memory alone: a restart ends and
 * forgets them, and what one of them left half done is cleaned then.
 */
public interface Jobs extends AutoCloseable {
    /** A door to a daemon's own checkpoints. */
    static Jobs of(Engine engine, Clock clock, SecureRandom random) {
        return new RunningJobs(engine, clock, random);
    }

    /**
     * Seals or adopts what lies at a path.
     *
     * @param caller what it may not read by its own rights is refused
     * @param path absolute, as this daemon sees it
     * @throws dev.carnet.daemon.transfer.TransferException BUSY; SHUTTING_DOWN; and as {@link Sealing#target}
     */
    JobView start(Sealing.Act act, String principal, Caller caller, String path);

    /**
     * Reads a complete checkpoint again, every byte, and puts on record that it is whole.
     *
     * @throws dev.carnet.daemon.transfer.TransferException BUSY; SHUTTING_DOWN; UNKNOWN_CHECKPOINT
     */
    JobView verify(String principal, String volume, String name);

    /**
     * Reads a complete checkpoint again, every byte, and puts a bundle of SHA-256 digests among its records, signed with the manifest key.
     *
     * @throws dev.carnet.daemon.transfer.TransferException BUSY; SHUTTING_DOWN; UNKNOWN_CHECKPOINT
     */
    JobView export(String principal, String volume, String name);

    /**
     * Lets a checkpoint leave the catalogue; its files stay.
     *
     * @param reason a sentence, for the record
     * @throws dev.carnet.daemon.transfer.TransferException BUSY; SHUTTING_DOWN; and as {@link dev.carnet.daemon.transfer.Leaving#wish}
     */
    JobView release(String principal, String volume, String name, String reason);

    /**
     * Lets a checkpoint leave the catalogue, and the disk. Once it runs it cannot be cancelled, and a restart goes on with it.
     *
     * @throws dev.carnet.daemon.transfer.TransferException BUSY; SHUTTING_DOWN; and as {@link dev.carnet.daemon.transfer.Leaving#wish}
     */
    JobView destroy(String principal, String volume, String name);

    /** Those under way and the newest that have ended, newest first: at most 256. */
    List<JobView> list();

    Optional<JobView> find(String id);

    /** Asks it to stop, which it does between two chunks; empty where there is none. What is done already stays. */
    Optional<JobView> cancel(String id);

    /** Stops all of them, and waits some seconds for it. */
    @Override
    void close();
}
