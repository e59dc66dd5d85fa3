package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.Fixture.paths;
import static dev.carnet.daemon.volume.Fixture.walk;
import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_TYPE;
import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_FOUND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links are followed to what lies in the same volume, and nowhere else. */
class DereferenceTest {
    @TempDir
    Path outside;

    private Path root;

    @BeforeEach
    void root() throws IOException {
        root = Files.createDirectory(outside.resolve("volume"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createDirectories(root.resolve("c"));
        Files.writeString(root.resolve("c/f"), "f");
    }

    private void link(String at, String target) throws IOException {
        Files.createDirectories(root.resolve(at).getParent());
        Files.createSymbolicLink(root.resolve(at), Path.of(target));
    }

    @Test
    void a_hugging_face_cache_becomes_plain_files() throws IOException {
        Files.createDirectories(root.resolve("hub/blobs"));
        Files.writeString(root.resolve("hub/blobs/0abc"), "weights");
        link("hub/snapshots/rev/model.safetensors", "../../blobs/0abc");
        link("hub/snapshots/rev/absolute", root.resolve("hub/blobs/0abc").toString());
        link("main", "hub/snapshots/rev");
        try (var volume = open(root);
                var source = volume.source("main", true)) {
            var members = walk(volume, "main", true);
            assertThat(paths(members)).containsExactly(".", "absolute", "model.safetensors");
            assertThat(members.getLast().size()).isEqualTo(7);
            assertThat(new String(Fixture.read(source, "model.safetensors", 7), UTF_8))
                    .isEqualTo("weights");
            assertThat(new String(Fixture.read(source, "absolute", 7), UTF_8)).isEqualTo("weights");
        }
    }

    @Test
    void linked_directories_are_walked_in_tree_order() throws IOException {
        Files.createDirectories(root.resolve("other/deep"));
        Files.writeString(root.resolve("other/deep/g"), "g");
        link("c/a", "../other");
        Files.writeString(root.resolve("c/a-b"), "");
        try (var volume = open(root)) {
            assertThat(paths(walk(volume, "c", true))).containsExactly(".", "a", "a-b", "a/deep", "a/deep/g", "f");
        }
    }

    @Test
    void what_leads_out_is_refused_by_name() throws IOException {
        try (var volume = open(root)) {
            for (String target : List.of(
                    "../../secret", "/etc/passwd", outside + "/secret", "../../volume2", "..", "../.carnet/x")) {
                link("c/l", target);
                assertRefused(BAD_TYPE, "/c/l", () -> walk(volume, "c", true));
                try (var source = volume.source("c", true)) {
                    assertRefused(
                            BAD_TYPE,
                            "only links to what lies in the same volume",
                            () -> source.open("l").close());
                }
                Files.delete(root.resolve("c/l"));
            }
        }
    }

    @Test
    void circles_end() throws IOException {
        try (var volume = open(root)) {
            link("c/l", ".");
            assertRefused(BAD_TYPE, "in a circle", () -> walk(volume, "c", true));
            Files.delete(root.resolve("c/l"));
            link("c/x", "y");
            link("c/y", "x");
            assertRefused(BAD_TYPE, "more than 40 links", () -> walk(volume, "c", true));
        }
    }

    @Test
    void a_link_to_nothing_is_refused() throws IOException {
        link("c/l", "missing");
        try (var volume = open(root)) {
            assertRefused(NOT_FOUND, "c/l", () -> walk(volume, "c", true));
        }
    }
}
