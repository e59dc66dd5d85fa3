package dev.carnet.daemon.volume;

import java.util.Set;

/**
 * For whom a source is read: somebody who may read no more of it than the kernel would let that user read. Numbers are unsigned, as in {@code stat}.
 *
 * @param everything whether nothing is asked: the daemon reads for itself or for a peer
 * @param groups the user's own group and the supplementary ones
 */
public record Reader(boolean everything, int uid, Set<Integer> groups) {
    /** The daemon itself: the kernel's checks of the daemon's own user are all there is. */
    public static final Reader DAEMON = new Reader(true, -1, Set.of());

    public Reader {
        groups = Set.copyOf(groups);
    }

    /** A local user. */
    public static Reader user(int uid, Set<Integer> groups) {
        return new Reader(false, uid, groups);
    }

    /** For people. */
    String who() {
        return "uid " + Integer.toUnsignedString(uid);
    }
}
