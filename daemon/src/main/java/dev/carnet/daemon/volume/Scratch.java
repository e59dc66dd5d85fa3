package dev.carnet.daemon.volume;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that a thread uses for the arguments of one call at a time, so that no call allocates: about 12 KiB a thread, 32 KiB more for threads
 * that list directories, and 64 KiB for those that read ACLs. Freed with the thread.
 */
final class Scratch {
    static final int PATH_BYTES = 4_096;
    static final int STATX_BYTES = 256;
    private static final int ENTRIES_BYTES = 32 << 10;
    /** XATTR_SIZE_MAX of Linux. */
    private static final int ATTRIBUTE_BYTES = 64 << 10;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final MemorySegment capture;
    final MemorySegment path;
    final MemorySegment otherPath;
    final MemorySegment struct;
    private final Arena arena = Arena.ofAuto();
    private @Nullable MemorySegment entries;
    private @Nullable MemorySegment attribute;

    private Scratch() {
        capture = arena.allocate(Libc.CAPTURE);
        path = arena.allocate(PATH_BYTES + 1L);
        otherPath = arena.allocate(PATH_BYTES + 1L);
        struct = arena.allocate(STATX_BYTES, Long.BYTES);
    }

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    MemorySegment path(byte[] bytes) {
        return copy(bytes, path);
    }

    MemorySegment otherPath(byte[] bytes) {
        return copy(bytes, otherPath);
    }

    /** Directory entries as the kernel packs them. */
    MemorySegment entries() {
        var made = entries;
        if (made == null) {
            made = arena.allocate(ENTRIES_BYTES, Long.BYTES);
            entries = made;
        }
        return made;
    }

    /** The value of an extended attribute. */
    MemorySegment attribute() {
        var made = attribute;
        if (made == null) {
            made = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attribute = made;
        }
        return made;
    }

    /** The result, or the negated error number where the call failed. */
    int checked(int result) {
        return result >= 0 ? result : -errno();
    }

    /** The result, or the negated error number where the call failed. */
    long checked(long result) {
        return result >= 0 ? result : -errno();
    }

    private int errno() {
        return capture.get(JAVA_INT, Libc.ERRNO_OFFSET);
    }

    private static MemorySegment copy(byte[] bytes, MemorySegment to) {
        if (bytes.length > PATH_BYTES) {
            throw new IllegalArgumentException("a path of " + bytes.length + " bytes");
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw new IllegalArgumentException("a path with a NUL");
            }
        }
        MemorySegment.copy(bytes, 0, to, JAVA_BYTE, 0, bytes.length);
        to.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
        return to;
    }
}
