package dev.carnet.daemon.volume;

/**
 * What statx tells of a file system object.
 *
 * @param type the S_IFMT bits
 * @param mode the other bits of the mode, set-id and sticky included
 * @param uid of the owner
 * @param device major and minor number in one
 */
record Stat(
        int type,
        int mode,
        int uid,
        int gid,
        long device,
        long inode,
        long size,
        long mtimeSeconds,
        int mtimeNanos,
        long ctimeSeconds,
        int ctimeNanos) {
    static final int S_IFMT = 0170000;
    static final int S_IFREG = 0100000;
    static final int S_IFDIR = 0040000;
    static final int S_IFLNK = 0120000;
    static final int PERMISSIONS = 0777;

    boolean isDirectory() {
        return type == S_IFDIR;
    }

    boolean isFile() {
        return type == S_IFREG;
    }

    boolean isLink() {
        return type == S_IFLNK;
    }

    NodeId node() {
        return new NodeId(device, inode);
    }

    Fingerprint fingerprint() {
        return new Fingerprint(device, inode, size, mtimeSeconds, mtimeNanos, ctimeSeconds, ctimeNanos);
    }

    /** For people. */
    String kind() {
        return switch (type) {
            case S_IFREG -> "a file";
            case S_IFDIR -> "a directory";
            case S_IFLNK -> "a symbolic link";
            case 0140000 -> "a socket";
            case 0010000 -> "a pipe";
            case 0060000 -> "a block device";
            case 0020000 -> "a character device";
            default -> "an object of unknown type";
        };
    }
}
