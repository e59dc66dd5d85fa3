package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.Fixture.paths;
import static dev.carnet.daemon.volume.Fixture.walk;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_NAME;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_TYPE;
import static dev.carnet.daemon.volume.VolumeException.Kind.CHANGED;
import static dev.carnet.daemon.volume.VolumeException.Kind.IN_THE_WAY;
import static dev.carnet.daemon.volume.VolumeException.Kind.LIMIT;
import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_FOUND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carnet.proto.tree.MemberPath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a source walk finds, in which order, and what it refuses. */
class SourceWalkTest {
    @TempDir
    Path root;

    static Stream<Posix> kernels() {
        return Stream.of(new Posix(), new Fixture.WithoutOpenat2());
    }

    private Path put(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, path);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void visits_in_tree_order(Posix posix) throws IOException {
        for (String path :
                List.of("c/a/c", "c/a-b", "c/a/b/z", "c/a.b/x", "c/a0", "c/a-b-c/q", "c/a!", "c/b", "c/a-/y", "c/ab")) {
            put(path);
        }
        try (var volume = open(root, posix)) {
            var found = paths(walk(volume, "c"));
            assertThat(found)
                    .containsExactly(
                            ".", "a", "a!", "a-", "a-/y", "a-b", "a-b-c", "a-b-c/q", "a.b", "a.b/x", "a/b", "a/b/z",
                            "a/c", "a0", "ab", "b");
            assertThat(found).isSortedAccordingTo(MemberPath.ORDER);
        }
    }

    @Test
    void order_holds_for_random_names() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        String letters = "ab-/.0\u00e9";
        try (var volume = open(root)) {
            var staging = volume.staging(Fixture.ID);
            staging.makeDirectory(".");
            var made = new java.util.TreeSet<>(MemberPath.ORDER);
            made.add(".");
            for (int i = 0; i < 400; i++) {
                var name = new StringBuilder();
                for (int n = 1 + random.nextInt(9); n > 0; n--) {
                    name.append(letters.charAt(random.nextInt(letters.length())));
                }
                makeAll(staging, name.toString(), made);
            }
            var name = CheckpointName.of("random");
            staging.publish(name);
            assertThat(paths(walk(volume, "random"))).as("seed " + seed).containsExactlyElementsOf(made);
            for (int names : List.of(1, 5, 30)) {
                assertThat(pagedWalk(names))
                        .as("seed " + seed + ", " + names + " names")
                        .containsExactlyElementsOf(made);
            }
        }
    }

    /** As if every directory were too large to be held. */
    private List<String> pagedWalk(int namesHeldMax) {
        var posix = new Posix();
        int fd = posix.open(root.toString().getBytes(UTF_8), Posix.O_RDONLY);
        var disk = new Disk(
                posix, Fixture.spec(root), fd, java.util.OptionalInt.empty(), new Beneath(posix, fd, root.toString()));
        List<String> found = new ArrayList<>();
        new TreeWalk(
                        disk,
                        false,
                        Guard.none(posix),
                        Access.none(disk),
                        (member, print) -> found.add(member.path()),
                        namesHeldMax)
                .walk("random".getBytes(UTF_8));
        posix.close(fd);
        return found;
    }

    private static void makeAll(Staging staging, String path, java.util.Set<String> made) {
        String at = "";
        for (String component : path.split("/")) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                return;
            }
            at = at.isEmpty() ? component : at + "/" + component;
            staging.makeDirectory(at);
            made.add(at);
        }
    }

    @Test
    void gives_type_mode_size_time_and_fingerprint() throws IOException {
        Path file = put("c/f");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x-w---x"));
        // not with Files.setLastModifiedTime, which makes 0 of a time before 1970 with a fraction
        assertThat(Fixture.run("touch", "-d", "@-1.499999999", file.toString())).isZero();
        try (var volume = open(root);
                var source = volume.source("c", false)) {
            var prints = new ArrayList<Fingerprint>();
            var members = new ArrayList<Member>();
            source.walk((m, p) -> {
                members.add(m);
                prints.add(p);
            });
            assertThat(members.getLast()).isEqualTo(new Member("f", Member.Type.FILE, 0521, 3, -2, 500_000_001));
            assertThat(members.getFirst().type()).isEqualTo(Member.Type.DIRECTORY);
            assertThat(members.getFirst().size()).isZero();
            assertThat(prints.getLast().inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
            try (var opened = source.open("f")) {
                assertThat(opened.fingerprint()).isEqualTo(prints.getLast());
            }
        }
    }

    @Test
    void takes_a_single_file() throws IOException {
        put("d/model.ckpt");
        try (var volume = open(root);
                var source = volume.source("d/model.ckpt", false)) {
            assertThat(paths(walk(volume, "d/model.ckpt"))).containsExactly(".");
            assertThat(new String(Fixture.read(source, ".", 12), UTF_8)).isEqualTo("d/model.ckpt");
        }
    }

    @Test
    void refuses_links_and_says_what_to_do() throws IOException {
        put("c/f");
        Files.createSymbolicLink(root.resolve("c/l"), Path.of("f"));
        try (var volume = open(root)) {
            assertRefused(BAD_TYPE, "/c/l is a symbolic link", () -> walk(volume, "c"));
            assertRefused(BAD_TYPE, "--dereference", () -> walk(volume, "c"));
            assertRefused(BAD_TYPE, "--dereference", () -> volume.source("c/l", false));
            try (var source = volume.source("c", false)) {
                assertRefused(BAD_TYPE, "--dereference", () -> source.open("l").close());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void runs_through_no_link(Posix posix) throws IOException {
        put("real/c/f");
        Files.createSymbolicLink(root.resolve("l"), Path.of("real"));
        try (var volume = open(root, posix)) {
            assertRefused(IN_THE_WAY, "/l/c runs through a symbolic link", () -> volume.source("l/c", false));
            assertRefused(IN_THE_WAY, "runs through a file", () -> volume.source("real/c/f/g", false));
            assertRefused(NOT_FOUND, "nothing stands there", () -> volume.source("real/nothing/x", false));
            assertThat(volume.lookup(CheckpointName.of("real/nothing/x"))).isEmpty();
            assertRefused(IN_THE_WAY, "runs through a symbolic link", () -> volume.lookup(CheckpointName.of("l/c")));
            assertThat(volume.lookup(CheckpointName.of("l"))).isPresent();
        }
    }

    @Test
    void refuses_names_that_leave_the_volume_or_enter_the_daemons_folder() {
        try (var volume = open(root)) {
            for (String path : List.of(
                    "",
                    ".",
                    "..",
                    "../x",
                    "a/../b",
                    "/etc",
                    "a//b",
                    "a/",
                    "\0",
                    "\ud800",
                    ".carnet",
                    ".carnet/staging")) {
                assertThatExceptionOfType(VolumeException.class)
                        .as("'%s'", path)
                        .isThrownBy(() -> volume.source(path, false))
                        .matches(e -> e.kind() == BAD_NAME);
            }
        }
    }

    @Test
    void refuses_pipes_without_waiting_for_them() throws IOException {
        put("c/f");
        assertThat(Fixture.run("mkfifo", root.resolve("c/p").toString())).isZero();
        try (var volume = open(root);
                var source = volume.source("c", false)) {
            assertRefused(BAD_TYPE, "c/p is a pipe", () -> walk(volume, "c"));
            assertRefused(BAD_TYPE, "is a pipe", () -> source.open("p").close());
            assertRefused(BAD_TYPE, "is a directory", () -> source.open(".").close());
        }
    }

    @Test
    void refuses_names_that_are_no_utf8() throws IOException {
        put("c/f");
        var posix = new Posix();
        int dir = posix.open(root.resolve("c").toString().getBytes(UTF_8), Posix.O_RDONLY);
        int fd = posix.openat(dir, new byte[] {'x', (byte) 0xff, 'y'}, Posix.O_WRONLY | Posix.O_CREAT, 0600);
        assertThat(fd).isPositive();
        posix.close(fd);
        posix.close(dir);
        try (var volume = open(root)) {
            assertRefused(BAD_NAME, "'x\\xffy' in " + root + "/c is no valid UTF-8", () -> walk(volume, "c"));
        }
    }

    @Test
    void limits_depth() throws IOException {
        put("c/" + "d/".repeat(63) + "f");
        try (var volume = open(root)) {
            assertThat(walk(volume, "c")).hasSize(65);
            put("c/" + "d/".repeat(64) + "f");
            assertRefused(LIMIT, "64 components", () -> walk(volume, "c"));
        }
    }

    @Test
    void lists_large_directories_in_pages() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            put("c/" + Integer.toHexString(i * 7919));
        }
        var posix = new Posix();
        int fd = posix.open(root.resolve("c").toString().getBytes(UTF_8), Posix.O_RDONLY);
        List<String> seen = new ArrayList<>();
        byte[] after = null;
        boolean more = true;
        while (more) {
            var page = Listing.page(posix, fd, after, 37).value();
            assertThat(page.names()).hasSizeLessThanOrEqualTo(37);
            page.names().forEach(name -> seen.add(new String(name, UTF_8)));
            more = page.more();
            after = page.names().getLast();
        }
        posix.close(fd);
        assertThat(seen).hasSize(1_000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void a_file_that_shrank_is_reported_by_name() throws IOException {
        put("c/f");
        try (var volume = open(root);
                var source = volume.source("c", false);
                var file = source.open("f");
                var arena = Arena.ofConfined()) {
            var target = arena.allocate(16);
            file.read(target, 0, 3);
            try (var raw = new RandomAccessFile(root.resolve("c/f").toFile(), "rw")) {
                raw.setLength(1);
            }
            assertRefused(
                    CHANGED, "c/f changed while it was being read: it ends at byte 1", () -> file.read(target, 0, 3));
        }
    }

    @Test
    void a_directory_that_is_swapped_during_the_walk_is_noticed() throws IOException {
        put("c/d/f");
        put("other/f");
        try (var volume = open(root);
                var source = volume.source("c", false)) {
            assertRefused(
                    BAD_TYPE,
                    "c/d was a directory and is none any more",
                    () -> source.walk((m, p) -> {
                        if (m.path().equals("d")) {
                            try {
                                Files.move(root.resolve("c/d"), root.resolve("gone"));
                                Files.createSymbolicLink(root.resolve("c/d"), root.resolve("other"));
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }
                    }));
        }
    }
}
