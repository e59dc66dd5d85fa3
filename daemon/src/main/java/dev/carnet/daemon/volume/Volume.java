package dev.carnet.daemon.volume;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A named root directory that the daemon may read from or write to.
 *
 * <p>Nothing outside {@link #root()} is ever opened, no link is followed below it (unless a source walk was told to dereference, and then only to targets inside the same volume), and nothing is written outside {@code <root>/.carnet} before
 * {@link Staging#publish}. All errors are {@link VolumeException}s with a {@link VolumeException.Kind}.
 */
public interface Volume extends AutoCloseable {
    /** The name that configuration gives. */
    String name();

    /** Absolute, normalised, link-free root. */
    Path root();

    boolean readOnly();

    /** Bytes that an unprivileged writer can still allocate on the root's file system. */
    long usableBytes();

    /** Device number of the root: volumes that share it share their free space. Holds within one boot only. */
    long device();

    /**
     * The source tree at {@code relative}, ready to be walked.
     *
     * @param relative to the volume; "", "." and {@code .carnet} are refused: the root of a volume is no checkpoint
     * @param dereference whether links are followed, to what lies in the same volume (and not in {@code .carnet})
     * @param reader for whom: whatever of the tree that user may not read by its own rights is refused when it is met, and again when it is opened
     * @throws VolumeException NOT_ALLOWED; NOT_FOUND; BAD_NAME for a path that escapes; IN_THE_WAY for one that runs through a link; BAD_TYPE where a link stands there, or what is or lies in something
     *     {@link Forbidden}. That is looked up anew in each call, and refused by the tree that is returned wherever it meets it
     */
    SourceTree source(String relative, boolean dereference, Reader reader);

    /** The same, read for the daemon itself or for a peer: no local user's rights are asked. */
    default SourceTree source(String relative, boolean dereference) {
        return source(relative, dereference, Reader.DAEMON);
    }

    /**
     * What stands at a name: nothing, or something with the inode given (of any type: a link is something, too).
     *
     * @throws VolumeException BAD_NAME where the name escapes or is `.carnet`; IN_THE_WAY where it runs through a file or a link
     */
    Optional<NodeId> lookup(CheckpointName name);

    /**
     * Staging of a transfer; made (0700, fsynced into its parents) where it does not exist, opened where it does.
     *
     * @param stagingId 32 lower-case hex digits, chosen by this daemon
     * @throws VolumeException READ_ONLY; PERMISSION where {@code .carnet} belongs to somebody else, or the daemon is no member of the volume's group
     */
    Staging staging(String stagingId);

    /**
     * Proves that staging can be renamed to the final name: makes an empty directory in staging, renames it beside the final name, removes it. Missing parents
     * of the final name are made (0755 under the volume's mask) and fsynced upwards; the ones made are returned, outermost first, volume-relative, to be given to
     * {@link #removeEmptyParents}. Where it fails, the parents it made are gone again; staging is left to {@link Staging#destroy}. Idempotent.
     *
     * @throws VolumeException CROSS_DEVICE, READ_ONLY, NO_SPACE, PERMISSION; BAD_NAME or IN_THE_WAY where the name runs through a file or a link
     */
    java.util.List<String> prepareTarget(CheckpointName name, String stagingId);

    /** Removes the given parents where they are empty, innermost first; the first one that is not empty ends it. */
    void removeEmptyParents(java.util.List<String> made);

    /**
     * Takes a checkpoint out of its name, at once and whole: one rename into the daemon's own folder, durable. Where it is there already, nothing. No transfer, no
     * reader sees it there.
     *
     * @param id 32 lower-case hex digits, of this removal alone
     * @param node what stands at the name: something else stays where it is
     * @throws VolumeException READ_ONLY; CHANGED or NOT_FOUND where something else or nothing stands there; PERMISSION; CROSS_DEVICE where something is mounted there
     */
    void setAside(CheckpointName name, String id, NodeId node);

    /** Whether something was {@link #setAside} and is there still. */
    boolean isAside(String id);

    /**
     * Removes what was set aside, whatever is in it, durably. No link is followed, no mount entered, whoever may own what. Idempotent.
     *
     * @param stopped asked before each directory entry
     * @return false where it was stopped before its end: it goes on when it is called again
     * @throws VolumeException PERMISSION; CROSS_DEVICE where something is mounted in it; LIMIT where it is too deep; IO
     */
    boolean removeAside(String id, java.util.function.BooleanSupplier stopped);

    /**
     * The records of a checkpoint: {@code <root>/.carnet/records/<SHA-256 of NAME, hex>/}. Those of a read-only volume are written to the place that was given when it was opened; what is read is
     * found in either.
     */
    Records records(CheckpointName name);

    /**
     * Records the fingerprints that the members have now, as {@link Staging#seal} does of what it publishes.
     *
     * @throws VolumeException READ_ONLY where the volume is, and has no place for records
     */
    void recordPrints(CheckpointName name);

    /**
     * True where every member of the published checkpoint still has the fingerprint that {@link Staging#seal} recorded: nothing was added, removed,
     * replaced or changed. Reads metadata only. False, too, where nothing was recorded, or where the daemon may not enter one of the directories. Stores through a
     * mapping that was made before can escape this.
     */
    boolean standsAsRecorded(CheckpointName name);

    /** Closes the root; no call may be in progress. A daemon keeps its volumes open as long as it lives. */
    @Override
    default void close() {}
}
