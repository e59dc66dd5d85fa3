package dev.carnet.daemon.transport;

import java.io.IOException;
import java.util.Optional;

/** Files that are served read-only, as they lie on disk. */
@FunctionalInterface
public interface StaticFiles {
    /** Where nothing is served. */
    StaticFiles NONE = path -> Optional.empty();

    /**
     * Opens one; whoever asked closes it. May block, from any thread.
     *
     * @param path as it was asked for, whatever that was: ASCII, begins with a slash, nothing in it decoded
     * @return empty where there is no such file, or none that may be read
     * @throws IOException where it is there and cannot be read
     */
    Optional<StaticFile> open(String path) throws IOException;
}
