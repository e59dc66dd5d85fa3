package dev.carnet.daemon.volume;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the names of a directory, in bounded memory. */
final class Listing {
    // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, name with a NUL
    private static final int INODE = 0;
    private static final int LENGTH = 16;
    private static final int NAME = 19;

    private Listing() {}

    /** Takes one entry; must not list another directory on the same thread. */
    @FunctionalInterface
    interface Visitor {
        /** @return whether to go on */
        boolean entry(byte[] name, long inode);
    }

    /**
     * Some names of a directory, ascending by their bytes.
     *
     * @param names at most as many as asked for
     * @param more whether there are greater ones
     */
    record Page(List<byte[]> names, boolean more) {}

    /**
     * All entries but "." and "..", in the order of the file system.
     *
     * @return 0, or a negated error number
     */
    static int each(Posix posix, int fd, Visitor visitor) {
        int rewound = posix.rewind(fd);
        if (rewound < 0) {
            return rewound;
        }
        var buffer = Scratch.ofThread().entries();
        while (true) {
            int bytes = posix.getdents(fd, buffer);
            if (bytes <= 0) {
                return bytes;
            }
            for (int at = 0; at < bytes; at += Short.toUnsignedInt(buffer.get(JAVA_SHORT, at + LENGTH))) {
                byte[] name = name(buffer, at + NAME);
                if (!dots(name) && !visitor.entry(name, buffer.get(JAVA_LONG, at + INODE))) {
                    return 0;
                }
            }
        }
    }

    /** The {@code max} smallest names that are greater than {@code after}. Reads the whole directory, and keeps no more than 2 * max names. */
    static Result<Page> page(Posix posix, int fd, byte @Nullable [] after, int max) {
        var kept = new Smallest(after, max);
        int result = each(posix, fd, kept::add);
        return result < 0 ? Result.failed(result) : Result.of(kept.page());
    }

    private static byte[] name(MemorySegment buffer, long from) {
        int length = 0;
        while (buffer.get(JAVA_BYTE, from + length) != 0) {
            length++;
        }
        byte[] name = new byte[length];
        MemorySegment.copy(buffer, JAVA_BYTE, from, name, 0, length);
        return name;
    }

    private static boolean dots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    /** Keeps the smallest names: sorts and cuts whenever twice as many as wanted have come. */
    private static final class Smallest {
        private final byte @Nullable [] after;
        private final int max;
        private final List<byte[]> names = new ArrayList<>();
        private byte @Nullable [] ceiling;

        Smallest(byte @Nullable [] after, int max) {
            this.after = after;
            this.max = max;
        }

        boolean add(byte[] name, long inode) {
            boolean passed = after != null && Arrays.compareUnsigned(name, after) <= 0;
            boolean beyond = ceiling != null && Arrays.compareUnsigned(name, ceiling) > 0;
            if (!passed && !beyond) {
                names.add(name);
                if (names.size() >= 2 * max) {
                    cut();
                }
            }
            return true;
        }

        Page page() {
            cut();
            return new Page(names, ceiling != null);
        }

        private void cut() {
            names.sort(Names.ORDER);
            if (names.size() > max) {
                names.subList(max, names.size()).clear();
                ceiling = names.getLast();
            }
        }
    }
}
