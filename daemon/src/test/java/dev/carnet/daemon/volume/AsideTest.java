package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.ID;
import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.VolumeException.Kind.CHANGED;
import static dev.carnet.daemon.volume.VolumeException.Kind.CROSS_DEVICE;
import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is destroyed leaves its name at once and whole, and nothing else is touched. */
class AsideTest {
    private static final CheckpointName NAME = CheckpointName.of("runs/step-1");
    private static final BooleanSupplier GO_ON = () -> false;

    @TempDir
    private Path work;

    private Path root;

    static java.util.stream.Stream<Posix> kernels() {
        return SourceWalkTest.kernels();
    }

    @AfterEach
    void remove() {
        assertThat(Fixture.run("chmod", "-R", "u+rwx", work.toString())).isZero();
    }

    private Path tree() throws IOException {
        root = Files.createDirectories(work.resolve("volume"));
        Path tree = root.resolve("runs/step-1");
        Files.createDirectories(tree.resolve("a/b"));
        for (int i = 0; i < 1_100; i++) { // more than are listed at once
            Files.createFile(tree.resolve("a/b/" + i));
        }
        Files.writeString(tree.resolve("f"), "f");
        return tree;
    }

    private Path aside() {
        return root.resolve(".carnet/destroying/" + ID);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void a_tree_goes_whole_and_no_link_is_followed(Posix posix) throws IOException {
        Path tree = tree();
        Path outside = Files.createDirectories(work.resolve("outside/deep"));
        Files.writeString(outside.resolve("kept"), "kept");
        Files.createSymbolicLink(tree.resolve("a/link"), outside);
        Files.createSymbolicLink(tree.resolve("dangling"), work.resolve("nowhere"));
        Files.createLink(tree.resolve("hard"), outside.resolve("kept"));
        Files.setPosixFilePermissions(tree.resolve("a"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("r-xr-xr-x"));
        try (var volume = open(root, posix)) {
            NodeId node = volume.lookup(NAME).orElseThrow();
            assertThat(volume.isAside(ID)).isFalse();
            volume.setAside(NAME, ID, node);
            assertThat(tree).doesNotExist();
            assertThat(aside().resolve("f")).exists();
            assertThat(volume.isAside(ID)).isTrue();
            volume.setAside(NAME, ID, node); // as after a crash
            assertThat(volume.removeAside(ID, GO_ON)).isTrue();
            assertThat(volume.removeAside(ID, GO_ON)).isTrue();
            assertThat(root.resolve(".carnet/destroying")).isEmptyDirectory();
            assertThat(outside.resolve("kept")).hasContent("kept");
            assertThat(root.resolve("runs")).isEmptyDirectory();
        }
    }

    @Test
    void a_single_file_goes_too() throws IOException {
        tree();
        Path file = Files.writeString(root.resolve("one"), "x");
        try (var volume = open(root)) {
            CheckpointName one = CheckpointName.of("one");
            volume.setAside(one, ID, volume.lookup(one).orElseThrow());
            assertThat(file).doesNotExist();
            assertThat(volume.removeAside(ID, GO_ON)).isTrue();
        }
    }

    @Test
    void something_else_at_the_name_stays() throws IOException {
        Path tree = tree();
        try (var volume = open(root)) {
            NodeId node = volume.lookup(NAME).orElseThrow();
            Files.move(tree, root.resolve("moved"));
            assertRefused(NOT_FOUND, "nothing was removed", () -> volume.setAside(NAME, ID, node));
            Files.createDirectory(tree);
            Files.writeString(tree.resolve("theirs"), "theirs");
            assertRefused(CHANGED, "something else stands at " + tree, () -> volume.setAside(NAME, ID, node));
            assertThat(tree.resolve("theirs")).hasContent("theirs");
            assertThat(volume.isAside(ID)).isFalse();
        }
    }

    /** Between a look and a rename somebody can be quicker: then that comes back. */
    @Test
    void what_was_put_there_in_the_last_moment_comes_back() throws IOException {
        Path tree = tree();
        Posix posix = new Posix() {
            @Override
            int renameat2(int from, byte[] fromName, int to, byte[] toName, int flags) {
                if (Files.exists(tree.resolve("f"))) {
                    try {
                        Files.move(tree, root.resolve("moved"));
                        Files.createDirectory(tree);
                        Files.writeString(tree.resolve("theirs"), "theirs");
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
                return super.renameat2(from, fromName, to, toName, flags);
            }
        };
        try (var volume = open(root, posix)) {
            NodeId node = volume.lookup(NAME).orElseThrow();
            assertRefused(CHANGED, "something else", () -> volume.setAside(NAME, ID, node));
            assertThat(tree.resolve("theirs")).hasContent("theirs");
            assertThat(volume.isAside(ID)).isFalse();
        }
    }

    @Test
    void a_removal_that_was_stopped_goes_on() throws IOException {
        tree();
        try (var volume = open(root)) {
            volume.setAside(NAME, ID, volume.lookup(NAME).orElseThrow());
            AtomicInteger asked = new AtomicInteger();
            assertThat(volume.removeAside(ID, () -> asked.incrementAndGet() > 500))
                    .isFalse();
            assertThat(aside()).exists();
            assertThat(volume.removeAside(ID, GO_ON)).isTrue();
            assertThat(aside()).doesNotExist();
        }
    }

    /** Of this file system or of another: a mount is nothing of the tree. */
    @Test
    void what_is_mounted_in_it_is_not_entered() throws IOException {
        Path tree = tree();
        Path outside = Files.createDirectories(work.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "kept");
        Path mount = Files.createDirectory(tree.resolve("mount"));
        assumeTrue(
                Fixture.run("mount", "--bind", outside.toString(), mount.toString()) == 0, "needs the right to mount");
        try (var volume = open(root)) {
            volume.setAside(NAME, ID, volume.lookup(NAME).orElseThrow());
            assertRefused(CROSS_DEVICE, "is mounted at", () -> volume.removeAside(ID, GO_ON));
            assertThat(outside.resolve("kept")).hasContent("kept");
            assertThat(Fixture.run("umount", aside().resolve("mount").toString()))
                    .isZero();
            assertThat(volume.removeAside(ID, GO_ON)).isTrue();
            assertThat(outside.resolve("kept")).hasContent("kept");
        } finally {
            Fixture.run("umount", aside().resolve("mount").toString());
            Fixture.run("umount", mount.toString());
        }
    }

    @Test
    void an_id_is_no_path() throws IOException {
        tree();
        try (var volume = open(root)) {
            for (String id : new String[] {"", "..", "../records", ID + "/..", ID.toUpperCase(java.util.Locale.ROOT)}) {
                assertThatIllegalArgumentException().isThrownBy(() -> volume.removeAside(id, GO_ON));
            }
        }
    }
}
