package dev.carnet.daemon.ledger;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * {@code posix_fallocate}, which Java does not have. A store to a mapped page that has no block behind it cannot fail with an exception: it kills the process
 * (SIGBUS). So blocks are there before anything is mapped.
 */
final class NativeFiles {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = handle(
            "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle ALLOCATE =
            handle("posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int O_RDWR_CLOEXEC = 0x80002;
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;

    private NativeFiles() {}

    /**
     * Gives every byte of {@code [0, bytes)} of an existing file a block on the disk; the file is at least that long then.
     *
     * @throws NoRoomException where the disk or a quota is full
     */
    static void allocate(Path file, long bytes) throws IOException {
        int error;
        try (var arena = Arena.ofConfined()) {
            var fd = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_RDWR_CLOEXEC, 0);
            if (fd < 0) {
                throw new IOException("cannot open " + file);
            }
            error = (int) ALLOCATE.invokeExact(fd, 0L, bytes);
            var _ = (int) CLOSE.invokeExact(fd);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (error == ENOSPC || error == EDQUOT) {
            throw new NoRoomException("no room for the " + bytes + " bytes of " + file + " (error " + error + ")");
        }
        if (error != 0) {
            throw new IOException("cannot allocate the " + bytes + " bytes of " + file + " (error " + error + ")");
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    /** The disk is full. */
    static final class NoRoomException extends IOException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        NoRoomException(String message) {
            super(message);
        }
    }
}
