package dev.carnet.proto.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519", "RSA"})
    void a_key_comes_back(String algorithm) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        String text = Pem.encode(Pem.PRIVATE_KEY, keys.getPrivate().getEncoded());
        assertThat(Pem.privateKey("# comment\n" + text.replace("\n", "\r\n"))).isEqualTo(keys.getPrivate());
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(64));
    }

    @Test
    void certificates_come_back_in_order() {
        var one = TestCertificate.ca("CN=one").selfSigned().certificate();
        var two = TestCertificate.ca("CN=two").selfSigned().certificate();
        String text = Pem.encode(Pem.CERTIFICATE, Certificates.der(one)) + "\nsubject=two\n"
                + Pem.encode(Pem.CERTIFICATE, Certificates.der(two)) + Pem.encode("OTHER", new byte[] {1});
        assertThat(Pem.certificates(text)).containsExactly(one, two);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN CERTIFICATE",
                "-----BEGIN CERTIFICATE-----\nAAAA\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END OTHER-----\n",
                "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            })
    void what_is_no_certificate_is_refused(String text) {
        assertThatThrownBy(() -> Pem.certificates(text)).isInstanceOf(IdentityException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
            })
    void what_is_no_plain_key_is_refused_without_quoting_it(String text) {
        assertThatThrownBy(() -> Pem.privateKey(text))
                .isInstanceOf(IdentityException.class)
                .hasMessageNotContaining("AAAA");
    }
}
