package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.Predicate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, their files, and what binds them to an identity. */
class KeyringTest {
    private static final List<String> FILES = List.of(
            "entry.ed25519",
            "entry.mldsa44",
            "log.ed25519",
            "log.mldsa44",
            "manifest.p256",
            "witness.ed25519",
            "witness.mldsa44");

    @TempDir
    Path directory;

    private LedgerFixture open() {
        return LedgerFixture.open(directory);
    }

    private Path file(String name) {
        return directory.resolve("keys").resolve(name);
    }

    @Test
    void all_keys_are_made_at_first_start_and_bound() throws Exception {
        try (var daemon = open()) {
            var evidence = daemon.ledger.keys().evidence();
            var binding = KeyBinding.verify(evidence.binding(), evidence.proof());
            assertThat(binding.list().spiffeId()).isEqualTo("spiffe://example.org/node/a");
            assertThat(binding.list().origin()).isEqualTo("example.org/node/a").isEqualTo(daemon.ledger.origin());
            assertThat(binding.list().previous()).isEmpty();
            assertThat(binding.list().keys()).isEqualTo(daemon.ledger.keys().publicKeys());
            assertThat(daemon.ledger
                            .find(new EntryKey("daemon", "self", Predicate.KEY_BINDING, 0))
                            .orElseThrow()
                            .envelope())
                    .isEqualTo(evidence.binding());
        }
        try (var files = Files.list(directory.resolve("keys"))) {
            assertThat(files.map(f -> f.getFileName().toString()).sorted()).isEqualTo(FILES);
        }
        for (var name : FILES) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void a_restart_and_a_new_tls_key_change_nothing() {
        byte[] binding;
        try (var daemon = open()) {
            binding = daemon.ledger.keys().evidence().binding();
        }
        try (var daemon =
                LedgerFixture.open(directory, TestLeaf.of(LedgerFixture.ID), Optional.of("example.org/node/a"), 0)) {
            assertThat(daemon.ledger.keys().evidence().binding()).isEqualTo(binding);
            assertThat(daemon.ledger.size()).isOne();
        }
    }

    @Test
    void signs_once_twice_and_beside_another() {
        byte[] twice;
        try (var daemon = open()) {
            var keys = daemon.ledger.keys();
            var entry = keys.publicKeys().entry().entryKeys();
            assertThat(keys.entryKeyIds()).isEqualTo(entry.ids());
            var once = Dsse.parse(keys.sign("payload".getBytes(UTF_8)));
            entry.verifyEd25519(once);
            assertThat(once.signatures()).hasSize(1);
            twice = keys.signTwice("payload".getBytes(UTF_8));
            entry.verifyBoth(Dsse.parse(twice));
        }
        try (var other = LedgerFixture.open(directory.resolve("other"))) {
            var both = Dsse.parse(other.ledger.keys().countersign(twice));
            other.ledger.keys().publicKeys().entry().entryKeys().verifyBoth(both);
            assertThat(both.signatures()).hasSize(4);
            assertThat(both.payload()).isEqualTo("payload".getBytes(UTF_8));
        }
    }

    @Test
    void the_files_are_keys_that_java_reads() throws Exception {
        try (var daemon = open()) {
            assertThat(daemon.ledger.size()).isOne();
        }
        for (var name : List.of("entry.ed25519", "manifest.p256")) {
            var pem = Files.readString(file(name))
                    .lines()
                    .filter(l -> !l.startsWith("-"))
                    .toList();
            var key = KeyFactory.getInstance(name.endsWith("p256") ? "EC" : "Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(String.join("", pem))));
            assertThat(key.getFormat()).isEqualTo("PKCS#8");
        }
    }

    @Test
    void keys_that_others_can_read_are_refused_with_the_way_out() throws Exception {
        open().close();
        for (var mode : List.of("rw-r-----", "rw-----w-", "rwx------")) {
            Files.setPosixFilePermissions(file("log.mldsa44"), PosixFilePermissions.fromString(mode));
            assertThatThrownBy(this::open)
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("chmod 600 '" + file("log.mldsa44") + "'");
        }
        Files.setPosixFilePermissions(file("log.mldsa44"), PosixFilePermissions.fromString("rw-------"));
        open().close();
    }

    @Test
    void a_half_made_set_is_completed() throws Exception {
        Files.createDirectories(directory.resolve("keys"));
        KeyFile.create(file("entry.ed25519"), KeyKind.ED25519, KeyKind.ED25519.newSecret(new SecureRandom()));
        var before = Files.readAllBytes(file("entry.ed25519"));
        Files.writeString(file("entry.mldsa44.tmp"), "half");
        open().close();
        assertThat(file("entry.ed25519")).hasBinaryContent(before);
        assertThat(file("entry.mldsa44.tmp")).doesNotExist();
        open().close();
    }

    @Test
    void a_key_that_vanished_or_broke_is_a_stop() throws Exception {
        open().close();
        var key = Files.readAllBytes(file("log.ed25519"));
        Files.delete(file("log.ed25519"));
        assertThatThrownBy(this::open)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(file("log.ed25519") + " is missing");
        assertThat(file("log.ed25519")).doesNotExist();
        KeyFile.create(file("log.ed25519"), KeyKind.P256, KeyKind.P256.newSecret(new SecureRandom()));
        assertThatThrownBy(this::open)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("holds no ED25519 private key");
        Files.write(file("log.ed25519"), key);
        open().close();
    }

    @Test
    void new_entry_keys_are_bound_with_the_signatures_of_the_old_ones() throws Exception {
        KeyBinding first;
        try (var daemon = open()) {
            first = verified(daemon);
        }
        Files.createDirectories(file("previous"));
        for (var name : List.of("entry.ed25519", "entry.mldsa44")) {
            Files.move(file(name), file("previous").resolve(name));
        }
        KeyBinding second;
        try (var daemon = open()) {
            second = verified(daemon);
            assertThat(daemon.ledger.size()).isEqualTo(2);
            second.mustFollow(first);
            assertThat(second.entry()).isNotEqualTo(first.entry());
            assertThat(second.list().previous()).isEqualTo(first.payloadDigest());
            assertThat(Dsse.parse(second.envelope()).signatures()).hasSize(4);
            assertThat(daemon.ledger.keys().entryKeyIds())
                    .isEqualTo(second.entry().ids());
        }
        try (var daemon = open()) {
            assertThat(verified(daemon).payloadDigest()).isEqualTo(second.payloadDigest());
        }
    }

    @Test
    void another_log_key_is_bound_by_the_same_entry_keys() throws Exception {
        KeyBinding first;
        try (var daemon = open()) {
            first = verified(daemon);
        }
        Files.createDirectories(file("previous"));
        Files.move(file("log.ed25519"), file("previous").resolve("log.ed25519"));
        try (var daemon = open()) {
            verified(daemon).mustFollow(first);
            assertThat(Dsse.parse(verified(daemon).envelope()).signatures()).hasSize(2);
        }
    }

    @Test
    void new_entry_keys_without_the_old_ones_are_refused() throws Exception {
        open().close();
        for (var name : List.of("entry.ed25519", "entry.mldsa44")) {
            Files.delete(file(name));
        }
        KeyFile.create(file("entry.ed25519"), KeyKind.ED25519, KeyKind.ED25519.newSecret(new SecureRandom()));
        KeyFile.create(file("entry.mldsa44"), KeyKind.MLDSA44, KeyKind.MLDSA44.newSecret(new SecureRandom()));
        assertThatThrownBy(this::open)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("no peer would take new ones");
    }

    @Test
    void a_state_directory_belongs_to_one_identity() {
        open().close();
        assertThatThrownBy(() ->
                        LedgerFixture.open(directory, TestLeaf.of("spiffe://example.org/node/b"), Optional.empty(), 0))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(
                        "belongs to spiffe://example.org/node/a, and the certificate is of spiffe://example.org/node/b");
        assertThatThrownBy(
                        () -> LedgerFixture.open(directory, LedgerFixture.LEAF, Optional.of("ledger.example.org/x"), 0))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("origin is example.org/node/a and never changes");
        open().close();
    }

    @Test
    void a_missing_proof_is_a_stop() throws Exception {
        open().close();
        try (var blobs = Files.list(directory.resolve("ledger/blobs/sha256"))) {
            for (var blob : blobs.toList()) {
                Files.delete(blob);
            }
        }
        assertThatThrownBy(this::open).isInstanceOf(LedgerException.class).hasMessageContaining("the key proof, blob ");
    }

    private static KeyBinding verified(LedgerFixture daemon) {
        var evidence = daemon.ledger.keys().evidence();
        return KeyBinding.verify(evidence.binding(), evidence.proof());
    }
}
