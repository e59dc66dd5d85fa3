package dev.carnet.daemon.policy;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Who connected to the local API, as the kernel says of the moment of connect: not what the caller claims. Numbers are unsigned.
 *
 * @param uid effective
 * @param gid effective
 * @param groups supplementary ones
 * @param pid 0 where the caller's process is none that this daemon's PID namespace knows
 */
public record Caller(int uid, int gid, List<Integer> groups, int pid) {
    /** Who asks where nobody connected: the daemon itself, whose rights are all that count. As root, it is asked about nothing. */
    public static final Caller DAEMON = new Caller(0, 0, List.of(), 0);

    public Caller {
        groups = List.copyOf(groups);
    }

    /** Whether it is a member of a group. */
    public boolean in(int group) {
        return gid == group || groups.contains(group);
    }

    /** A short name, for where no principal has one: {@code uid 1000}. */
    public String who() {
        return "uid " + Integer.toUnsignedString(uid);
    }

    @Override
    public String toString() {
        return who() + " gid " + Integer.toUnsignedString(gid)
                + (groups.isEmpty()
                        ? ""
                        : groups.stream()
                                .limit(16)
                                .map(Integer::toUnsignedString)
                                .collect(Collectors.joining(",", " groups ", groups.size() > 16 ? ",..." : "")))
                + " pid " + pid;
    }
}
