package dev.carnet.daemon.config;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * What kind of file system a path lies on, by the magic number that statfs(2) tells: names of mounts can be chosen, this cannot.
 *
 * @param magic {@code f_type}
 * @param name for people
 */
public record FileSystemKind(long magic, String name, Trust trust) {
    /** Whether state may lie there. */
    public enum Trust {
        /** A local disk: what was forced is there after a power cut, and memory maps and locks mean what they say. */
        LOCAL,
        /** Correct, but gone with the machine or the container. */
        VOLATILE,
        /** Not known to this list. */
        UNKNOWN,
        /** Shared with other machines, or implemented by a program that nobody here knows. */
        REFUSED
    }

    /** {@code struct statfs} has 120 bytes on 64-bit Linux; f_type, a long, is its first member. */
    private static final long STATFS_BYTES = 256;

    private static final long WORD = 0xffff_ffffL;

    private static final List<FileSystemKind> KNOWN = List.of(
            new FileSystemKind(0xef53, "ext4", Trust.LOCAL),
            new FileSystemKind(0x58465342, "XFS", Trust.LOCAL),
            new FileSystemKind(0x9123683eL, "btrfs", Trust.LOCAL),
            new FileSystemKind(0x2fc12fc1, "ZFS", Trust.LOCAL),
            new FileSystemKind(0xf2f52010L, "F2FS", Trust.LOCAL),
            new FileSystemKind(0xca451a4eL, "bcachefs", Trust.LOCAL),
            new FileSystemKind(0x01021994, "tmpfs", Trust.VOLATILE),
            new FileSystemKind(0x858458f6L, "ramfs", Trust.VOLATILE),
            new FileSystemKind(0x794c7630, "overlay", Trust.VOLATILE),
            new FileSystemKind(0x6969, "NFS", Trust.REFUSED),
            new FileSystemKind(0x517b, "SMB", Trust.REFUSED),
            new FileSystemKind(0xff534d42L, "CIFS", Trust.REFUSED),
            new FileSystemKind(0xfe534d42L, "SMB2", Trust.REFUSED),
            new FileSystemKind(0x65735546, "FUSE", Trust.REFUSED),
            new FileSystemKind(0x01021997, "9p", Trust.REFUSED),
            new FileSystemKind(0x00c36400, "Ceph", Trust.REFUSED),
            new FileSystemKind(0x5346414f, "AFS", Trust.REFUSED),
            new FileSystemKind(0x6b414653, "kAFS", Trust.REFUSED),
            new FileSystemKind(0x73757245, "Coda", Trust.REFUSED),
            new FileSystemKind(0x0bd00bd0, "Lustre", Trust.REFUSED),
            new FileSystemKind(0x47504653, "GPFS", Trust.REFUSED),
            new FileSystemKind(0x19830326, "BeeGFS", Trust.REFUSED),
            new FileSystemKind(0xaad7aaeaL, "PanFS", Trust.REFUSED),
            new FileSystemKind(0x01161970, "GFS2", Trust.REFUSED),
            new FileSystemKind(0x7461636f, "OCFS2", Trust.REFUSED),
            new FileSystemKind(0x786f4256, "vboxsf", Trust.REFUSED),
            new FileSystemKind(0xbacbacbcL, "vmhgfs", Trust.REFUSED));

    /**
     * The kind under an existing path; links are followed.
     *
     * @throws IOException where the kernel does not tell, with its errno
     */
    public static FileSystemKind of(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Native.ERRNO_LAYOUT);
            MemorySegment buffer = arena.allocate(STATFS_BYTES, Long.BYTES);
            int result = (int) Native.STATFS.invokeExact(state, arena.allocateFrom(path.toString()), buffer);
            if (result != 0) {
                throw new IOException("statfs " + path + ": errno " + (int) Native.ERRNO.get(state, 0L));
            }
            return ofMagic(buffer.get(ValueLayout.JAVA_LONG, 0) & WORD);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("statfs declares no exceptions", e);
        }
    }

    static FileSystemKind ofMagic(long magic) {
        return KNOWN.stream()
                .filter(kind -> kind.magic == magic)
                .findFirst()
                .orElseGet(
                        () -> new FileSystemKind(magic, "unknown (0x" + Long.toHexString(magic) + ")", Trust.UNKNOWN));
    }

    /** Why state must not, or should not, lie there; empty for a local disk. */
    public String reason() {
        return switch (trust) {
            case LOCAL -> "";
            case VOLATILE ->
                name
                        + " loses everything with the machine or the container: unfinished transfers, the ledger and its keys";
            case UNKNOWN -> name + " is not known to keep what was forced: make sure that it is a local disk";
            case REFUSED ->
                name.equals("FUSE")
                        ? "FUSE is as good as the program behind it: nothing says what it does for fsync, locks and memory"
                                + " maps, on which the state depends"
                        : name
                                + " is a file system of several machines: locks, memory maps and fsync do not mean there what"
                                + " the state depends on, and another machine could open it at the same time";
        };
    }

    /** Linked once, and only where somebody asks. */
    private static final class Native {
        static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
        static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        static final MethodHandle STATFS = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("statfs"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                        Linker.Option.captureCallState("errno"));
    }
}
