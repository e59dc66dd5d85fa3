package dev.carnet.proto.tree;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.Limits;

/** A line of a tree. What has been made obeys the rules of SPEC.md, sections 3 and 4; what does not cannot be made. */
public sealed interface TreeMember {

    /** Relative to the root, see {@link MemberPath}. */
    String path();

    /** Permission bits, 0 to 0777. */
    int mode();

    /** Of the last modification: whole seconds since 1970, rounded down. */
    long mtimeSeconds();

    /** Nanoseconds after {@link #mtimeSeconds()}, 0 to 999,999,999. */
    int mtimeNanos();

    /** A directory, the root or below it. */
    record Directory(String path, int mode, long mtimeSeconds, int mtimeNanos) implements TreeMember {
        /**
         * Makes one.
         *
         * @throws IllegalArgumentException naming the rule that is broken
         */
        public Directory {
            check(path, mode, mtimeNanos);
        }
    }

    /**
     * A regular file.
     *
     * @param size in bytes, 0 to 2^53
     * @param digest plain BLAKE3 of its bytes
     */
    record File(String path, int mode, long mtimeSeconds, int mtimeNanos, long size, Hash32 digest)
            implements TreeMember {
        /**
         * Makes one.
         *
         * @throws IllegalArgumentException naming the rule that is broken
         */
        public File {
            check(path, mode, mtimeNanos);
            if (size < 0 || size > Limits.FILE_BYTES_MAX) {
                throw new IllegalArgumentException("a file has 0 to " + Limits.FILE_BYTES_MAX + " bytes");
            }
        }
    }

    private static void check(String path, int mode, int mtimeNanos) {
        MemberPath.check(path);
        if (mode < 0 || mode > 0777) {
            throw new IllegalArgumentException("a mode is 0000 to 0777");
        }
        if (mtimeNanos < 0 || mtimeNanos > 999_999_999) {
            throw new IllegalArgumentException("a time has 0 to 999999999 nanoseconds");
        }
    }
}
