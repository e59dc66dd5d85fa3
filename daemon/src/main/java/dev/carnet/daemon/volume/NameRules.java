package dev.carnet.daemon.volume;

import dev.carnet.proto.tree.MemberPath;

/** The rules for the names that a peer or a person may give (SPEC section 4). */
final class NameRules {
    /** The daemon's own folder at the root of a volume. */
    static final String OWN = ".carnet";

    private static final int NAME_BYTES_MAX = 400;

    private NameRules() {}

    static void checkName(String name) {
        try {
            MemberPath.check(name);
        } catch (IllegalArgumentException e) {
            throw bad(name, String.valueOf(e.getMessage()));
        }
        if (name.equals(MemberPath.ROOT)) {
            throw bad(name, "a name has at least one component");
        }
        if (name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
            throw bad(name, "a name has at most " + NAME_BYTES_MAX + " bytes");
        }
        if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw bad(name, "a name has no control characters");
        }
    }

    private static VolumeException bad(String name, String rule) {
        return new VolumeException(VolumeException.Kind.BAD_NAME, "bad name '" + name + "': " + rule);
    }
}
