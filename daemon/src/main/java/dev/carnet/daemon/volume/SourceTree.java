package dev.carnet.daemon.volume;

import java.util.function.BiConsumer;

/** A directory tree (or a single file) that is read as the source of a transfer. */
public interface SourceTree extends AutoCloseable {
    /**
     * Visits every member once with the fingerprint it has now, in tree order ({@code MemberPath.ORDER}): the root first with path ".", then ascending by the path's
     * bytes, so that {@code a-b} comes before {@code a/c}. The root is a file where the source is one. Memory is bounded, whatever the size of the tree.
     *
     * @throws VolumeException BAD_TYPE for a link (unless dereferencing), a link out of the volume or in a circle, for special files, and for what is
     *     {@link Forbidden}; BAD_NAME for a name that is
     *     no valid UTF-8; LIMIT beyond the limits of SPEC (members, depth, path and file bytes); CHANGED where something was removed meanwhile, or a directory replaced by another. All name
     *     the path. What the visitor throws goes through
     */
    void walk(BiConsumer<Member, Fingerprint> visitor);

    /**
     * Opens a member for reading, without following links (unless dereferencing).
     *
     * @param path as the walk named it
     * @throws VolumeException BAD_TYPE as for the walk, wherever the file that was opened lies by now; or why it cannot be opened
     */
    SourceFile open(String path);

    @Override
    void close();
}
