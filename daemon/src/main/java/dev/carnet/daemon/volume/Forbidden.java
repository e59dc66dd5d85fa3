package dev.carnet.daemon.volume;

import java.nio.file.Path;

/**
 * A directory or file of the daemon's own that never travels, wherever a volume may reach it.
 *
 * @param path absolute; links in it are followed, since configuration names it. It may be missing, and come later
 * @param what for people, such as "the daemon's own state directory, which holds its keys"
 */
public record Forbidden(Path path, String what) {
    /** @throws IllegalArgumentException where the path is not absolute */
    public Forbidden {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("not an absolute path: " + path);
        }
    }
}
