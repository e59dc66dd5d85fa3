package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Whether anybody opens or reads one of some files, as the kernel sees it: inotify(7). Looking by stat, or through O_PATH, is no touch. */
final class Touches implements AutoCloseable {
    private static final int IN_ACCESS = 0x1;
    private static final int IN_OPEN = 0x20;
    private static final int IN_NONBLOCK = 0x800;
    private static final int BUFFER_BYTES = 1 << 12;

    private static final ValueLayout INT = ValueLayout.JAVA_INT;
    private static final MethodHandle INIT = link("inotify_init1", INT, INT);
    private static final MethodHandle ADD = link("inotify_add_watch", INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle READ =
            link("read", ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle CLOSE = link("close", INT, INT);

    private final int fd;
    private final List<Path> files;

    private Touches(int fd, List<Path> files) {
        this.fd = fd;
        this.files = files;
    }

    private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow(name),
                        FunctionDescriptor.of(result, arguments));
    }

    static Touches of(Path... files) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) INIT.invokeExact(IN_NONBLOCK);
            assertThat(fd).as("inotify").isNotNegative();
            for (Path file : files) {
                int watch = (int) ADD.invokeExact(fd, arena.allocateFrom(file.toString()), IN_ACCESS | IN_OPEN);
                assertThat(watch).as("a watch of " + file).isPositive();
            }
            return new Touches(fd, Arrays.asList(files));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nobody touched one of them until now; and where somebody does it shows. */
    void assertNone() throws IOException {
        assertThat(any()).as("something of " + files + " was opened or read").isFalse();
        for (Path file : files) {
            var _ = Files.readAllBytes(file);
            assertThat(any()).as("a touch of " + file + " shows").isTrue();
        }
    }

    private boolean any() {
        try (Arena arena = Arena.ofConfined()) {
            boolean any = false;
            MemorySegment events = arena.allocate(BUFFER_BYTES);
            while ((long) READ.invokeExact(fd, events, (long) BUFFER_BYTES) > 0) {
                any = true;
            }
            return any;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            var _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
