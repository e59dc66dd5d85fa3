package dev.carnet.daemon.volume;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A named root directory that the daemon may read from or write to.
 *
 * <p>Nothing outside {@link #root()} is ever opened, no link is followed below it (unless a source walk was told to dereference, and then
 * only to targets inside the same volume or of a declared volume), and nothing is written outside {@code <root>/.carnet} before
 * {@link Staging#publish}. All errors are {@link VolumeException}s with a {@link VolumeException.Kind}.
 */
public interface Volume {
    /** The name that configuration gives. */
    String name();

    /** Absolute, normalised, link-free root. */
    Path root();

    boolean readOnly();

    /** Bytes that an unprivileged writer can still allocate on the root's file system. */
    long usableBytes();

    /** The source tree at {@code relative} (volume-relative, "" is refused), ready to be walked. */
    SourceTree source(String relative, boolean dereference);

    /**
     * What stands at a name: nothing, or something with the inode and type given.
     *
     * @throws VolumeException BAD_NAME where the name escapes, is `.carnet`, or runs through a file or a link
     */
    Optional<NodeId> lookup(CheckpointName name);

    /**
     * Staging of a transfer; made (0700, fsynced into its parents) where it does not exist, opened where it does.
     *
     * @param stagingId 32 lower-case hex digits, chosen by this daemon
     */
    Staging staging(String stagingId);

    /**
     * Proves that staging can be renamed to the final name: makes an empty directory in staging, renames it beside the final name, removes it. Missing parents
     * of the final name are made and fsynced upwards; the ones made are returned, outermost first, volume-relative, to be given to {@link #removeEmptyParents}.
     */
    java.util.List<String> prepareTarget(CheckpointName name, String stagingId);

    /** Removes the given parents where they are empty, innermost first; the first one that is not empty ends it. */
    void removeEmptyParents(java.util.List<String> made);

    /** The records of a published checkpoint: {@code <root>/.carnet/records/<SHA-256 of NAME, hex>/}. */
    Records records(CheckpointName name);

    /**
     * True where every member of the published checkpoint still has the fingerprint that {@link Staging#publish} recorded: nothing was added, removed,
     * replaced or changed. Reads metadata only.
     */
    boolean standsAsRecorded(CheckpointName name);
}
