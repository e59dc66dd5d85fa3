package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.ID;
import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.directory;
import static dev.carnet.daemon.volume.Fixture.file;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_TYPE;
import static dev.carnet.daemon.volume.VolumeException.Kind.IN_THE_WAY;
import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_FOUND;
import static dev.carnet.daemon.volume.VolumeException.Kind.NO_SPACE;
import static dev.carnet.daemon.volume.VolumeException.Kind.PERMISSION;
import static dev.carnet.daemon.volume.VolumeException.Kind.READ_ONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening volumes, and what disks and owners can have against it. */
class VolumesTest {
    private static final CheckpointName NAME = CheckpointName.of("c");

    @TempDir
    Path root;

    @Test
    void a_root_is_a_directory_written_without_links() throws IOException {
        Path real = Files.createDirectory(root.resolve("real"));
        Files.createDirectory(real.resolve("below"));
        Files.createSymbolicLink(root.resolve("l"), real);
        Files.createFile(root.resolve("f"));
        assertRefused(NOT_FOUND, "volume v: the root must be", () -> open(root.resolve("missing")));
        assertRefused(BAD_TYPE, "/f", () -> open(root.resolve("f")));
        assertRefused(BAD_TYPE, "write " + real + " in its place", () -> open(root.resolve("l")));
        assertRefused(IN_THE_WAY, "write " + real.resolve("below"), () -> open(root.resolve("l/below")));
        try (var volume = open(real)) {
            assertThat(volume.root()).isEqualTo(real);
            assertThat(volume.name()).isEqualTo("v");
            assertThat(volume.usableBytes()).isBetween(1L, real.toFile().getTotalSpace());
            assertThat(real.resolve(".carnet")).doesNotExist();
        }
    }

    @Test
    void a_spec_is_checked() {
        assertThatIllegalArgumentException().isThrownBy(() -> new VolumeSpec("V", root, false, null, 0, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new VolumeSpec("v", Path.of("x"), false, null, 0, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new VolumeSpec("v", root.resolve(".."), false, null, 0, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new VolumeSpec("v", root, false, null, 01000, false));
        assertRefused(
                NOT_FOUND,
                "no group 'no such'",
                () -> Volumes.open(new VolumeSpec("v", root, false, "no such", 0, false)));
        Volumes.open(new VolumeSpec("v", root, false, "root", 0, false)).close();
    }

    @Test
    void nothing_is_written_to_a_read_only_volume() throws IOException {
        try (var writable = open(root)) {
            Fixture.publish(writable, NAME, List.of(directory(".", 0755), file("f", 0644)));
        }
        try (var volume = Volumes.open(new VolumeSpec("v", root, true, null, 0, false))) {
            assertThat(volume.readOnly()).isTrue();
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
            assertThat(Fixture.walk(volume, "c")).hasSize(2);
            assertRefused(READ_ONLY, "declared read-only", () -> volume.staging(ID));
            assertRefused(READ_ONLY, "declared read-only", () -> volume.prepareTarget(CheckpointName.of("x/y"), ID));
            assertRefused(READ_ONLY, "declared read-only", () -> volume.removeEmptyParents(List.of("x")));
            assertRefused(
                    READ_ONLY, "declared read-only", () -> volume.records(NAME).write("tree", out -> {}));
            assertRefused(
                    READ_ONLY, "declared read-only", () -> volume.records(NAME).remove());
        }
        Path empty = Files.createDirectory(root.resolve("empty"));
        try (var volume = Volumes.open(new VolumeSpec("v", empty, true, null, 0, false))) {
            assertThat(volume.records(NAME).read("tree", 9)).isEmpty();
            assertThat(volume.standsAsRecorded(NAME)).isFalse();
            assertThat(volume.lookup(NAME)).isEmpty();
            assertRefused(READ_ONLY, "", () -> volume.staging(ID));
        }
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void a_folder_that_somebody_else_made_is_not_trusted() throws IOException {
        Path own = Files.createDirectory(root.resolve(".carnet"));
        Files.setAttribute(own, "unix:uid", 65534);
        try (var volume = open(root)) {
            assertRefused(PERMISSION, ".carnet belongs to uid 65534", () -> volume.staging(ID));
            Files.delete(own);
            Files.createSymbolicLink(own, Files.createDirectory(root.resolve("trap")));
            assertRefused(BAD_TYPE, ".carnet", () -> volume.staging(ID));
            assertThat(root.resolve("trap")).isEmptyDirectory();
        }
    }

    @Test
    void staging_ids_are_hex() {
        try (var volume = open(root)) {
            for (String id : List.of("", "..", ID.substring(1), ID.toUpperCase(java.util.Locale.ROOT), ID + "0")) {
                assertThatIllegalArgumentException().isThrownBy(() -> volume.staging(id));
            }
        }
    }

    @Test
    void a_full_disk_is_named_as_such() throws IOException {
        Path small = Files.createDirectory(root.resolve("small"));
        boolean mounted = Fixture.run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString()) == 0;
        assumeTrue(mounted, "needs the right to mount a tmpfs");
        try (var volume = open(small);
                var arena = Arena.ofConfined()) {
            assertThat(volume.usableBytes()).isBetween(1L, 1L << 20);
            var staging = volume.staging(ID);
            try (var f = staging.create(".")) {
                f.size(4 << 20);
                var ones = arena.allocate(2 << 20).fill((byte) 1);
                assertRefused(NO_SPACE, "free space on this file system", () -> f.write(ones, 0, 2 << 20));
            }
            assertRefused(
                    NO_SPACE,
                    "no space left",
                    () -> volume.records(NAME).write("cvs", out -> out.write(new byte[2 << 20])));
            staging.destroy();
            assertThat(volume.records(NAME).read("cvs", 9)).isEmpty();
            assertThat(volume.usableBytes()).isGreaterThan(900_000);
        } finally {
            assertThat(Fixture.run("umount", small.toString())).isZero();
        }
    }

    @Test
    void a_disk_that_became_read_only_is_named_as_such() throws IOException {
        Path small = Files.createDirectory(root.resolve("small"));
        boolean mounted = Fixture.run("mount", "-t", "tmpfs", "-o", "ro", "none", small.toString()) == 0;
        assumeTrue(mounted, "needs the right to mount a tmpfs");
        try (var volume = open(small)) {
            assertRefused(READ_ONLY, "read-only file system (EROFS)", () -> volume.staging(ID));
        } finally {
            assertThat(Fixture.run("umount", small.toString())).isZero();
        }
    }

    @Test
    void leaves_no_descriptor_open() throws IOException {
        int before = descriptors();
        try (var volume = open(root)) {
            Fixture.publish(volume, CheckpointName.of("x/y"), List.of(directory(".", 0755), file("f", 0644)));
            volume.standsAsRecorded(CheckpointName.of("x/y"));
            try (var source = volume.source("x/y", true)) {
                source.walk((m, p) -> {});
                source.open("f").close();
                assertRefused(NOT_FOUND, "", () -> source.open("g"));
                assertRefused(BAD_TYPE, "", () -> source.open("."));
            }
            assertRefused(IN_THE_WAY, "", () -> volume.lookup(CheckpointName.of("x/y/f/z")));
        }
        assertThat(descriptors()).isEqualTo(before);
    }

    private static int descriptors() throws IOException {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return (int) fds.count();
        }
    }
}
