package dev.carnet.client.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentitiesTest {
    private static final SpiffeId NORTH = SpiffeId.parse("spiffe://example.org/carnet/north");

    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Identities identities = new Identities(() -> now, new SecureRandom());

    @TempDir
    Path work;

    @Test
    void three_steps_lead_to_an_identity_that_daemons_and_openssl_accept() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        Path request = identities.request(NORTH, work.resolve("node"));
        assertThat(Identities.requested(Files.readString(request))).isEqualTo(NORTH);

        X509Certificate signed = identities.sign(
                identities.openAuthority(work.resolve("ca")), Files.readString(request), Identities.DAYS_DEFAULT);
        Path certificate = write("north.pem", Identities.pem(signed));
        Path caFile = work.resolve("ca").resolve(Identities.CA_CERTIFICATE);
        Path key = work.resolve("node").resolve(Identities.KEY);
        assertThat(identities.install(certificate, caFile, key, work.resolve("node")))
                .isEqualTo(NORTH);

        Path installed = work.resolve("node");
        assertAccepted(installed, NORTH);
        assertThat(mode(installed.resolve(Identities.KEY))).isEqualTo("rw-------");
        assertThat(mode(work.resolve("ca").resolve(Identities.CA_KEY))).isEqualTo("rw-------");
        assertThat(mode(installed)).isEqualTo("rwx------");
        assertThat(names(installed)).containsExactlyInAnyOrder("cert.pem", "key.pem", "request.pem", "trust.pem");
        assertThat(signed.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(Identities.DAYS_DEFAULT)));
        assertThat(signed.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(signed.getSerialNumber().bitLength()).isEqualTo(127);
        assertThat(ca.toString()).doesNotContain("PrivateKey");
        opensslVerifies(caFile, certificate);
    }

    @Test
    void one_call_issues_a_whole_identity() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        identities.issue(ca, NORTH, work.resolve("north"));
        assertAccepted(work.resolve("north"), NORTH);
        assertThatThrownBy(() -> identities.issue(ca, NORTH, work.resolve("north")))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void two_certificates_have_two_serial_numbers() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        X509Certificate one = identities.issue(ca, NORTH, work.resolve("one"));
        X509Certificate other = identities.issue(ca, NORTH, work.resolve("other"));
        assertThat(one.getSerialNumber()).isNotEqualTo(other.getSerialNumber());
    }

    /** Host names, and domains that no URI name constraint can say. */
    @ParameterizedTest
    @ValueSource(
            strings = {"demo", "a.b.example.org", "under_score.example", "10.0.0.1", "-x-.y", "1.example.2", "a..b"})
    void every_trust_domain_gets_a_ca_that_works(String domain) throws Exception {
        Authority ca = identities.makeAuthority(domain, work.resolve("ca"));
        SpiffeId id = SpiffeId.parse("spiffe://" + domain + "/n");
        identities.issue(ca, id, work.resolve("n"));
        assertAccepted(work.resolve("n"), id);
        opensslVerifies(
                work.resolve("ca").resolve(Identities.CA_CERTIFICATE),
                work.resolve("n").resolve("cert.pem"));
    }

    /** The constraint is in the certificate itself: even a daemon that was told to trust this CA for another domain refuses what it says there. */
    @Test
    void a_ca_is_bound_to_its_trust_domain() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        SpiffeId elsewhere = SpiffeId.parse("spiffe://evil.org/n");
        assertThatThrownBy(() -> identities.issue(ca, elsewhere, work.resolve("n")))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("its own trust domain alone");
        var forced = new CertificateMaker(new SecureRandom())
                .leaf(ca, elsewhere, keys("secp256r1").getPublic(), now, Duration.ofDays(1));
        var misled = new TrustAnchors(Map.of("evil.org", List.of(ca.certificate())));
        assertThatThrownBy(() -> misled.validate(List.of(forced), now, Usage.EVIDENCE))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("name constraints");
    }

    @Test
    void a_ca_is_never_replaced() throws Exception {
        identities.makeAuthority("example.org", work.resolve("ca"));
        assertThatThrownBy(() -> identities.makeAuthority("example.org", work.resolve("ca")))
                .isInstanceOf(FileAlreadyExistsException.class);
        identities.request(NORTH, work.resolve("node"));
        assertThatThrownBy(() -> identities.request(NORTH, work.resolve("node")))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void a_certificate_ends_with_its_ca() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        now = ca.certificate().getNotAfter().toInstant().minus(Duration.ofDays(1));
        X509Certificate leaf = identities.issue(ca, NORTH, work.resolve("north"));
        assertThat(leaf.getNotAfter()).isEqualTo(ca.certificate().getNotAfter());
        now = now.plus(Duration.ofDays(2));
        assertThatThrownBy(() -> identities.issue(ca, NORTH, work.resolve("late")))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("has ended");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Identities.DAYS_MAX + 1})
    void days_have_a_range(int days) throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        String request = Files.readString(identities.request(NORTH, work.resolve("node")));
        assertThatThrownBy(() -> identities.sign(ca, request, days)).hasMessageContaining("1 to 825 days");
    }

    @Test
    void a_trust_domain_is_not_a_daemon() {
        assertThatThrownBy(() -> identities.request(SpiffeId.parse("spiffe://example.org"), work.resolve("node")))
                .hasMessageContaining("has a path");
        assertThat(work.resolve("node")).doesNotExist();
    }

    @Test
    void a_request_with_a_wrong_signature_is_refused() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        byte[] der = Pem.blocks(Files.readString(identities.request(NORTH, work.resolve("node"))))
                .getFirst()
                .der();
        String text = new String(der, java.nio.charset.StandardCharsets.ISO_8859_1);
        der[text.indexOf("/carnet/north") + 8] = 's'; // asks for "south" with the signature for "north"
        assertThatThrownBy(() -> identities.sign(ca, Pem.encode(Pem.CERTIFICATE_REQUEST, der), 1))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("signature is wrong");
    }

    @Test
    void a_request_gets_its_name_and_key_and_nothing_else() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        KeyPair keys = keys("secp256r1");
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(uri(NORTH.uri())));
        X509Certificate leaf = identities.sign(ca, request(keys, extensions), 1);
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(Certificates.spiffeId(leaf)).isEqualTo(NORTH);
    }

    @Test
    void a_request_for_other_names_is_refused() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        GeneralName dns = new GeneralName(GeneralName.dNSName, "example.org");
        List<GeneralName[]> wrong = List.of(
                new GeneralName[] {dns},
                new GeneralName[] {uri(NORTH.uri()), dns},
                new GeneralName[] {uri(NORTH.uri()), uri("spiffe://example.org/carnet/south")},
                new GeneralName[] {uri("https://example.org/carnet")},
                new GeneralName[] {uri("spiffe://example.org")});
        for (GeneralName[] names : wrong) {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            String request = request(keys("secp256r1"), extensions);
            assertThatThrownBy(() -> identities.sign(ca, request, 1)).isInstanceOf(IdentityException.class);
        }
        String none = request(keys("secp256r1"), null);
        assertThatThrownBy(() -> identities.sign(ca, none, 1)).hasMessageContaining("0 names");
    }

    @Test
    void a_key_that_cannot_sign_a_key_proof_is_refused() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(uri(NORTH.uri())));
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        for (KeyPair keys : List.of(keys("secp384r1"), rsa.generateKeyPair())) {
            assertThatThrownBy(() -> identities.sign(ca, request(keys, extensions), 1))
                    .hasMessageContaining("none of: EC P-256, Ed25519, RSA");
        }
        KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        assertThat(identities.sign(ca, request(ed25519, extensions), 1).getPublicKey())
                .isEqualTo(ed25519.getPublic());
    }

    @Test
    void what_does_not_fit_together_is_not_installed() throws Exception {
        Authority ca = identities.makeAuthority("example.org", work.resolve("ca"));
        identities.makeAuthority("example.org", work.resolve("other-ca"));
        Path request = identities.request(NORTH, work.resolve("node"));
        identities.request(NORTH, work.resolve("other"));
        Path certificate = write("north.pem", Identities.pem(identities.sign(ca, Files.readString(request), 1)));
        Path caFile = work.resolve("ca").resolve(Identities.CA_CERTIFICATE);
        Path key = work.resolve("node").resolve(Identities.KEY);
        Path into = work.resolve("into");

        assertThatThrownBy(() -> identities.install(
                        certificate, caFile, work.resolve("other").resolve(Identities.KEY), into))
                .hasMessageContaining("certifies another key");
        assertThatThrownBy(() -> identities.install(
                        certificate, work.resolve("other-ca").resolve(Identities.CA_CERTIFICATE), key, into))
                .isInstanceOf(IdentityException.class);
        assertThatThrownBy(() -> identities.install(request, caFile, key, into))
                .hasMessageContaining("no PEM block 'CERTIFICATE'");
        assertThatThrownBy(() -> identities.install(work.resolve("none.pem"), caFile, key, into))
                .isInstanceOf(NoSuchFileException.class);
        now = now.plus(Duration.ofDays(2));
        assertThatThrownBy(() -> identities.install(certificate, caFile, key, into))
                .isInstanceOf(IdentityException.class);
        assertThat(into).doesNotExist();
    }

    private void assertAccepted(Path folder, SpiffeId id) throws IOException {
        List<X509Certificate> chain = Pem.certificates(Files.readString(folder.resolve(Identities.CERTIFICATE)));
        var anchors = new TrustAnchors(
                Map.of(id.trustDomain(), Pem.certificates(Files.readString(folder.resolve(Identities.TRUST)))));
        for (Usage usage : Usage.values()) {
            assertThat(anchors.validate(chain, now, usage)).isEqualTo(id);
        }
        assertThat(Pem.privateKey(Files.readString(folder.resolve(Identities.KEY)))
                        .getAlgorithm())
                .isEqualTo("EC");
    }

    private static void opensslVerifies(Path ca, Path certificate) throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/openssl"))).isTrue();
        for (String purpose : List.of("sslserver", "sslclient")) {
            Process openssl = new ProcessBuilder(
                            "/usr/bin/openssl",
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            purpose,
                            "-CAfile",
                            ca.toString(),
                            certificate.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(openssl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(openssl.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(openssl.exitValue()).as(said).isZero();
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(work.resolve(name), text);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    private static KeyPair keys(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static String request(KeyPair keys, ExtensionsGenerator extensions) throws Exception {
        var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), keys.getPublic());
        if (extensions != null) {
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        String algorithm = CertificateMaker.signatureAlgorithm(keys.getPrivate());
        return Pem.encode(
                Pem.CERTIFICATE_REQUEST,
                builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
                        .getEncoded());
    }
}
