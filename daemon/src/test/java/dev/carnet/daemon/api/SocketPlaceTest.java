package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the socket lies, who may open it, and what was there before. */
@Timeout(30)
class SocketPlaceTest {
    @TempDir
    private Path temp;

    private LocalApi api(Path socket) {
        return LocalApi.create(socket, new FakeTransfers(), new FakeFacts());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void the_directory_and_the_socket_are_for_the_group_at_most() throws IOException {
        var socket = temp.resolve("above/api/d.sock");
        try (var api = api(socket)) {
            api.start();
            assertThat(mode(socket.getParent())).isEqualTo("rwxr-x---");
            assertThat(mode(socket)).isEqualTo("rw-rw----");
            try (var files = Files.list(socket.getParent())) {
                assertThat(files.map(f -> f.getFileName().toString()))
                        .as("nothing is left of binding")
                        .containsExactlyInAnyOrder("d.sock", "d.sock.lock");
            }
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void nobody_reaches_the_socket_before_it_has_its_mode() throws IOException {
        var socket = temp.resolve("api/d.sock");
        try (var place = SocketPlace.claim(socket)) {
            place.publish(hidden -> {
                try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    assertThat(mode(hidden.getParent())).isEqualTo("rwx------");
                    assertThat(socket).doesNotExist();
                    server.bind(UnixDomainSocketAddress.of(hidden));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(mode(socket)).isEqualTo("rw-rw----");
        }
    }

    @Test
    void a_directory_that_others_can_write_is_refused() throws IOException {
        var directory = Files.createDirectory(temp.resolve("api"));
        for (String mode : new String[] {"rwxrwx---", "rwxr-x-w-", "rwxrwxrwx"}) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> api(directory.resolve("d.sock")).start())
                    .isInstanceOf(ApiStartException.class)
                    .hasMessageContaining("chmod 0750");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void so_is_one_of_another_user() throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(temp, "unix:uid")), "skipped: only root can give it away");
        var directory = Files.createDirectory(temp.resolve("api"));
        Files.setAttribute(directory, "unix:uid", 51_011);
        assertThatThrownBy(() -> api(directory.resolve("d.sock")).start())
                .isInstanceOf(ApiStartException.class)
                .hasMessageContaining("belongs to the user 51011");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void so_is_one_below_a_directory_that_everybody_can_write() throws IOException {
        var open = Files.createDirectory(temp.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> api(open.resolve("api/d.sock")).start())
                .isInstanceOf(ApiStartException.class)
                .hasMessageContaining("chmod o-w");
    }

    @Test
    void the_socket_of_a_dead_daemon_is_removed() throws IOException {
        var directory = Files.createDirectory(temp.resolve("api"));
        var socket = directory.resolve("d.sock");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        try (var api = api(socket)) {
            api.start();
            try (var raw = new Raw(socket)) {
                assertThat(raw.send(Raw.get("/v1/daemon")).answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_socket_that_somebody_serves_is_left_alone() throws IOException {
        var socket = Files.createDirectory(temp.resolve("api")).resolve("d.sock");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> api(socket).start())
                    .isInstanceOf(ApiStartException.class)
                    .hasMessageContaining("another daemon serves");
            assertThat(socket).exists();
        }
    }

    @Test
    void two_daemons_do_not_share_a_socket() throws IOException {
        var socket = temp.resolve("api/d.sock");
        try (var first = api(socket)) {
            first.start();
            assertThatThrownBy(() -> api(socket).start())
                    .isInstanceOf(ApiStartException.class)
                    .hasMessageContaining("another daemon serves");
            try (var raw = new Raw(socket)) {
                assertThat(raw.send(Raw.get("/v1/daemon")).answer().status())
                        .as("the first is unharmed")
                        .isEqualTo(200);
            }
        }
        try (var later = api(socket)) {
            later.start();
            assertThat(socket).exists();
        }
    }

    @Test
    void what_is_no_socket_is_never_removed() throws IOException {
        var file = Files.createDirectory(temp.resolve("api")).resolve("d.sock");
        Files.writeString(file, "mine");
        assertThatThrownBy(() -> api(file).start())
                .isInstanceOf(ApiStartException.class)
                .hasMessageContaining("no socket");
        assertThat(file).hasContent("mine");
    }

    @Test
    void a_path_that_is_too_long_is_named() {
        assertThatThrownBy(() ->
                        api(temp.resolve("x".repeat(100)).resolve("d.sock")).start())
                .isInstanceOf(ApiStartException.class)
                .hasMessageContaining("107 bytes");
    }
}
