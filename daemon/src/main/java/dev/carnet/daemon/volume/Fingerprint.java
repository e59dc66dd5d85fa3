package dev.carnet.daemon.volume;

/**
 * What tells that a file is the one that was opened and stands still (journey.md, "A source that stands still").
 *
 * @param device of one boot only
 * @param inode number
 * @param size bytes
 * @param mtimeSeconds since 1970, may be negative
 * @param mtimeNanos 0..999,999,999
 * @param ctimeSeconds since 1970
 * @param ctimeNanos 0..999,999,999
 */
public record Fingerprint(
        long device, long inode, long size, long mtimeSeconds, int mtimeNanos, long ctimeSeconds, int ctimeNanos) {}
