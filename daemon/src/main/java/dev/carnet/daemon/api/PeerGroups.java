package dev.carnet.daemon.api;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The supplementary groups of whoever connected to a Unix socket: {@code SO_PEERGROUPS} (Linux 4.13), of the moment of connect like {@code SO_PEERCRED}. */
final class PeerGroups {
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERGROUPS = 59;
    private static final int ERANGE = 34;
    private static final int ENOPROTOOPT = 92;

    /** NGROUPS_MAX of Linux. */
    private static final int GROUPS_MAX = 65_536;

    private static final int GROUPS_FIRST = 256;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURE.byteOffset(PathElement.groupElement("errno"));
    private static final MethodHandle GETSOCKOPT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("getsockopt"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS),
                    Linker.Option.captureCallState("errno"));

    private PeerGroups() {}

    /**
     * The groups.
     *
     * @param fd an open, connected socket
     * @param pid for kernels that do not know the option. What /proc says then is weaker: of now and not of the connect, and perhaps of another process that got the number
     * @throws IOException where neither says it: then nobody is let in
     */
    static List<Integer> of(int fd, int pid) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(CAPTURE);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            int room = GROUPS_FIRST;
            while (room <= GROUPS_MAX) {
                MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, room);
                length.set(ValueLayout.JAVA_INT, 0, room * Integer.BYTES);
                int result = (int) GETSOCKOPT.invokeExact(capture, fd, SOL_SOCKET, SO_PEERGROUPS, groups, length);
                if (result == 0) {
                    int bytes = length.get(ValueLayout.JAVA_INT, 0);
                    return Arrays.stream(groups.asSlice(0, bytes).toArray(ValueLayout.JAVA_INT))
                            .boxed()
                            .toList();
                }
                int errno = capture.get(ValueLayout.JAVA_INT, ERRNO);
                if (errno == ENOPROTOOPT) {
                    return ofProcess(pid);
                }
                if (errno != ERANGE) {
                    throw new IOException("SO_PEERGROUPS: errno " + errno);
                }
                room = room < GROUPS_MAX ? GROUPS_MAX : GROUPS_MAX + 1;
            }
            throw new IOException("a caller of more than " + GROUPS_MAX + " groups");
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("getsockopt declares no exceptions", e);
        }
    }

    private static List<Integer> ofProcess(int pid) throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Groups:")) {
                String numbers = line.substring("Groups:".length()).strip();
                return numbers.isEmpty()
                        ? List.of()
                        : Arrays.stream(numbers.split("\\s+"))
                                .map(Integer::parseUnsignedInt)
                                .toList();
            }
        }
        throw new IOException("/proc/" + pid + "/status names no groups");
    }
}
