package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.ID;
import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.directory;
import static dev.carnet.daemon.volume.Fixture.file;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_NAME;
import static dev.carnet.daemon.volume.VolumeException.Kind.CROSS_DEVICE;
import static dev.carnet.daemon.volume.VolumeException.Kind.EXISTS;
import static dev.carnet.daemon.volume.VolumeException.Kind.IO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a checkpoint is going to stand, and the rename that puts it there. */
class TargetTest {
    private static final CheckpointName NAME = CheckpointName.of("a/b/c");
    private static final List<Member> MEMBERS = List.of(directory(".", 0755), file("f", 0644));

    @TempDir
    Path root;

    /** A file system like many in user space: renames, but without flags. */
    private static class NoFlags extends Posix {
        @Override
        int renameat2(int from, byte[] fromName, int to, byte[] toName, int flags) {
            return flags != 0 ? -Errno.EINVAL : super.renameat2(from, fromName, to, toName, flags);
        }
    }

    @Test
    void parents_are_made_and_removed_again() throws IOException {
        try (var volume = open(root)) {
            assertThat(volume.prepareTarget(NAME, ID)).containsExactly("a", "a/b");
            assertThat(root.resolve("a/b")).isEmptyDirectory();
            assertThat(root.resolve(".carnet/staging/" + ID)).isEmptyDirectory();
            assertThat(volume.prepareTarget(NAME, ID)).isEmpty();
            volume.removeEmptyParents(List.of("a", "a/b"));
            volume.removeEmptyParents(List.of("a", "a/b"));
            assertThat(root.resolve("a")).doesNotExist();

            volume.prepareTarget(NAME, ID);
            Files.createFile(root.resolve("a/other"));
            volume.removeEmptyParents(List.of("a", "a/b"));
            assertThat(root.resolve("a/other")).exists();
            assertThat(root.resolve("a/b")).doesNotExist();
        }
    }

    @Test
    void nothing_but_made_parents_can_be_removed() {
        try (var volume = open(root)) {
            for (String path : List.of(".", "..", "", "/", ".carnet", "a/../..")) {
                assertRefused(BAD_NAME, "", () -> volume.removeEmptyParents(List.of(path)));
            }
        }
    }

    @Test
    void a_probe_that_a_crash_left_is_in_nobodys_way() throws IOException {
        Files.createDirectories(root.resolve("a/b/.carnet-probe-" + ID));
        try (var volume = open(root)) {
            Files.createDirectories(root.resolve(".carnet/staging/" + ID + "/probe"));
            assertThat(volume.prepareTarget(NAME, ID)).isEmpty();
            assertThat(root.resolve("a/b")).isEmptyDirectory();
        }
    }

    @Test
    void names_do_not_run_through_files_or_links() throws IOException {
        Files.createFile(root.resolve("a"));
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("l"), elsewhere);
        try (var volume = open(root)) {
            assertRefused(BAD_NAME, "runs through a file", () -> volume.prepareTarget(NAME, ID));
            assertRefused(
                    BAD_NAME,
                    "runs through a symbolic link",
                    () -> volume.prepareTarget(CheckpointName.of("l/x/y"), ID));
            assertThat(elsewhere).isEmptyDirectory();
        }
    }

    @Test
    void whatever_stands_there_stays() throws IOException {
        try (var volume = open(root)) {
            var staging = volume.staging(ID);
            volume.prepareTarget(NAME, ID);
            Fixture.stage(staging, MEMBERS);
            staging.assemble(MEMBERS);
            Path target = root.resolve("a/b/c");
            Files.createDirectory(target); // Files.move would replace it
            assertRefused(EXISTS, "something stands at " + target, () -> staging.publish(NAME));
            Files.delete(target);
            Files.writeString(target, "theirs");
            assertRefused(EXISTS, "nothing is ever replaced", () -> staging.publish(NAME));
            assertThat(target).hasContent("theirs");
            Files.delete(target);
            Files.createSymbolicLink(target, Path.of("nowhere"));
            assertRefused(EXISTS, "something stands", () -> staging.publish(NAME));
            Files.delete(target);
            staging.publish(NAME);
            assertThat(target.resolve("f")).hasContent("f");
            assertRefused(VolumeException.Kind.NOT_FOUND, "/tree", () -> staging.publish(CheckpointName.of("a/b/d")));
        }
    }

    @Test
    void a_file_system_that_cannot_rename_without_replacing_needs_a_setting() throws IOException {
        try (var volume = open(root, new NoFlags())) {
            assertRefused(IO, "set rename-without-noreplace = true", () -> volume.prepareTarget(NAME, ID));
            assertThat(root.resolve("a")).doesNotExist();
        }
        var spec = new VolumeSpec("v", root, false, null, 0, true);
        try (var volume = Volumes.open(spec, new NoFlags())) {
            var staging = volume.staging(ID);
            volume.prepareTarget(NAME, ID);
            Fixture.stage(staging, MEMBERS);
            Files.createDirectory(root.resolve("a/b/c"));
            assertRefused(EXISTS, "something stands", () -> staging.publish(NAME));
            Files.delete(root.resolve("a/b/c"));
            staging.publish(NAME);
            assertThat(root.resolve("a/b/c/f")).exists();
        }
    }

    @Test
    void another_mount_is_found_before_anything_is_sent() throws IOException {
        Path inner = Files.createDirectories(root.resolve("mounted/inner"));
        Path bound = Files.createDirectory(root.resolve("bound"));
        assumeTrue(Fixture.run("mount", "--bind", inner.toString(), bound.toString()) == 0, "needs the right to mount");
        try (var volume = open(root)) {
            assertRefused(
                    CROSS_DEVICE,
                    "lies on another mount",
                    () -> volume.prepareTarget(CheckpointName.of("bound/x/y"), ID));
            assertThat(bound).isEmptyDirectory();
            var staging = volume.staging(ID);
            Fixture.stage(staging, MEMBERS);
            assertRefused(CROSS_DEVICE, "another mount", () -> staging.publish(CheckpointName.of("bound/x")));
        } finally {
            assertThat(Fixture.run("umount", bound.toString())).isZero();
        }
    }
}
