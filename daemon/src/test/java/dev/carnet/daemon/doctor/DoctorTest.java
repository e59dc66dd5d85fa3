package dev.carnet.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.FileSystemKind;
import dev.carnet.daemon.config.FileSystemKind.Trust;
import dev.carnet.daemon.config.StateDirectory;
import dev.carnet.daemon.doctor.Finding.Level;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private static final long MIB = 1L << 20;
    private static final FileSystemKind LOCAL = new FileSystemKind(1, "local", Trust.LOCAL);
    private static final FileSystemKind NETWORK = new FileSystemKind(2, "NFS", Trust.REFUSED);

    @TempDir
    Path folder;

    /** The tests run with the flags of jvm.flags, so that nothing may be amiss with Java here. */
    @Test
    void looks_at_this_very_machine() throws Exception {
        DaemonConfig config = config();
        StateDirectory.prepare(config);
        List<Finding> findings = Doctor.of(
                        config,
                        Instant::now,
                        () -> new TlsCheck.Facts("SunJCE", "X25519MLKEM768", 3000, 200),
                        () -> new RevocationCheck.Facts(config, Map.of(), Map.of()),
                        () -> new LedgerLook.Facts(Optional.empty(), Map.of(), Map.of()),
                        Optional::empty)
                .run();
        assertThat(findings)
                .extracting(Finding::check)
                .contains(
                        "hash",
                        "TLS",
                        "Java",
                        "state",
                        "volume models",
                        "identity",
                        "keys",
                        "revocation",
                        "ledger",
                        "clock",
                        "open files",
                        "memory",
                        "budgets");
        assertThat(findings)
                .filteredOn(finding -> List.of("Java", "identity", "keys", "revocation", "TLS", "budgets")
                        .contains(finding.check()))
                .allSatisfy(finding ->
                        assertThat(finding.level()).as(finding.toString()).isEqualTo(Level.OK));
        assertThat(findings).allSatisfy(finding -> {
            assertThat(finding.found()).isNotEmpty();
            assertThat(finding.whatToDo().isEmpty()).as(finding.toString()).isEqualTo(finding.level() == Level.OK);
        });
    }

    @Test
    void a_ledger_that_waits_and_a_peer_with_two_histories_are_told() {
        List<Finding> findings = new Doctor(List.of(new LedgerLook(() -> new LedgerLook.Facts(
                        Optional.of("w has not cosigned"),
                        Map.of("spiffe://b.example/d", "its log has two histories"),
                        Map.of()))))
                .run();
        assertThat(findings).extracting(Finding::level).containsOnly(Level.ERROR);
        assertThat(findings).extracting(Finding::found).anyMatch(found -> found.contains("w has not cosigned"));
        assertThat(findings).extracting(Finding::found).anyMatch(found -> found.startsWith("spiffe://b.example/d: "));
    }

    @Test
    void a_peer_that_does_not_prove_that_its_log_goes_on_is_told() {
        List<Finding> findings = new Doctor(List.of(new LedgerLook(() -> new LedgerLook.Facts(
                        Optional.empty(), Map.of(), Map.of("spiffe://b.example/d", "it may have two histories")))))
                .run();
        assertThat(findings).extracting(Finding::level).containsExactly(Level.WARNING);
        assertThat(findings.getFirst().found()).isEqualTo("spiffe://b.example/d: it may have two histories");
    }

    @Test
    void a_check_that_fails_does_not_end_the_others() {
        var broken = new TlsCheck(() -> {
            throw new IllegalStateException("no TLS");
        });
        var findings = new Doctor(List.of(broken, new ClockCheck(() -> Optional.of(true)))).run();
        assertThat(findings).extracting(Finding::level).containsExactly(Level.ERROR, Level.OK);
        assertThat(findings.getFirst().found()).contains("no TLS");
    }

    @Test
    void a_slow_hash_says_why() {
        assertThat(one(new HashCheck(() -> new HashCheck.Facts("scalar", false, "start java with it", 400_000_000))))
                .isEqualTo(new Finding(
                        "hash",
                        Level.WARNING,
                        "BLAKE3, scalar, 400 MB/s on one core: several times slower than it could be",
                        "start java with it"));
        assertThat(one(new HashCheck(() -> new HashCheck.Facts("512", true, "", 4_000_000_000L)))
                        .level())
                .isEqualTo(Level.OK);
    }

    @Test
    void a_slow_cipher_is_a_warning() {
        assertThat(one(new TlsCheck(() -> new TlsCheck.Facts("BC", "X25519MLKEM768", 97, 200)))
                        .level())
                .isEqualTo(Level.WARNING);
        assertThat(one(new TlsCheck(() -> new TlsCheck.Facts("SunJCE", "X25519MLKEM768", 0, 200))))
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.OK))
                .satisfies(finding -> assertThat(finding.found()).contains("not measured yet"));
    }

    @Test
    void missing_flags_are_named() {
        var findings = new JvmCheck(() -> new JvmCheck.Facts("25", List.of("--a", "--b"), "ANSI_X3.4-1968")).look();
        assertThat(findings).extracting(Finding::level).containsExactly(Level.ERROR, Level.ERROR);
        assertThat(findings.getFirst().found()).contains("--a, --b");
        assertThat(findings.getLast().whatToDo()).contains("LC_ALL=C.UTF-8");
    }

    @Test
    void state_needs_room_on_a_local_disk() {
        Path state = Path.of("/state");
        assertThat(StorageCheck.state(state, LOCAL, StorageCheck.STATE_BYTES_WANTED)
                        .level())
                .isEqualTo(Level.OK);
        assertThat(StorageCheck.state(state, LOCAL, StorageCheck.STATE_BYTES_WANTED - 1)
                        .level())
                .isEqualTo(Level.WARNING);
        assertThat(StorageCheck.state(state, LOCAL, StorageCheck.STATE_BYTES_MIN - 1)
                        .level())
                .isEqualTo(Level.ERROR);
        assertThat(StorageCheck.state(state, NETWORK, Long.MAX_VALUE).level()).isEqualTo(Level.ERROR);
    }

    @Test
    void a_volume_on_the_network_may_not_be_able_to_publish() throws Exception {
        var volume = config().volumes().getFirst();
        assertThat(StorageCheck.volume(volume, NETWORK, Long.MAX_VALUE))
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.WARNING))
                .satisfies(finding -> assertThat(finding.whatToDo()).contains("rename-without-noreplace"));
        assertThat(StorageCheck.volume(volume, LOCAL, 0).level()).isEqualTo(Level.WARNING);
        assertThat(StorageCheck.volume(volume, LOCAL, Long.MAX_VALUE).level()).isEqualTo(Level.OK);
    }

    @Test
    void a_volume_that_is_gone_is_an_error() throws Exception {
        DaemonConfig config = config();
        StateDirectory.prepare(config);
        Files.delete(folder.resolve("models"));
        assertThat(new StorageCheck(config).look().getLast().level()).isEqualTo(Level.ERROR);
    }

    @Test
    void a_certificate_is_missed_in_time() throws Exception {
        DaemonConfig config = config();
        Instant now = Instant.now();
        assertThat(identity(config, now)).isEqualTo(Level.OK);
        assertThat(identity(config, now.plus(Duration.ofDays(84)))).isEqualTo(Level.WARNING);
        assertThat(identity(config, now.plus(Duration.ofDays(91)))).isEqualTo(Level.ERROR);
    }

    @Test
    void an_open_key_of_the_daemon_is_an_error() throws Exception {
        DaemonConfig config = config();
        Path key = Files.createFile(
                Files.createDirectories(config.daemon().state().resolve("keys")).resolve("entry.ed25519"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Finding keys = new IdentityCheck(config, Instant::now).look().getLast();
        assertThat(keys.level()).isEqualTo(Level.ERROR);
        assertThat(keys.found()).contains(key.toString());
    }

    @Test
    void a_clock_that_nobody_keeps_is_a_warning() {
        assertThat(one(new ClockCheck(() -> Optional.of(false))).level()).isEqualTo(Level.WARNING);
        assertThat(one(new ClockCheck(Optional::empty)).found()).contains("unknown");
    }

    @Test
    void limits_are_compared_with_what_is_wanted() throws Exception {
        DaemonConfig config = config();
        assertThat(limits(config, new LimitsCheck.Facts(65_536, 4_096 * MIB, 192 * MIB, 160 * MIB)))
                .containsExactly(Level.OK, Level.OK, Level.OK);
        assertThat(limits(config, new LimitsCheck.Facts(1_024, 512 * MIB, 192 * MIB, 143 * MIB)))
                .containsExactly(Level.WARNING, Level.WARNING, Level.ERROR);
    }

    private static List<Level> limits(DaemonConfig config, LimitsCheck.Facts facts) {
        return new LimitsCheck(config, () -> facts)
                .look().stream().map(Finding::level).toList();
    }

    private static Level identity(DaemonConfig config, Instant at) {
        return new IdentityCheck(config, () -> at).look().getFirst().level();
    }

    private static Finding one(Check check) {
        assertThat(check.look()).hasSize(1);
        return check.look().getFirst();
    }

    private DaemonConfig config() throws Exception {
        var identities = Identities.system();
        var ca = identities.makeAuthority("example.org", folder.resolve("ca"));
        identities.issue(ca, SpiffeId.parse("spiffe://example.org/n"), folder.resolve("identity"));
        Files.createDirectory(folder.resolve("models"));
        return Config.load(Files.writeString(folder.resolve("carnetd.toml"), """
                        [daemon]
                        state = "state"
                        [identity]
                        certificate = "identity/cert.pem"
                        key = "identity/key.pem"
                        [identity.trust]
                        "example.org" = "identity/trust.pem"
                        [[volume]]
                        name = "models"
                        path = "models"
                        """));
    }
}
