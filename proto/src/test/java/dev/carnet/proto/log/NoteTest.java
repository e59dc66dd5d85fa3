package dev.carnet.proto.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.ledger.Spki;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoteTest {
    private static final byte[] SECRET = new byte[32];
    private static final LogCheckpoint BODY = new LogCheckpoint("example.com/log", 3, Merkle.leaf("x".getBytes(UTF_8)));

    private static NoteKey ed25519(String name, int type) {
        byte[] raw = new byte[32];
        Ed25519.generatePublicKey(SECRET, 0, raw, 0);
        return new NoteKey(name, type, raw);
    }

    private static byte[] sign(byte[] message) {
        byte[] signature = new byte[64];
        Ed25519.sign(SECRET, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    @Test
    void the_example_of_the_specification_verifies() {
        NoteKey key = NoteKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        assertThat(key.id()).isEqualTo(0x530d903a);
        byte[] value = Base64.getDecoder()
                .decode("Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=");
        byte[] signature = java.util.Arrays.copyOfRange(value, 4, value.length);
        assertThat(key.signedText("This is an example message.\n".getBytes(UTF_8), signature))
                .isTrue();
        assertThat(key.signedText("This is an example message!\n".getBytes(UTF_8), signature))
                .isFalse();
    }

    @Test
    void each_type_signs_and_cosigns() throws GeneralSecurityException {
        NoteKey log = ed25519("example.com/log", NoteKey.ED25519);
        NoteKey witness = ed25519("example.com/w", NoteKey.COSIGNATURE_ED25519);
        KeyPair pair = KeyPairGenerator.getInstance("ML-DSA-44").generateKeyPair();
        NoteKey late = new NoteKey(
                "example.com/log",
                NoteKey.MLDSA44,
                Spki.rawMldsa44(pair.getPublic().getEncoded()));
        Signature mldsa = Signature.getInstance("ML-DSA-44");
        mldsa.initSign(pair.getPrivate());
        mldsa.update(Cosignatures.mldsa44Message("example.com/log", 77, BODY));
        SignedCheckpoint note = new SignedCheckpoint(BODY, List.of(NoteSignature.of(log, sign(BODY.body()))))
                .with(List.of(
                        NoteSignature.timed(late, 77, mldsa.sign()),
                        NoteSignature.timed(witness, 99, sign(Cosignatures.ed25519Message(99, BODY)))));
        SignedCheckpoint read = SignedCheckpoint.parse(note.encode());
        assertThat(read).isEqualTo(note);
        assertThat(read.verify(List.of(log, late, witness)))
                .extracting(SignedCheckpoint.Verified::key)
                .containsExactly(log, late, witness);
        assertThat(read.verify(List.of(witness)).getFirst().line().time()).isEqualTo(99);
        assertThat(read.verify(List.of(ed25519("example.com/other", NoteKey.ED25519))))
                .as("unknown keys are passed over")
                .isEmpty();
        SignedCheckpoint forged =
                new SignedCheckpoint(new LogCheckpoint("example.com/log", 4, BODY.root()), read.signatures());
        for (NoteKey key : List.of(log, late, witness)) {
            assertThatThrownBy(() -> forged.verify(List.of(key)))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("does not verify");
        }
        assertThat(NoteKey.parse(late.vkey())).isEqualTo(late);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n1\nr\n",
                "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                "a\n99999999999999999999\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                "a\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
                "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
                "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
                "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n",
                "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
            })
    void no_other_body_is_one(String text) {
        assertThatThrownBy(() -> LogCheckpoint.parse(text)).isInstanceOf(LogException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com/foo",
                "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "exam ple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "example.com/foo+530d903a+AQ=="
            })
    void no_other_key_is_one(String vkey) {
        assertThatThrownBy(() -> NoteKey.parse(vkey)).isInstanceOf(LogException.class);
    }

    @Test
    void a_proof_file_is_written_one_way() {
        NoteKey log = ed25519("example.com/log", NoteKey.ED25519);
        byte[] entry = "only".getBytes(UTF_8);
        LogCheckpoint body = new LogCheckpoint("example.com/log", 1, Merkle.leaf(entry));
        SignedCheckpoint signed = new SignedCheckpoint(body, List.of(NoteSignature.of(log, sign(body.body()))));
        LogProof proof = new LogProof(new byte[] {1, 2}, 0, List.of(), signed);
        assertThat(new String(proof.encode(), UTF_8))
                .startsWith("c2sp.org/tlog-proof@v1\nextra AQI=\nindex 0\n\nexample");
        LogProof read = LogProof.parse(proof.encode());
        assertThat(read).isEqualTo(proof);
        read.check(entry);
        assertThatThrownBy(() -> read.check("other".getBytes(UTF_8))).isInstanceOf(LogException.class);
    }

    /** Whatever a byte is changed to, the note is refused or says the same. */
    @Test
    void a_note_with_one_byte_changed_is_never_believed() {
        NoteKey log = ed25519("example.com/log", NoteKey.ED25519);
        byte[] good = new SignedCheckpoint(BODY, List.of(NoteSignature.of(log, sign(BODY.body())))).encode();
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(SignedCheckpoint.parse(bad).verify(List.of(log)))
                        .as("seed %d, round %d", seed, i)
                        .isEmpty();
            } catch (LogException e) {
                // refused
            }
        }
    }
}
