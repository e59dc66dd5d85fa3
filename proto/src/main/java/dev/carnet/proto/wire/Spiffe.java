package dev.carnet.proto.wire;

import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;

/** The written forms of the two names a daemon has: its SPIFFE ID and the origin of its log. Whose they are is not asked here. */
public final class Spiffe {
    private Spiffe() {}

    /** A SPIFFE ID as a daemon has one: in its one form, with a path. */
    public static boolean isId(String text) {
        try {
            return !SpiffeId.parse(text).path().isEmpty();
        } catch (IdentityException e) {
            return false;
        }
    }

    /** The name of a log as signed notes take it: 1 to {@value Limits#ORIGIN_BYTES_MAX} visible ASCII characters, no {@code +}. */
    public static boolean isOrigin(String text) {
        return !text.isEmpty()
                && text.length() <= Limits.ORIGIN_BYTES_MAX
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '+');
    }
}
