package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {
    private static final String ID = "spiffe://north.example/carnetd";

    @TempDir
    private Path folder;

    private final Ca ca = new Ca("north.example");

    @ParameterizedTest
    @CsvSource({"EC,ecdsa-p256-sha256,SHA256withECDSA", "Ed25519,ed25519,Ed25519", "RSA,rsa-pss-sha256,RSASSA-PSS"})
    void a_leaf_signs_in_the_form_of_the_key_proof(String key, String algorithm, String jca) throws Exception {
        Credentials made = ca.leaf().uri(ID).algorithm(key).credentials();
        Path chain =
                write("chain.pem", Pem.encode(Pem.CERTIFICATE, made.chainDer().getFirst()));
        Path private_ = write("key.pem", Pem.encode(Pem.PRIVATE_KEY, made.key().getEncoded()));

        Credentials credentials = Credentials.load(chain, private_);

        assertThat(credentials.spiffeId()).isEqualTo(ID);
        assertThat(credentials.algorithm()).isEqualTo(algorithm);
        assertThat(credentials.keySha256()).hasSize(64).isEqualTo(made.keySha256());
        byte[] message = "carnet key binding".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Signature verifier = Signature.getInstance(jca);
        if (key.equals(TestPki.RSA)) {
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        verifier.initVerify(credentials.chain().getFirst().getPublicKey());
        verifier.update(message);
        assertThat(verifier.verify(credentials.sign(message))).isTrue();
    }

    @Test
    void a_key_of_another_leaf_is_refused() {
        Credentials one = ca.credentials("one");
        Credentials other = ca.credentials("other");
        assertThatThrownBy(() -> Credentials.of(one.chain(), other.key()))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("not that of the certificate of spiffe://north.example/one");
        Credentials ed = ca.leaf().uri(ID).algorithm(TestPki.ED25519).credentials();
        assertThatThrownBy(() -> Credentials.of(one.chain(), ed.key())).isInstanceOf(IdentityException.class);
    }

    @Test
    void keys_that_spec_does_not_know_are_refused() throws Exception {
        KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
        p384.initialize(384);
        KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
        weak.initialize(1024);
        for (KeyPairGenerator bad : List.of(p384, weak, KeyPairGenerator.getInstance("Ed448"))) {
            assertThatThrownBy(() -> Credentials.of(
                            ca.credentials("one").chain(), bad.generateKeyPair().getPrivate()))
                    .hasMessageContaining("is none of EC P-256, Ed25519, RSA of 2048 bits");
        }
    }

    @Test
    void files_that_hold_something_else_are_named() throws Exception {
        Credentials made = ca.credentials("one");
        Path chain =
                write("chain.pem", Pem.encode(Pem.CERTIFICATE, made.chainDer().getFirst()));
        Path empty = write("empty.pem", "nothing here\n");
        assertThatThrownBy(() -> Credentials.load(empty, empty)).hasMessageContaining("empty.pem");
        assertThatThrownBy(() -> Credentials.load(chain, empty))
                .hasMessageContaining("empty.pem")
                .hasMessageContaining("pkcs8");
        assertThatThrownBy(() -> Credentials.load(folder.resolve("none"), empty))
                .hasMessageContaining("none");
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }
}
