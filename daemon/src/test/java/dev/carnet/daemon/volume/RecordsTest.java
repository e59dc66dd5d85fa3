package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.Fixture.assertRefused;
import static dev.carnet.daemon.volume.Fixture.directory;
import static dev.carnet.daemon.volume.Fixture.file;
import static dev.carnet.daemon.volume.Fixture.open;
import static dev.carnet.daemon.volume.VolumeException.Kind.IO;
import static dev.carnet.daemon.volume.VolumeException.Kind.LIMIT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies beside a checkpoint, and whether the checkpoint is still what it was. */
class RecordsTest {
    private static final CheckpointName NAME = CheckpointName.of("runs/step 1");
    private static final List<Member> MEMBERS = List.of(
            directory(".", 0755),
            directory("d", 0755),
            file("d/f", 0644),
            directory("e", 0755),
            file("new\nline \u00e9", 0644));

    @TempDir
    Path root;

    @Test
    void are_written_replaced_read_and_removed() throws IOException {
        try (var volume = open(root)) {
            var records = volume.records(NAME);
            assertThat(records.read("tree", 10)).isEmpty();
            records.remove();
            records.write("tree", out -> out.write("one".getBytes(UTF_8)));
            records.write("tree", out -> out.write("three".getBytes(UTF_8)));
            records.write("cvs", out -> {
                for (int i = 0; i < 200_000; i++) {
                    out.write(i);
                }
                out.write(new byte[150_000]);
            });
            assertThat(records.read("tree", 5))
                    .hasValueSatisfying(b -> assertThat(b).asString(UTF_8).isEqualTo("three"));
            assertThat(records.read("cvs", 350_000)).hasValueSatisfying(b -> {
                assertThat(b).hasSize(350_000);
                assertThat(b[65_537]).isEqualTo((byte) 65_537);
                assertThat(b[199_999]).isEqualTo((byte) 199_999);
            });
            assertRefused(LIMIT, "of 5 bytes; a record of at most 4 bytes", () -> records.read("tree", 4));
            assertThat(records.directory()).isEqualTo(root.resolve(".carnet/records/" + sha256(NAME.value())));
            try (var files = Files.list(records.directory())) {
                assertThat(files.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("tree", "cvs");
            }
            records.remove();
            records.remove();
            assertThat(records.directory()).doesNotExist();
            records.write("name", out -> out.write(1));
            assertThat(records.read("name", 1)).isPresent();
        }
    }

    private static String sha256(String text) {
        try {
            var digest = java.security.MessageDigest.getInstance("SHA-256");
            return java.util.HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_write_that_fails_leaves_the_old_record() {
        try (var volume = open(root)) {
            var records = volume.records(NAME);
            records.write("tree", out -> out.write(1));
            assertRefused(
                    IO,
                    "the reason",
                    () -> records.write("tree", out -> {
                        out.write(2);
                        throw new IOException("the reason");
                    }));
            assertThat(records.read("tree", 1).orElseThrow()).containsExactly(1);
            assertThat(records.directory()).isDirectoryNotContaining("glob:**.tmp");
        }
    }

    @Test
    void names_of_records_are_plain() {
        try (var volume = open(root)) {
            for (String file : List.of("", ".", "..", "../x", "a/b", "tree.tmp", "TREE", ".x")) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> volume.records(NAME).write(file, out -> {}));
            }
        }
    }

    @Test
    void nothing_recorded_is_nothing_known() {
        try (var volume = open(root)) {
            assertThat(volume.standsAsRecorded(NAME)).isFalse();
            Fixture.publish(volume, NAME, MEMBERS);
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
            volume.records(NAME).remove();
            assertThat(volume.standsAsRecorded(NAME)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add a file",
                "add a directory",
                "add a link",
                "remove a file",
                "remove an empty directory",
                "write other bytes and reset the time",
                "grow a file",
                "replace a file by its copy",
                "replace a file by a directory",
                "change a mode",
                "change the top's mode",
                "touch",
                "rename",
                "remove all",
                "damage the record",
                "cut the record",
                "lengthen the record"
            })
    void every_change_is_noticed(String change) throws Exception {
        try (var volume = open(root)) {
            Fixture.publish(volume, NAME, MEMBERS);
            assertThat(volume.standsAsRecorded(NAME)).isTrue();
            Thread.sleep(12); // a tick of the file system's clock
            change(
                    change,
                    root.resolve(NAME.value()),
                    volume.records(NAME).directory().resolve("prints"));
            assertThat(volume.standsAsRecorded(NAME)).as(change).isFalse();
        }
    }

    private static void change(String change, Path top, Path prints) throws IOException {
        Path f = top.resolve("d/f");
        switch (change) {
            case "add a file" -> Files.createFile(top.resolve("d/g"));
            case "add a directory" -> Files.createDirectory(top.resolve("d/g"));
            case "add a link" -> Files.createSymbolicLink(top.resolve("z"), f);
            case "remove a file" -> Files.delete(f);
            case "remove an empty directory" -> Files.delete(top.resolve("e"));
            case "write other bytes and reset the time" -> {
                var attributes = Files.readAttributes(f, BasicFileAttributes.class);
                Files.write(f, new byte[3], java.nio.file.StandardOpenOption.WRITE);
                Files.getFileAttributeView(f, BasicFileAttributeView.class)
                        .setTimes(attributes.lastModifiedTime(), null, null);
            }
            case "grow a file" -> Files.writeString(f, "more", java.nio.file.StandardOpenOption.APPEND);
            case "replace a file by its copy" -> {
                Path copy = top.resolveSibling("copy");
                Files.copy(f, copy, StandardCopyOption.COPY_ATTRIBUTES);
                Files.move(copy, f, StandardCopyOption.REPLACE_EXISTING);
            }
            case "replace a file by a directory" -> {
                Files.delete(f);
                Files.createDirectory(f);
            }
            case "change a mode" -> Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rw-rw-rw-"));
            case "change the top's mode" ->
                Files.setPosixFilePermissions(top, PosixFilePermissions.fromString("rwxrwxrwx"));
            case "touch" -> Files.setLastModifiedTime(f, Files.getLastModifiedTime(top));
            case "rename" -> Files.move(f, f.resolveSibling("g"));
            case "remove all" -> Files.move(top, top.resolveSibling("away"));
            case "damage the record" ->
                Files.writeString(prints, Files.readString(prints).replace(" d/f", " d/g"));
            case "cut the record" ->
                Files.writeString(prints, Files.readString(prints).replaceFirst("end.*\n", ""));
            case "lengthen the record" -> Files.writeString(prints, "x", java.nio.file.StandardOpenOption.APPEND);
            default -> throw new IllegalArgumentException(change);
        }
    }

    @Test
    void device_numbers_count_within_one_boot_only() throws IOException {
        try (var volume = open(root)) {
            Fixture.publish(volume, NAME, MEMBERS);
            Path prints = volume.records(NAME).directory().resolve("prints");
            String text = Files.readString(prints);
            String[] header = text.substring(0, text.indexOf('\n')).split(" ");
            String lines = text.substring(text.indexOf('\n'));
            for (var entry :
                    Map.of(header[2] + " 1", false, "other-boot 1", true).entrySet()) {
                Files.writeString(prints, header[0] + " " + header[1] + " " + entry.getKey() + lines);
                assertThat(volume.standsAsRecorded(NAME)).as(entry.getKey()).isEqualTo(entry.getValue());
            }
        }
    }
}
