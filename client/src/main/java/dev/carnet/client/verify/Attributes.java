package dev.carnet.client.verify;

import dev.carnet.proto.tree.TreeMember;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** Compares kind, mode, size and time of one member. */
final class Attributes {

    /** What to read, without following links. */
    static final String WANTED = "unix:mode,size,lastModifiedTime";

    /** A mask that takes nothing away. */
    static final int ALL = 0777;

    private static final int KIND = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final int PERMISSIONS = 07777;

    private final int modeMask;
    private final Differences differences;

    /**
     * Makes one.
     *
     * @param modeMask permission bits that the volume lets lie on disk; 0777: all
     */
    Attributes(int modeMask, Differences differences) {
        this.modeMask = modeMask;
        this.differences = differences;
    }

    /** Whether the member is a file or directory as recorded. */
    boolean sameKind(TreeMember member, Map<String, Object> actual) {
        int kind = mode(actual) & KIND;
        boolean directory = member instanceof TreeMember.Directory;
        if (kind == (directory ? DIRECTORY : REGULAR)) {
            return true;
        }
        differences.add(member.path(), "is a " + kind(kind) + ", on record is a " + (directory ? "directory" : "file"));
        return false;
    }

    /** Compares the rest; whether the size allows a look at the bytes. */
    boolean compare(TreeMember member, Map<String, Object> actual) {
        int mode = mode(actual) & PERMISSIONS;
        int expected = member.mode() & modeMask;
        if (mode != expected) {
            String masked =
                    modeMask == ALL ? "" : " (" + octal(member.mode()) + " under the mask " + octal(modeMask) + ")";
            differences.add(member.path(), "has mode " + octal(mode) + ", on record is " + octal(expected) + masked);
        }
        Instant time = ((FileTime) value(actual, "lastModifiedTime")).toInstant();
        Instant recorded = Instant.ofEpochSecond(member.mtimeSeconds(), member.mtimeNanos());
        if (!time.equals(recorded)) {
            differences.add(member.path(), "was modified at " + time + ", on record is " + recorded);
        }
        if (member instanceof TreeMember.File file && (long) value(actual, "size") != file.size()) {
            differences.add(member.path(), "has " + value(actual, "size") + " bytes, on record are " + file.size());
            return false;
        }
        return true;
    }

    static String kind(int mode) {
        return switch (mode & KIND) {
            case DIRECTORY -> "directory";
            case REGULAR -> "file";
            case LINK -> "symbolic link";
            default -> "special file";
        };
    }

    static String octal(int mode) {
        return String.format(Locale.ROOT, "%04o", mode);
    }

    static int mode(Map<String, Object> actual) {
        return (int) value(actual, "mode");
    }

    private static Object value(Map<String, Object> actual, String name) {
        Object value = actual.get(name);
        if (value == null) {
            throw new IllegalStateException("the file system tells no " + name);
        }
        return value;
    }
}
