package dev.carnet.proto.wire;

/** The written forms of the two names a daemon has: its SPIFFE ID and the origin of its log. Whose they are is not asked here. */
public final class Spiffe {
    private static final String SCHEME = "spiffe://";
    private static final int TRUST_DOMAIN_BYTES_MAX = 255;

    private Spiffe() {}

    /** A SPIFFE ID with a path, as the SPIFFE standard writes it, {@value Limits#SPIFFE_ID_BYTES_MAX} bytes at most. */
    public static boolean isId(String text) {
        if (text.length() > Limits.SPIFFE_ID_BYTES_MAX || !text.startsWith(SCHEME)) {
            return false;
        }
        String[] parts = text.substring(SCHEME.length()).split("/", -1);
        if (parts.length < 2
                || parts[0].length() > TRUST_DOMAIN_BYTES_MAX
                || !parts[0].chars().allMatch(c -> word(c) && !upper(c))) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || !part.chars().allMatch(Spiffe::word)) {
                return false;
            }
        }
        return true;
    }

    /** The name of a log as signed notes take it: 1 to {@value Limits#ORIGIN_BYTES_MAX} visible ASCII characters, no {@code +}. */
    public static boolean isOrigin(String text) {
        return !text.isEmpty()
                && text.length() <= Limits.ORIGIN_BYTES_MAX
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '+');
    }

    private static boolean word(int c) {
        return (c >= 'a' && c <= 'z') || upper(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }

    private static boolean upper(int c) {
        return c >= 'A' && c <= 'Z';
    }
}
