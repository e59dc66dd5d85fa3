package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.paths;
import static dev.carnet.daemon.volume.Fixture.walk;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_TYPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The daemon's state lies below a volume that is only read, as in a home directory; every way to it that is not its name is tried. */
class ForbiddenTest {
    private static final String STATE = "the daemon's own state directory";

    @TempDir
    Path outside;

    private Path root;
    private Path state;

    static Stream<Posix> kernels() {
        return Stream.of(new Posix(), new Fixture.WithoutOpenat2());
    }

    @BeforeEach
    void home() throws IOException {
        root = Files.createDirectory(outside.resolve("home"));
        state = root.resolve("carnet/state");
        makeState();
        Files.createDirectories(root.resolve("ckpt/deep"));
        Files.writeString(root.resolve("ckpt/weights"), "weights");
    }

    private void makeState() throws IOException {
        Files.createDirectories(state.resolve("keys/previous"));
        Files.createDirectories(state.resolve("ledger/journal"));
        Files.writeString(state.resolve("ledger/journal/1"), "journal");
        Files.writeString(state.resolve("keys/entry.ed25519"), "secret");
        Files.writeString(state.resolve("keys/previous/entry.ed25519"), "old secret");
    }

    private Volume open() {
        return open(new Posix(), state);
    }

    private Volume open(Posix posix, Path stateAsConfigured) {
        return Volumes.open(
                new VolumeSpec("v", root, true, null, 0, false),
                posix,
                new Forbidden(stateAsConfigured, STATE),
                new Forbidden(stateAsConfigured.resolve("keys"), STATE),
                new Forbidden(stateAsConfigured.resolve("keys/previous"), STATE),
                new Forbidden(root.resolve("identity.pem"), "the daemon's own identity key"));
    }

    private void link(String at, Object target) throws IOException {
        Files.createSymbolicLink(root.resolve(at), Path.of(target.toString()));
    }

    private static void assertNeither(Volume volume, String source) {
        for (boolean dereference : List.of(false, true)) {
            assertRefused(BAD_TYPE, STATE, () -> walk(volume, source, dereference));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void what_does_not_hold_it_travels(Posix posix) throws IOException {
        link("ckpt/also", "weights");
        Files.createDirectory(root.resolve("carnet/other"));
        try (var volume = open(posix, state)) {
            assertThat(paths(walk(volume, "ckpt", true))).containsExactly(".", "also", "deep", "weights");
            assertThat(paths(walk(volume, "carnet/other"))).containsExactly(".");
            try (var source = volume.source("ckpt", true)) {
                assertThat(Fixture.read(source, "also", 7)).asString().isEqualTo("weights");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void by_its_name(Posix posix) {
        try (var volume = open(posix, state)) {
            for (String source : List.of(
                    "carnet", // holds it
                    "carnet/state",
                    "carnet/state/keys",
                    "carnet/state/keys/entry.ed25519",
                    "carnet/state/keys/previous/entry.ed25519",
                    "carnet/state/ledger/journal")) {
                assertNeither(volume, source);
            }
            try (var tree = volume.source("carnet", false)) {
                for (String file : List.of("state/keys/entry.ed25519", "state/ledger/journal/1")) {
                    assertRefused(BAD_TYPE, STATE, () -> tree.open(file).close());
                }
            }
        }
    }

    /** The path in the configuration is a link itself, into the volume or into another one. */
    @Test
    void by_its_true_name_where_the_configuration_gives_a_link() throws IOException {
        Path configured = Files.createSymbolicLink(outside.resolve("state"), state);
        try (var volume = open(new Posix(), configured)) {
            assertNeither(volume, "carnet/state");
            assertNeither(volume, "carnet/state/ledger/journal");
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void by_a_link_that_is_followed(Posix posix) throws IOException {
        link("state", "carnet/state");
        link("up", "carnet");
        try (var volume = open(posix, state)) {
            for (String target : List.of(
                    "../carnet/state/keys/entry.ed25519",
                    root + "/carnet/state/keys/entry.ed25519",
                    "../carnet/state/ledger/journal",
                    "../carnet/state",
                    "../carnet",
                    "../state/ledger",
                    "../up/state/keys",
                    "../carnet/state/../../ckpt/weights", // only through it
                    "deep/../../state/keys/previous/entry.ed25519")) {
                link("ckpt/x", target);
                assertRefused(BAD_TYPE, STATE, () -> walk(volume, "ckpt", true));
                try (var source = volume.source("ckpt", true)) {
                    String below = target.endsWith("carnet") ? "x/state/keys/entry.ed25519" : "x";
                    assertRefused(BAD_TYPE, STATE, () -> source.open(below).close());
                }
                Files.delete(root.resolve("ckpt/x"));
            }
            assertRefused(BAD_TYPE, STATE, () -> volume.source("state", true));
            assertRefused(BAD_TYPE, STATE, () -> volume.source("up/state/ledger", true));
        }
    }

    @Test
    void by_a_hard_link_to_a_key() throws IOException {
        for (String key : List.of("keys/entry.ed25519", "keys/previous/entry.ed25519")) {
            Path other = Files.createLink(root.resolve("ckpt/deep/other"), state.resolve(key));
            try (var volume = open()) {
                assertNeither(volume, "ckpt");
                assertNeither(volume, "ckpt/deep/other");
                try (var source = volume.source("ckpt", false)) {
                    assertRefused(
                            BAD_TYPE,
                            "ckpt/deep/other",
                            () -> source.open("deep/other").close());
                }
            }
            Files.delete(other);
        }
    }

    @Test
    void a_key_that_lies_behind_a_link() throws IOException {
        Files.writeString(root.resolve("ckpt/deep/key"), "secret");
        Files.createSymbolicLink(state.resolve("keys/log.ed25519"), root.resolve("ckpt/deep/key"));
        Files.createSymbolicLink(state.resolve("keys/nothing"), root.resolve("missing"));
        try (var volume = open()) {
            assertNeither(volume, "ckpt");
        }
    }

    @Test
    void a_single_file_that_comes_later_and_is_replaced() throws IOException {
        Path key = root.resolve("identity.pem");
        try (var volume = open()) {
            for (int i = 0; i < 2; i++) {
                Files.writeString(key, "secret");
                Files.deleteIfExists(root.resolve("ckpt/k"));
                Files.createLink(root.resolve("ckpt/k"), key);
                assertRefused(BAD_TYPE, "the daemon's own identity key", () -> walk(volume, "ckpt"));
                assertRefused(BAD_TYPE, "the daemon's own identity key", () -> walk(volume, "identity.pem"));
                Files.delete(key);
            }
        }
    }

    @Test
    void after_it_was_moved_away_and_made_anew() throws IOException {
        try (var volume = open()) {
            Files.move(state, root.resolve("ckpt/deep/moved"));
            assertNeither(volume, "ckpt");
            assertNeither(volume, "ckpt/deep/moved/ledger/journal");
            makeState();
            assertNeither(volume, "ckpt/deep/moved/keys");
            assertNeither(volume, "carnet");
            assertNeither(volume, "carnet/state/ledger/journal");
        }
    }

    @Test
    void it_is_moved_into_a_source_that_is_open() throws IOException {
        try (var volume = open();
                var source = volume.source("ckpt", false)) {
            Files.move(state, root.resolve("ckpt/deep/moved"));
            assertRefused(BAD_TYPE, STATE, () -> source.walk((member, print) -> {}));
            for (String file : List.of("keys/entry.ed25519", "ledger/journal/1")) {
                assertRefused(
                        BAD_TYPE, STATE, () -> source.open("deep/moved/" + file).close());
            }
        }
    }

    @Test
    void by_a_mount_of_it_or_of_a_directory_in_it() throws IOException {
        Path mount = Files.createDirectory(root.resolve("ckpt/deep/mount"));
        for (String what : List.of("", "keys", "keys/previous", "ledger")) {
            assumeTrue(
                    Fixture.run("mount", "--bind", state.resolve(what).toString(), mount.toString()) == 0,
                    "needs the right to mount");
            try (var volume = open()) {
                assertNeither(volume, "ckpt");
                assertNeither(volume, "ckpt/deep/mount");
            } finally {
                assertThat(Fixture.run("umount", mount.toString())).isZero();
            }
        }
    }

    @Test
    void a_volume_that_lies_in_it_gives_nothing() throws IOException {
        root = Files.createDirectories(state.resolve("ledger/blobs/deep"));
        Files.writeString(Files.createDirectory(root.resolve("c")).resolve("f"), "f");
        try (var volume = open()) {
            assertNeither(volume, "c");
        }
    }

    @Test
    void nothing_stays_open() throws IOException {
        try (var volume = open()) {
            walk(volume, "ckpt"); // whatever the first use of this room opens for good
        }
        long before = descriptors();
        for (int i = 0; i < 20; i++) {
            try (var volume = open()) {
                walk(volume, "ckpt", true);
                assertNeither(volume, "carnet");
                assertNeither(volume, "carnet/state/keys/previous");
            }
        }
        assertThat(descriptors()).isLessThan(before + 20);
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
