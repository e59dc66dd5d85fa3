package dev.carnet.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.config.FileSystemKind.Trust;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the configuration names: identity files, volumes, the state directory. */
class ConfigCheckTest {
    private static final SpiffeId NORTH = SpiffeId.parse("spiffe://example.org/carnet/north");

    @TempDir
    Path folder;

    private final Instant now = Instant.now();
    private final Identities identities = Identities.system();
    private Authority ca;

    @BeforeEach
    void identity() throws Exception {
        ca = identities.makeAuthority("example.org", folder.resolve("ca"));
        identities.issue(ca, NORTH, folder.resolve("identity"));
        Files.createDirectory(folder.resolve("models"));
    }

    @Test
    void what_is_right_has_no_problems() throws Exception {
        DaemonConfig config = load("identity", "");
        assertThat(ConfigCheck.problems(config, now)).isEmpty();
        IdentityFiles files = IdentityFiles.load(config, now);
        assertThat(files.id()).isEqualTo(NORTH);
        assertThat(files.anchors().trustDomains()).containsExactly("example.org");
        assertThat(files.notAfter()).isAfter(now);
    }

    @Test
    void each_file_that_is_missing_is_named() throws Exception {
        DaemonConfig config = load("nowhere", "");
        assertThat(keys(ConfigCheck.problems(config, now)))
                .containsExactly("identity.trust.example.org", "identity.certificate", "identity.key");
    }

    @Test
    void a_key_of_another_certificate_is_found() throws Exception {
        identities.issue(ca, NORTH, folder.resolve("other"));
        Files.copy(
                folder.resolve("other/key.pem"),
                folder.resolve("identity/key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(ConfigCheck.problems(load("identity", ""), now))
                .singleElement()
                .satisfies(problem -> assertThat(problem.sentence()).contains("is not the key of"));
    }

    @Test
    void a_certificate_of_another_ca_or_of_another_time_is_found() throws Exception {
        Authority other = identities.makeAuthority("example.org", folder.resolve("other-ca"));
        identities.issue(other, NORTH, folder.resolve("other"));
        Files.copy(
                folder.resolve("ca/ca.pem"),
                folder.resolve("other/trust.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(keys(ConfigCheck.problems(load("other", ""), now))).containsExactly("identity.certificate");
        Instant later = now.plus(Duration.ofDays(91));
        assertThat(ConfigCheck.problems(load("identity", ""), later))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("identity.certificate");
                    assertThat(problem.sentence())
                            .startsWith(folder.resolve("identity/cert.pem") + ": the certificate of " + NORTH
                                    + " expired at ")
                            .contains("it is " + later.truncatedTo(ChronoUnit.SECONDS) + " here: renew it");
                });
    }

    /** Its peers may all live in other domains: then nobody here can judge its certificate, but its time can be judged. */
    @Test
    void a_daemon_needs_no_anchor_of_its_own_domain() throws Exception {
        Authority other = identities.makeAuthority("other.org", folder.resolve("other-ca"));
        identities.issue(other, SpiffeId.parse("spiffe://other.org/x"), folder.resolve("other"));
        Files.copy(
                folder.resolve("ca/ca.pem"),
                folder.resolve("other/trust.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        DaemonConfig config = load("other", "");
        assertThat(ConfigCheck.problems(config, now)).isEmpty();
        assertThat(keys(ConfigCheck.problems(config, now.plus(Duration.ofDays(91)))))
                .containsExactly("identity.certificate");
        assertThat(ConfigCheck.problems(config, now.minus(Duration.ofDays(2))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.sentence()).contains("is valid only from"));
    }

    @Test
    void a_key_that_others_can_read_is_found() throws Exception {
        Path key = folder.resolve("identity/key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(ConfigCheck.problems(load("identity", ""), now))
                .singleElement()
                .satisfies(problem -> assertThat(problem.sentence()).contains("chmod 0600 " + key));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(ConfigCheck.problems(load("identity", ""), now)).isEmpty();
    }

    @Test
    void volumes_have_to_be_there() throws Exception {
        DaemonConfig config = load("identity", """
                [[volume]]
                name = "none"
                path = "none"
                [[volume]]
                name = "group"
                path = "models"
                group = "no-such-group-here"
                """);
        assertThat(keys(ConfigCheck.problems(config, now))).containsExactly("volume none", "volume group");
    }

    @Test
    void the_state_directory_is_made_for_its_owner_alone() throws Exception {
        DaemonConfig config = load("identity", "");
        assertThat(StateDirectory.prepare(config)).hasSizeLessThan(2);
        Path state = config.daemon().state();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        StateDirectory.prepare(config); // and taken again
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> StateDirectory.prepare(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("daemon.state: ")
                .hasMessageContaining("chmod 0700 " + state);
        assertThat(keys(ConfigCheck.problems(config, now))).containsExactly("daemon.state");
    }

    @Test
    void a_file_is_no_state_directory() throws Exception {
        DaemonConfig config = load("identity", "");
        Files.createFile(
                Files.createDirectories(config.daemon().state().getParent()).resolve("state"));
        assertThatThrownBy(() -> StateDirectory.prepare(config)).hasMessageContaining("is not a directory");
    }

    @ParameterizedTest
    @CsvSource({
        "ef53,LOCAL",
        "9123683e,LOCAL",
        "1021994,VOLATILE",
        "794c7630,VOLATILE",
        "6969,REFUSED",
        "ff534d42,REFUSED",
        "fe534d42,REFUSED",
        "65735546,REFUSED",
        "1021997,REFUSED",
        "bd00bd0,REFUSED",
        "1,UNKNOWN"
    })
    void file_systems_are_known_by_their_magic(String magic, Trust trust) {
        FileSystemKind kind = FileSystemKind.ofMagic(Long.parseLong(magic, 16));
        assertThat(kind.trust()).isEqualTo(trust);
        assertThat(kind.reason().isEmpty()).isEqualTo(trust == Trust.LOCAL);
    }

    /** The kernel tells the same as its table of mounts. */
    @Test
    void the_kernel_is_asked_for_the_magic() throws Exception {
        assertThat(FileSystemKind.of(Path.of("/proc")).magic()).isEqualTo(0x9fa0);
        if (Files.getFileStore(Path.of("/dev/shm")).type().equals("tmpfs")) {
            assertThat(FileSystemKind.of(Path.of("/dev/shm")).name()).isEqualTo("tmpfs");
        }
        assertThatThrownBy(() -> FileSystemKind.of(folder.resolve("none"))).hasMessageContaining("errno 2");
    }

    private DaemonConfig load(String identity, String more) throws Exception {
        String text = """
                [daemon]
                state = "deep/state"
                [identity]
                certificate = "@/cert.pem"
                key = "@/key.pem"
                [identity.trust]
                "example.org" = "@/trust.pem"
                """.replace("@", identity);
        return Config.load(Files.writeString(folder.resolve("carnetd.toml"), text + more));
    }

    private static List<String> keys(List<Problem> problems) {
        return problems.stream().map(Problem::key).toList();
    }
}
