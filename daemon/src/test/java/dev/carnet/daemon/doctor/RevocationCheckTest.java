package dev.carnet.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.doctor.Finding.Level;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationCheckTest {
    private static final String SOUTH = "spiffe://example.org/south";

    @TempDir
    Path folder;

    private final Instant now = Instant.now();
    private Authority ca;

    @BeforeEach
    void identity() throws Exception {
        var identities = Identities.system();
        ca = identities.makeAuthority("example.org", folder.resolve("ca"));
        var _ = identities.issue(ca, SpiffeId.parse("spiffe://example.org/n"), folder.resolve("identity"));
    }

    private DaemonConfig config(String revocation) throws Exception {
        return Config.load(Files.writeString(folder.resolve("carnetd.toml"), """
                        [daemon]
                        state = "state"
                        [identity]
                        certificate = "identity/cert.pem"
                        key = "identity/key.pem"
                        [identity.trust]
                        "example.org" = "identity/trust.pem"
                        [[peer]]
                        alias = "south"
                        id = "spiffe://example.org/south"
                        addresses = ["south.example.org:7443"]
                        [revocation]
                        """ + revocation));
    }

    /** A list of the CA of this name, signed by a key. */
    private void list(Authority signer, Duration life) throws Exception {
        var builder = new JcaX509v2CRLBuilder(ca.certificate(), Date.from(now.minusSeconds(3_600)));
        builder.setNextUpdate(Date.from(now.plus(life)));
        Files.write(
                folder.resolve("crl.der"),
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.key()))
                        .getEncoded());
    }

    private Finding one(DaemonConfig config, Map<String, String> refused) {
        List<Finding> findings = new RevocationCheck(
                        () -> new RevocationCheck.Facts(
                                config, Map.of("example.org", List.of(ca.certificate())), refused),
                        () -> now)
                .look();
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private Finding withList() throws Exception {
        return one(config("crls = { \"example.org\" = [\"crl.der\"] }"), Map.of());
    }

    @Test
    void nothing_is_amiss_without_lists_and_with_a_good_one() throws Exception {
        assertThat(one(config(""), Map.of()).level()).isEqualTo(Level.OK);
        list(ca, Duration.ofHours(1));
        assertThat(withList()).satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.OK);
            assertThat(finding.found()).startsWith("1 files");
        });
    }

    @Test
    void a_list_that_is_not_there_is_an_error() throws Exception {
        assertThat(withList()).satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.ERROR);
            assertThat(finding.found()).contains(folder.resolve("crl.der").toString(), "cannot be read");
        });
        Files.writeString(folder.resolve("crl.der"), "no list");
        assertThat(withList().level()).isEqualTo(Level.ERROR);
    }

    @Test
    void a_list_that_was_to_be_replaced_is_a_warning() throws Exception {
        list(ca, Duration.ofMinutes(-1));
        assertThat(withList()).satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARNING);
            assertThat(finding.found()).contains("was to be replaced at", "example.org");
        });
    }

    @Test
    void a_list_of_another_key_is_a_warning() throws Exception {
        list(Identities.system().makeAuthority("example.org", folder.resolve("other")), Duration.ofHours(1));
        assertThat(withList()).satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARNING);
            assertThat(finding.found()).contains("is not signed by the anchor");
        });
    }

    @Test
    void a_configured_peer_that_is_refused_is_a_warning() throws Exception {
        assertThat(one(config("refused-ids = [\"" + SOUTH + "\"]"), Map.of()).found())
                .contains("the peer south", "refused-ids");
        assertThat(one(config(""), Map.of(SOUTH, "was revoked by its issuer"))).satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARNING);
            assertThat(finding.found()).isEqualTo("the peer south is refused: was revoked by its issuer");
        });
        assertThat(one(config("refused-ids = [\"spiffe://example.org/other\"]"), Map.of())
                        .level())
                .isEqualTo(Level.OK);
    }
}
