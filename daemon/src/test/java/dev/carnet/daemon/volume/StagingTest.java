package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.ID;
import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.directory;
import static dev.carnet.daemon.volume.Fixture.file;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.Fixture.walk;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_NAME;
import static dev.carnet.daemon.volume.VolumeException.Kind.EXISTS;
import static dev.carnet.daemon.volume.VolumeException.Kind.IO;
import static dev.carnet.daemon.volume.VolumeException.Kind.NAME_CONFLICT;
import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_FOUND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.carnet.proto.tree.MemberPath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Making a tree in staging, from the first directory to the last fsync. */
class StagingTest {
    private static final CheckpointName NAME = CheckpointName.of("runs/step-1");

    @TempDir
    Path root;

    /** Java cannot name the deepest files. */
    @AfterEach
    void remove() {
        assertThat(Fixture.run("rm", "-rf", root + "/runs", root + "/.carnet")).isZero();
    }

    static Stream<Posix> kernels() {
        return SourceWalkTest.kernels();
    }

    /** Everything that SPEC lets a tree hold. */
    private static List<Member> hardTree() {
        List<Member> members = new ArrayList<>();
        members.add(new Member(".", Member.Type.DIRECTORY, 0555, 0, -1, 0));
        members.add(new Member("d", Member.Type.DIRECTORY, 0555, 0, -3, 250_000_000));
        members.add(new Member("d-closed", Member.Type.DIRECTORY, 0000, 0, 4_000_000_000L, 1));
        members.add(file("d-closed/f", 0000));
        members.add(file("d/f", 0400));
        String deep = "deep";
        for (int i = 0; i < 63; i++) {
            members.add(directory(deep, 0700));
            deep += "/" + i;
        }
        members.add(file(deep, 0644));
        String path = "n".repeat(127);
        for (int i = 0; i < 15; i++) {
            members.add(directory(path, 0755));
            path += "/" + "n".repeat(255);
        }
        members.add(directory(path, 0755));
        members.add(file(path + "/" + "n".repeat(128), 0644)); // 4,096 bytes
        for (String name : List.of(
                " ", "new\nline", "tab\tand\\x41", "\u00e9", "e\u0301", "\ud83d\ude00", "\uffee", "-rf", "~", "...")) {
            members.add(file(name, 0666));
        }
        members.add(new Member("empty", Member.Type.FILE, 0777, 0, 0, 0));
        members.sort(java.util.Comparator.comparing(Member::path, MemberPath.ORDER));
        return members;
    }

    private static void stageAll(Staging staging, List<Member> members) {
        for (Member m : members) {
            if (m.type() == Member.Type.DIRECTORY) {
                staging.makeDirectory(m.path());
            } else {
                Fixture.write(staging, m.path(), m.size() == 0 ? new byte[0] : Fixture.content(m.path()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void a_published_tree_is_the_tree_that_was_announced(Posix posix) {
        var members = hardTree();
        try (var volume = open(root, posix)) {
            var staging = volume.staging(ID);
            assertThat(staging.root()).isEmpty();
            volume.prepareTarget(NAME, ID);
            stageAll(staging, members);
            var node = staging.root();
            staging.assemble(members);
            staging.assemble(members);
            staging.recordPrints(NAME);
            staging.publish(NAME);
            assertThat(staging.root()).isEmpty();
            assertThat(volume.lookup(NAME)).isEqualTo(node).isPresent();
            staging.seal(NAME, members.getFirst());
            staging.seal(NAME, members.getFirst());
            assertThat(walk(volume, NAME.value())).isEqualTo(members);
            try (var source = volume.source(NAME.value(), false)) {
                for (Member m : members) {
                    if (m.type() == Member.Type.FILE && m.size() > 0) {
                        assertThat(Fixture.read(source, m.path(), (int) m.size()))
                                .isEqualTo(Fixture.content(m.path()));
                    }
                }
            }
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
            staging.destroy();
            staging.destroy();
            staging.seal(NAME, members.getFirst());
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
        }
        assertThat(root.resolve(".carnet/staging")).isEmptyDirectory();
    }

    /** As after a kill behind the rename, and a day in which somebody works on what stands there. */
    @Test
    void what_is_changed_between_the_rename_and_the_end_of_the_publication_is_found_out() throws IOException {
        var members = hardTree();
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            volume.prepareTarget(NAME, ID);
            stageAll(staging, members);
            staging.assemble(members);
            staging.recordPrints(NAME);
            staging.publish(NAME);
            var file = members.stream()
                    .filter(m -> m.type() == Member.Type.FILE && m.size() > 0)
                    .findFirst()
                    .orElseThrow();
            var path = root.resolve(NAME.value()).resolve(file.path());
            Files.setPosixFilePermissions(path, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.write(path, new byte[] {1}, java.nio.file.StandardOpenOption.WRITE);
            staging.seal(NAME, members.getFirst());
            assertThat(volume.standsAsRecorded(NAME)).isFalse();
            staging.seal(NAME, members.getFirst());
            assertThat(volume.standsAsRecorded(NAME)).isFalse();
        }
    }

    @Test
    void a_checkpoint_may_be_one_file() {
        try (var volume = open(root)) {
            var top = file(".", 0400);
            Fixture.publish(volume, NAME, List.of(top));
            assertThat(walk(volume, NAME.value())).containsExactly(top);
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
        }
    }

    @Test
    void masks_modes_on_disk_and_sets_the_group() throws IOException {
        var spec = new VolumeSpec("v", root, false, "12345", 027, false);
        try (var volume = Volumes.open(spec)) {
            Fixture.publish(volume, NAME, List.of(directory(".", 0777), directory("d", 0775), file("d/f", 0666)));
            assertThat(walk(volume, NAME.value())).extracting(Member::mode).containsExactly(0750, 0750, 0640);
            for (String path : List.of("runs", "runs/step-1/d/f", ".carnet", ".carnet/records")) {
                assertThat(Files.getAttribute(root.resolve(path), "unix:gid"))
                        .as(path)
                        .isEqualTo(12345);
            }
            var records = volume.records(NAME).directory();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(records)))
                    .isEqualTo("rwxr-x---");
            assertThat(Files.getAttribute(records.resolve("prints"), "unix:gid"))
                    .isEqualTo(12345);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(records.resolve("prints"))))
                    .isEqualTo("rw-r-----");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(".carnet/staging"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void names_are_made_once() {
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            staging.makeDirectory(".");
            staging.makeDirectory("d");
            staging.makeDirectory("d");
            staging.create("f").close();
            assertRefused(
                    EXISTS,
                    "/f exists already in staging, as a file",
                    () -> staging.create("f").close());
            assertRefused(
                    EXISTS,
                    "/d exists already in staging, as a directory",
                    () -> staging.create("d").close());
            assertRefused(EXISTS, "as a file", () -> staging.makeDirectory("f"));
            assertRefused(
                    NOT_FOUND,
                    "nothing stands there",
                    () -> staging.create("x/y").close());
            assertRefused(
                    NOT_FOUND, "nothing stands there", () -> staging.reopen("x").close());
            for (String path : List.of("../x", "d/../../x", "/x", "", "a//b", "..")) {
                assertRefused(BAD_NAME, "bad path", () -> staging.create(path).close());
                assertRefused(BAD_NAME, "bad path", () -> staging.makeDirectory(path));
            }
        }
    }

    @Test
    void names_that_the_file_system_confuses_are_a_conflict() {
        try (var volume = open(root, new Fixture.CaseFolding())) {
            var staging = volume.staging(ID);
            staging.makeDirectory(".");
            staging.makeDirectory("Shards");
            staging.makeDirectory("Shards");
            assertRefused(NAME_CONFLICT, "/shards apart from 'Shards'", () -> staging.makeDirectory("shards"));
            staging.create("Model").close();
            assertRefused(
                    NAME_CONFLICT,
                    "/MODEL apart from 'Model'",
                    () -> staging.create("MODEL").close());
            assertRefused(
                    EXISTS,
                    "/Model exists already",
                    () -> staging.create("Model").close());
        }
    }

    @Test
    void assembly_checks_what_is_there() throws IOException {
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            var members = List.of(directory(".", 0755), directory("d", 0755), file("d/f", 0644));
            Fixture.stage(staging, members);
            var shorter = List.of(members.get(0), members.get(1), new Member("d/f", Member.Type.FILE, 0644, 2, 0, 0));
            assertRefused(IO, "is a file of 3 bytes, and should be a file of 2", () -> staging.assemble(shorter));
            var more = List.of(members.get(0), members.get(1), members.get(2), file("g", 0644));
            assertRefused(NOT_FOUND, "/g", () -> staging.assemble(more));
            Files.writeString(root.resolve(".carnet/staging/" + ID + "/tree/d/stranger"), "");
            assertRefused(
                    IO, "holds 2 entries, and should hold 1; not a member: stranger", () -> staging.assemble(members));
            Files.delete(root.resolve(".carnet/staging/" + ID + "/tree/d/stranger"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> staging.assemble(List.of(members.get(0), members.get(2), members.get(1))));
            assertThatIllegalArgumentException().isThrownBy(() -> staging.assemble(List.of(members.get(1))));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> staging.assemble(List.of(members.get(0), file("d/f", 0644))));
            staging.assemble(members);
        }
    }

    @Test
    void assembles_three_thousand_files() {
        List<Member> members = new ArrayList<>();
        members.add(directory(".", 0755));
        for (int i = 0; i < 100; i++) {
            members.add(directory("d" + i, 0755));
            for (int n = 0; n < 30; n++) {
                members.add(file("d" + i + "/" + n, 0600 + n % 8));
            }
        }
        members.sort(java.util.Comparator.comparing(Member::path, MemberPath.ORDER));
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            for (Member m : members) {
                if (m.type() == Member.Type.DIRECTORY) {
                    staging.makeDirectory(m.path());
                } else {
                    writeUnforced(staging, m.path());
                }
            }
            staging.assemble(members);
            staging.publish(CheckpointName.of("many"));
            assertThat(walk(volume, "many")).isEqualTo(members);
        }
    }

    private static void writeUnforced(Staging staging, String path) {
        byte[] content = Fixture.content(path);
        try (var file = staging.create(path);
                var arena = Arena.ofConfined()) {
            file.write(Fixture.nativeCopy(arena, content), 0, content.length);
        }
    }

    @Test
    void zeros_stay_holes_until_something_was_written() throws IOException {
        int block = 1 << 20;
        try (var volume = open(root);
                var arena = Arena.ofConfined()) {
            var staging = volume.staging(ID);
            var zeros = arena.allocate(block);
            var ones = arena.allocate(block).fill((byte) 1);
            try (var file = staging.create(".")) {
                file.size(8L * block);
                file.write(zeros, 0, block);
                file.write(ones, 3L * block, block);
                file.force();
            }
            Path path = root.resolve(".carnet/staging/" + ID + "/tree");
            assertThat(Files.size(path)).isEqualTo(8L * block);
            assertThat(allocated(path)).isBetween((long) block, 2L * block);
            try (var file = staging.reopen(".")) {
                file.write(zeros, 3L * block, block);
                file.write(zeros, 5L * block + 7, block);
                file.force();
            }
            assertThat(Files.readAllBytes(path)).containsOnly(0);
            assertThat(Files.size(path)).isEqualTo(8L * block);
        }
    }

    /** What du says. */
    private static long allocated(Path path) throws IOException {
        var process = new ProcessBuilder("du", "-B1", path.toString()).start();
        return Long.parseLong(new String(process.getInputStream().readAllBytes(), UTF_8).split("\\s")[0]);
    }

    @Test
    void a_file_without_a_size_still_gets_its_zeros() {
        try (var volume = open(root);
                var arena = Arena.ofConfined()) {
            try (var file = volume.staging(ID).create(".")) {
                file.write(arena.allocate(100), 0, 100);
            }
            assertThat(root.resolve(".carnet/staging/" + ID + "/tree")).hasSize(100);
        }
    }

    @Test
    void a_failed_force_is_final_until_the_file_is_discarded() {
        Set<Integer> bad = ConcurrentHashMap.newKeySet();
        var disk = new Posix() {
            @Override
            int fsync(int fd) {
                return bad.remove(fd) ? -Errno.EIO : super.fsync(fd);
            }

            @Override
            int openat(int directory, byte[] path, int flags, int mode) {
                int fd = super.openat(directory, path, flags, mode);
                if ((flags & O_EXCL) != 0 && new String(path, UTF_8).equals("bad")) {
                    bad.add(fd);
                }
                return fd;
            }
        };
        var members = List.of(directory(".", 0755), file("bad", 0644));
        try (var volume = open(root, disk)) {
            var staging = volume.staging(ID);
            staging.makeDirectory(".");
            try (var file = staging.create("bad")) {
                assertRefused(IO, "cannot fsync", file::force);
                assertRefused(IO, "an earlier fsync", file::force);
            }
            var again = volume.staging(ID); // another hand on the same staging remembers
            assertRefused(IO, "an earlier fsync", () -> again.reopen("bad").close());
            assertRefused(IO, "an earlier fsync", () -> again.assemble(members));
            assertRefused(IO, "an earlier fsync", () -> again.publish(NAME));
            again.discard("bad");
            again.discard("bad");
            bad.clear();
            try (var file = staging.create("bad");
                    var arena = Arena.ofConfined()) {
                bad.clear();
                file.write(Fixture.nativeCopy(arena, Fixture.content("bad")), 0, 3);
                file.force();
            }
            staging.assemble(members);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_failed_fsync_in_assembly_is_not_retried_into_a_success(boolean ofFiles) {
        boolean[] failing = {false};
        var disk = new Posix() {
            @Override
            int fsync(int fd) {
                return failing[0] && fstat(fd).value().isFile() == ofFiles ? -Errno.EIO : super.fsync(fd);
            }
        };
        var members = List.of(directory(".", 0755), file("f", 0644));
        try (var volume = open(root, disk)) {
            var staging = volume.staging(ID);
            Fixture.stage(staging, members);
            failing[0] = true;
            assertRefused(IO, "cannot fsync", () -> staging.assemble(members));
            failing[0] = false;
            assertRefused(IO, "an earlier fsync", () -> staging.assemble(members));
            assertRefused(IO, "an earlier fsync", () -> staging.publish(NAME));
            staging.destroy();
            var fresh = volume.staging(ID);
            Fixture.stage(fresh, members);
            fresh.assemble(members);
        }
    }

    @Test
    void short_writes_and_reads_are_completed() {
        var stingy = new Posix() {
            @Override
            long pwrite(int fd, java.lang.foreign.MemorySegment source, long length, long offset) {
                return super.pwrite(fd, source, Math.min(length, 7), offset);
            }

            @Override
            long pread(int fd, java.lang.foreign.MemorySegment target, long length, long offset) {
                return super.pread(fd, target, Math.min(length, 5), offset);
            }
        };
        byte[] content = "a chunk that no single call takes".getBytes(UTF_8);
        try (var volume = open(root, stingy)) {
            var staging = volume.staging(ID);
            Fixture.write(staging, ".", content);
            staging.publish(CheckpointName.of("f"));
            try (var source = volume.source("f", false)) {
                assertThat(Fixture.read(source, ".", content.length)).isEqualTo(content);
            }
        }
    }

    @Test
    void a_closed_file_reaches_no_other() {
        try (var volume = open(root);
                var arena = Arena.ofConfined()) {
            var staging = volume.staging(ID);
            staging.makeDirectory(".");
            var file = staging.create("a");
            file.close();
            file.close();
            staging.create("b").close();
            assertThatIllegalStateException().isThrownBy(() -> file.write(arena.allocate(1), 0, 1));
            assertThatIllegalStateException().isThrownBy(file::force);
        }
    }

    @Test
    void destroys_what_is_half_made_and_closed_to_itself() {
        var members = hardTree();
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            stageAll(staging, members);
            staging.assemble(members);
            assertThat(Files.exists(root.resolve(".carnet/staging/" + ID))).isTrue();
            staging.destroy();
            assertThat(root.resolve(".carnet/staging")).isEmptyDirectory();
            assertThat(volume.staging(ID).root()).isEmpty();
        }
    }
}
