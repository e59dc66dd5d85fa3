package dev.carnet.daemon.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.StaticFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a ledger's directory can be had, and what cannot. */
@Timeout(20)
class PublishedFilesTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @TempDir
    Path temp;

    private Path ledger;
    private PublishedFiles files;

    @BeforeEach
    void make() {
        ledger = temp.resolve("ledger");
        files = new PublishedFiles(ledger);
    }

    private void write(String path) throws IOException {
        Path file = ledger.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, path);
    }

    private static Optional<String> text(Optional<StaticFile> found) throws IOException {
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StaticFile file = found.get()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.bytes());
            while (bytes.hasRemaining()) {
                assertThat(file.content().read(bytes)).isPositive();
            }
            return Optional.of(new String(bytes.array(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "checkpoint",
                "tile/0/000",
                "tile/7/999",
                "tile/entries/x001/x234/067",
                "tile/entries/x001/x234/067.p/255",
                "tile/1/000.p/1",
                "blobs/sha256/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void the_paths_of_a_ledger_are_served(String path) throws IOException {
        assertThat(files.open("/" + path)).as("not there yet").isEmpty();
        write(path);
        assertThat(text(files.open("/" + path))).contains(path);
        try (StaticFile file = files.open("/" + path).orElseThrow()) {
            assertThat(file.immutable()).isEqualTo(!path.equals("checkpoint"));
            assertThat(file.contentType())
                    .isEqualTo(path.equals("checkpoint") ? "text/plain; charset=utf-8" : "application/octet-stream");
        }
    }

    /** Every one of them is there to be read, if only its path were a ledger's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "journal/20261125-1000.cq4",
                "lock",
                "CHECKPOINT",
                "checkpoint.tmp",
                "checkpoint/",
                "tile/0/000.tmp",
                "tile/0/00",
                "tile/0/0000",
                "tile/00/000",
                "tile/8/000",
                "tile/-1/000",
                "tile/0/x000/000",
                "tile/0/001/000",
                "tile/0/000.p/0",
                "tile/0/000.p/256",
                "tile/0/000.p/01",
                "tile/0/000.p",
                "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                "tile/entries",
                "tile/Entries/000",
                "blobs/sha256/incoming.tmp",
                "blobs/sha256/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
                "blobs/sha512/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void nothing_else_has_a_path(String path) throws IOException {
        if (!path.endsWith("/")) {
            write(path);
        }
        assertThat(files.open("/" + path)).isEmpty();
    }

    @Test
    void a_path_is_written_in_one_way() throws IOException {
        write("checkpoint");
        write("tile/0/000");
        write("../keys/log.ed25519");
        for (String path : List.of(
                "",
                "/",
                "checkpoint",
                "//checkpoint",
                "/./checkpoint",
                "/tile/../checkpoint",
                "/../ledger/checkpoint",
                "/../keys/log.ed25519",
                "/tile/0/../../../keys/log.ed25519",
                "/%63heckpoint",
                "/tile%2F0%2F000",
                "/tile/0/000?",
                "/tile/0/000#",
                "/tile/0/000\0",
                "/tile\\0\\000",
                "/tile/0//000",
                "/" + "tile/".repeat(10_000) + "0/000")) {
            assertThat(files.open(path)).as(path).isEmpty();
        }
    }

    @Test
    void no_link_is_followed() throws IOException {
        Path outside = Files.writeString(temp.resolve("secret"), "secret");
        Path directory = Files.createDirectories(temp.resolve("elsewhere"));
        Files.writeString(directory.resolve("000"), "secret");
        Files.createDirectories(ledger.resolve("tile"));
        Files.createDirectories(ledger.resolve("blobs/sha256"));
        Files.createSymbolicLink(ledger.resolve("checkpoint"), outside);
        Files.createSymbolicLink(ledger.resolve("tile/0"), directory);
        Files.createSymbolicLink(ledger.resolve("blobs/sha256/" + HEX), outside);
        for (String path : List.of("/checkpoint", "/tile/0/000", "/blobs/sha256/" + HEX)) {
            assertThat(files.open(path)).as(path).isEmpty();
        }
    }

    @Test
    void only_files_are_opened() throws Exception {
        Files.createDirectories(ledger.resolve("checkpoint"));
        Files.createDirectories(ledger.resolve("blobs/sha256"));
        Files.createDirectories(ledger.resolve("tile"));
        Files.writeString(ledger.resolve("tile/0"), "a file in the way");
        Path pipe = ledger.resolve("blobs/sha256/" + HEX);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(files.open("/checkpoint")).isEmpty();
        assertThat(files.open("/tile/0/000")).isEmpty();
        assertThat(files.open("/blobs/sha256/" + HEX)).isEmpty();
    }

    @Test
    void a_partial_tile_is_gone_with_the_full_one() throws IOException {
        write("tile/0/000");
        assertThat(files.open("/tile/0/000.p/7"))
                .as("readers take the full one")
                .isEmpty();
        write("tile/0/001.p/7");
        assertThat(text(files.open("/tile/0/001.p/7"))).contains("tile/0/001.p/7");
        assertThat(files.open("/tile/0/001")).isEmpty();
    }

    /** The one file that changes is replaced: who reads it has one of the two, whole. */
    @Test
    void a_checkpoint_that_is_replaced_is_read_as_it_was() throws IOException {
        write("checkpoint");
        Optional<StaticFile> before = files.open("/checkpoint");
        Path next = Files.writeString(ledger.resolve("next"), "another and a longer one");
        Files.move(next, ledger.resolve("checkpoint"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        assertThat(text(before)).contains("checkpoint");
        assertThat(text(files.open("/checkpoint"))).contains("another and a longer one");
    }
}
