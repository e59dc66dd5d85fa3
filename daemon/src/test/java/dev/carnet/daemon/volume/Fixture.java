package dev.carnet.daemon.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of this room share. */
final class Fixture {
    static final String ID = "00112233445566778899aabbccddeeff";
    static final long WAIT_SECONDS = 20;

    private Fixture() {}

    static VolumeSpec spec(Path root) {
        return new VolumeSpec("v", root, false, null, 0, false);
    }

    static Volume open(Path root) {
        return Volumes.open(spec(root));
    }

    static Volume open(Path root, Posix posix) {
        return Volumes.open(spec(root), posix);
    }

    static Member directory(String path, int mode) {
        return new Member(path, Member.Type.DIRECTORY, mode, 0, 1_700_000_000, 5);
    }

    static Member file(String path, int mode) {
        return new Member(path, Member.Type.FILE, mode, content(path).length, 1_700_000_001, 999_999_999);
    }

    /** Every file of a test holds its own path. */
    static byte[] content(String path) {
        return path.getBytes(UTF_8);
    }

    static void stage(Staging staging, List<Member> members) {
        for (Member m : members) {
            if (m.type() == Member.Type.DIRECTORY) {
                staging.makeDirectory(m.path());
            } else {
                write(staging, m.path(), content(m.path()));
            }
        }
    }

    static void write(Staging staging, String path, byte[] content) {
        try (var file = staging.create(path);
                var arena = Arena.ofConfined()) {
            file.size(content.length);
            file.write(nativeCopy(arena, content), 0, content.length);
            file.force();
        }
    }

    static MemorySegment nativeCopy(Arena arena, byte[] content) {
        var segment = arena.allocate(Math.max(1, content.length));
        MemorySegment.copy(content, 0, segment, ValueLayout.JAVA_BYTE, 0, content.length);
        return segment;
    }

    static byte[] read(SourceTree source, String path, int length) {
        try (var file = source.open(path);
                var arena = Arena.ofConfined()) {
            var target = arena.allocate(Math.max(1, length));
            file.read(target, 0, length);
            return Arrays.copyOf(target.toArray(ValueLayout.JAVA_BYTE), length);
        }
    }

    /** All the steps of a publication. */
    static void publish(Volume volume, CheckpointName name, List<Member> members) {
        var staging = volume.staging(ID);
        volume.prepareTarget(name, ID);
        stage(staging, members);
        staging.assemble(members);
        staging.recordPrints(name);
        staging.publish(name);
        staging.seal(name, members.getFirst());
        staging.destroy();
    }

    static List<Member> walk(Volume volume, String path) {
        return walk(volume, path, false);
    }

    static List<Member> walk(Volume volume, String path, boolean dereference) {
        List<Member> found = new ArrayList<>();
        try (var source = volume.source(path, dereference)) {
            source.walk((member, print) -> found.add(member));
        }
        return found;
    }

    static List<String> paths(List<Member> members) {
        return members.stream().map(Member::path).toList();
    }

    static void assertRefused(VolumeException.Kind kind, String part, ThrowingCallable call) {
        Assertions.assertThatExceptionOfType(VolumeException.class)
                .isThrownBy(call)
                .withMessageContaining(part)
                .matches(e -> e.kind() == kind, "kind " + kind);
    }

    /** Runs a command of the system; its status. */
    static int run(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("does not end: " + String.join(" ", command));
            }
            return process.exitValue();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A kernel before 5.6. */
    static final class WithoutOpenat2 extends Posix {
        @Override
        int openBeneath(int directory, byte[] path, int flags) {
            return -Errno.ENOSYS;
        }
    }

    /** A file system that keeps the case of names and does not tell them apart by it. */
    static final class CaseFolding extends Posix {
        private final TreeMap<String, byte[]> known = new TreeMap<>();

        private byte[] stored(byte[] name) {
            return known.computeIfAbsent(new String(name, UTF_8).toLowerCase(java.util.Locale.ROOT), k -> name);
        }

        @Override
        int openat(int directory, byte[] path, int flags, int mode) {
            return super.openat(directory, stored(path), flags, mode);
        }

        @Override
        int mkdirat(int directory, byte[] name, int mode) {
            return super.mkdirat(directory, stored(name), mode);
        }

        @Override
        Result<Stat> stat(int directory, byte[] name) {
            return super.stat(directory, stored(name));
        }
    }
}
