package dev.carnet.proto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustPolicyTest {
    private static String vkey(String name, int type, int seed) {
        byte[] secret = new byte[32];
        secret[0] = (byte) seed;
        byte[] raw = new byte[32];
        Ed25519.generatePublicKey(secret, 0, raw, 0);
        return new NoteKey(name, type, raw).vkey();
    }

    private static String witness(String name, int seed) {
        return "witness " + name + " " + vkey("w.example/" + name, NoteKey.COSIGNATURE_ED25519, seed);
    }

    private static List<String> good() {
        List<String> lines = new ArrayList<>(List.of(
                "# two organisations",
                "log " + vkey("log.example/a", NoteKey.ED25519, 1) + " https://log.example/a",
                ""));
        for (int i = 1; i <= 3; i++) {
            lines.add(witness("X" + i, 10 + i));
            lines.add("\t" + witness("Y" + i, 20 + i) + "  ");
        }
        lines.addAll(List.of("group X 2 X1 X2 X3", "group Y any Y1 Y2 Y3", "group both all X Y", "quorum both"));
        return lines;
    }

    @Test
    void groups_of_groups_are_counted() {
        TrustPolicy policy = TrustPolicy.parse(good());
        assertThat(policy.logs()).hasSize(1);
        assertThat(policy.quorumOf(Set.of("X1", "X3", "Y2"))).isTrue();
        assertThat(policy.quorumOf(Set.of("X1", "Y1", "Y2", "Y3"))).isFalse();
        assertThat(policy.quorumOf(Set.of("X1", "X2", "X3"))).isFalse();
        assertThat(TrustPolicy.parse(List.of("quorum none")).quorumOf(Set.of())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quorum both",
                "quorum nobody",
                "group Z 2 X1",
                "group Z any X1",
                "group Z 0 X",
                "group Z any",
                "group none any both",
                "group both any nobody",
                "witness X1 example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "log",
                "quorom both",
                "log a b c d"
            })
    void no_other_line_is_one(String line) {
        List<String> lines = new ArrayList<>(good());
        lines.add(line);
        assertThatThrownBy(() -> TrustPolicy.parse(lines))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("line " + lines.size());
    }

    @Test
    void a_policy_without_a_quorum_is_none() {
        assertThatThrownBy(() -> TrustPolicy.parse(List.of("# nothing"))).isInstanceOf(LogException.class);
    }

    @Test
    void one_key_is_one_witness() {
        List<String> lines = new ArrayList<>(good());
        lines.add("witness again " + vkey("other.example/w", NoteKey.COSIGNATURE_ED25519, 11));
        assertThatThrownBy(() -> TrustPolicy.parse(lines)).hasMessageContaining("already");
    }
}
