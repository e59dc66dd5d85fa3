package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.oms.ManifestKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestSignerTest {
    @TempDir
    private Path directory;

    private static byte[] sha256(String text) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII));
    }

    /** RFC 6979, section A.2.5: P-256, SHA-256, "sample". */
    @Test
    void signatures_are_those_of_rfc_6979() throws Exception {
        var signer = new ManifestSigner(
                HexFormat.of().parseHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
        assertThat(HexFormat.of().formatHex(signer.sign(sha256("sample"))))
                .isEqualTo("3046"
                        + "022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                        + "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    }

    @Test
    void a_key_that_was_replaced_is_still_told_and_the_new_one_comes_first() throws Exception {
        byte[] before;
        byte[] signature;
        try (var daemon = LedgerFixture.open(directory)) {
            before = daemon.ledger.keys().manifest().publicKey();
            assertThat(before).isEqualTo(daemon.ledger.keys().publicKeys().manifestP256());
            signature = daemon.ledger.keys().manifest().sign(sha256("x"));
            assertThat(daemon.ledger.keys().manifestKeys()).containsExactly(before);
        }
        assertThat(new ManifestKey(before).verifies(sha256("x"), signature)).isTrue();
        assertThat(new ManifestKey(before).verifies(sha256("y"), signature)).isFalse();
        Path keys = directory.resolve("keys");
        Files.createDirectories(keys.resolve("previous"));
        Files.move(keys.resolve("manifest.p256"), keys.resolve("previous/manifest.p256"));
        try (var daemon = LedgerFixture.open(directory)) {
            byte[] now = daemon.ledger.keys().manifest().publicKey();
            assertThat(now).isNotEqualTo(before);
            assertThat(daemon.ledger.keys().manifestKeys()).containsExactly(now, before);
        }
    }
}
