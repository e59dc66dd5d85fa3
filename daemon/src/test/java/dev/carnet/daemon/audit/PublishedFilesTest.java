package dev.carnet.daemon.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.transport.StaticFile;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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
        write(path, path.getBytes(UTF_8));
    }

    private void write(String path, byte[] bytes) throws IOException {
        Path file = ledger.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private void publish(long size) throws IOException {
        write(
                "checkpoint",
                new SignedCheckpoint(
                                new LogCheckpoint("ledger.example.org/a", size, new Hash32(1, 2, 3, 4)),
                                List.of(new NoteSignature("k", 1, new byte[64])))
                        .encode());
    }

    private Optional<byte[]> bytes(String path) throws IOException {
        Optional<String> text = text(files.open(path), ISO_8859_1);
        return text.map(one -> one.getBytes(ISO_8859_1));
    }

    private static Optional<String> text(Optional<StaticFile> found) throws IOException {
        return text(found, UTF_8);
    }

    private static Optional<String> text(Optional<StaticFile> found, Charset charset) throws IOException {
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StaticFile file = found.get()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.bytes());
            while (bytes.hasRemaining()) {
                assertThat(file.content().read(bytes)).isPositive();
            }
            return Optional.of(new String(bytes.array(), charset));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tile/0/000",
                "tile/6/126",
                "tile/7/000.p/127",
                "tile/entries/x001/x234/067",
                "tile/entries/x001/x234/067.p/255",
                "tile/1/000.p/1",
                "blobs/sha256/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void the_paths_of_a_ledger_are_served(String path) throws IOException {
        publish(Long.MAX_VALUE);
        assertThat(files.open("/" + path)).as("not there yet").isEmpty();
        write(path);
        assertThat(text(files.open("/" + path))).contains(path);
        try (StaticFile file = files.open("/" + path).orElseThrow()) {
            assertThat(file.immutable()).isTrue();
            assertThat(file.contentType()).isEqualTo("application/octet-stream");
        }
    }

    @Test
    void the_log_checkpoint_is_served_and_changes() throws IOException {
        assertThat(files.open("/checkpoint")).as("not there yet").isEmpty();
        write("checkpoint");
        assertThat(text(files.open("/checkpoint"))).contains("checkpoint");
        try (StaticFile file = files.open("/checkpoint").orElseThrow()) {
            assertThat(file.immutable()).isFalse();
            assertThat(file.contentType()).isEqualTo("text/plain; charset=utf-8");
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
        publish(Long.MAX_VALUE);
        if (!path.endsWith("/")) {
            write(path);
        }
        assertThat(files.open("/" + path)).isEmpty();
    }

    @Test
    void a_path_is_written_in_one_way() throws IOException {
        publish(256);
        write("tile/0/000");
        write("../keys/log.ed25519");
        for (String path : List.of(
                "",
                "/",
                "checkpoint",
                "tile/0/000",
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
        publish(256);
        Files.createSymbolicLink(ledger.resolve("tile/0"), directory);
        Files.createSymbolicLink(ledger.resolve("blobs/sha256/" + HEX), outside);
        for (String path : List.of("/tile/0/000", "/blobs/sha256/" + HEX)) {
            assertThat(files.open(path)).as(path).isEmpty();
        }
        Files.delete(ledger.resolve("checkpoint"));
        Files.createSymbolicLink(ledger.resolve("checkpoint"), outside);
        assertThat(files.open("/checkpoint")).isEmpty();
    }

    @Test
    void only_files_are_opened() throws Exception {
        publish(256);
        Files.createDirectories(ledger.resolve("blobs/sha256"));
        Files.createDirectories(ledger.resolve("tile"));
        Files.writeString(ledger.resolve("tile/0"), "a file in the way");
        Path pipe = ledger.resolve("blobs/sha256/" + HEX);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(files.open("/tile/0/000")).isEmpty();
        assertThat(files.open("/blobs/sha256/" + HEX)).isEmpty();
        Files.delete(ledger.resolve("checkpoint"));
        Files.createDirectories(ledger.resolve("checkpoint"));
        assertThat(files.open("/checkpoint")).isEmpty();
    }

    /** It is built and perhaps signed, and lies there; who has to cosign it has not. */
    @Test
    void what_the_log_checkpoint_does_not_cover_has_no_path() throws IOException {
        List<String> ten = List.of("tile/entries/000.p/10", "tile/0/000.p/10");
        List<String> full = List.of("tile/entries/000", "tile/0/000", "tile/1/000.p/1");
        List<String> beyond = List.of("tile/entries/001.p/44", "tile/0/001.p/44");
        List<String> between = List.of("tile/entries/000.p/11", "tile/0/000.p/11");
        for (List<String> some : List.of(ten, full, beyond, between)) {
            for (String path : some) {
                write(path);
            }
        }
        assertServed(List.of(), ten, full, beyond, between);
        publish(10);
        assertServed(ten, full, beyond, between);
        publish(255);
        assertServed(between, full, beyond);
        publish(256);
        assertServed(full, beyond);
        publish(299);
        assertServed(full, beyond);
        publish(300);
        assertServed(beyond);
    }

    @SafeVarargs
    private void assertServed(List<String> served, List<String>... not) throws IOException {
        for (String path : served) {
            assertThat(text(files.open("/" + path))).as(path).contains(path);
        }
        for (List<String> some : not) {
            for (String path : some) {
                assertThat(files.open("/" + path)).as(path).isEmpty();
            }
        }
    }

    @Test
    void a_partial_tile_that_was_removed_is_the_beginning_of_the_one_that_lies_there() throws IOException {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            entries.add(("entry " + i).repeat(i).getBytes(UTF_8));
        }
        byte[] hashes = new byte[256 * 32];
        new Random(7).nextBytes(hashes);
        publish(9);
        write("tile/entries/000.p/9", Bundle.write(entries.subList(0, 9)));
        write("tile/0/000.p/9", Arrays.copyOf(hashes, 9 * 32));
        for (int width : new int[] {1, 7, 9}) {
            assertThat(bytes("/tile/entries/000.p/" + width)).contains(Bundle.write(entries.subList(0, width)));
            assertThat(bytes("/tile/0/000.p/" + width)).contains(Arrays.copyOf(hashes, width * 32));
        }
        assertThat(files.open("/tile/0/000.p/10")).isEmpty();
        publish(300);
        Files.delete(ledger.resolve("tile/entries/000.p/9"));
        Files.delete(ledger.resolve("tile/0/000.p/9"));
        assertThat(files.open("/tile/0/000.p/9")).as("nothing lies there").isEmpty();
        write("tile/entries/000", Bundle.write(entries));
        write("tile/0/000", hashes);
        for (int width : new int[] {1, 9, 200, 255}) {
            assertThat(bytes("/tile/entries/000.p/" + width)).contains(Bundle.write(entries.subList(0, width)));
            assertThat(bytes("/tile/0/000.p/" + width)).contains(Arrays.copyOf(hashes, width * 32));
        }
        write("tile/entries/000", Arrays.copyOf(Bundle.write(entries), 100));
        write("tile/0/000", Arrays.copyOf(hashes, 100));
        assertThatThrownBy(() -> files.open("/tile/entries/000.p/255")).hasMessageContaining("cut short");
        assertThatThrownBy(() -> files.open("/tile/0/000.p/255")).hasMessageContaining("cut short");
    }

    @Test
    void a_log_checkpoint_that_is_none_is_an_error_and_no_absence() throws IOException {
        write("checkpoint");
        write("tile/0/000");
        assertThatThrownBy(() -> files.open("/tile/0/000"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("log checkpoint");
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
