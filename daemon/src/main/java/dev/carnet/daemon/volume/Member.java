package dev.carnet.daemon.volume;

/**
 * A file or directory of a checkpoint, as found on disk or as announced by a source.
 *
 * @param path relative to the checkpoint's root, '/' between components, "." for the root itself
 * @param type directory or regular file
 * @param mode permission bits, 0..0777
 * @param size bytes; 0 for a directory
 * @param mtimeSeconds since 1970, may be negative
 * @param mtimeNanos 0..999,999,999
 */
public record Member(String path, Type type, int mode, long size, long mtimeSeconds, int mtimeNanos) {
    /** What a member is. */
    public enum Type {
        DIRECTORY,
        FILE
    }
}
