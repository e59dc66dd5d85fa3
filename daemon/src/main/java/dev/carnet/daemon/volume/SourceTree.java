package dev.carnet.daemon.volume;

import java.util.function.BiConsumer;

/** A directory tree (or a single file) that is read as the source of a transfer. */
public interface SourceTree extends AutoCloseable {
    /**
     * Visits every member once, the root first with path ".", with the fingerprint it has now. Refuses links by name (unless dereferencing), special
     * files, names that are no valid UTF-8, and trees beyond the limits of SPEC (files, depth, path bytes).
     */
    void walk(BiConsumer<Member, Fingerprint> visitor);

    /** Opens a member for reading, without following links (unless dereferencing). */
    SourceFile open(String path);

    @Override
    void close();
}
