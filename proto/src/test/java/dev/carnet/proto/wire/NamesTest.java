package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The written forms of ids, SPIFFE IDs, origins and sentences. */
class NamesTest {
    @Test
    void ids_are_written_in_lower_case_hex() {
        byte[] id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, -1};
        String hex = "000102030405060708090a0b0c0d0eff";
        assertThat(Ids.hex(id)).isEqualTo(hex);
        assertThat(Ids.hex(ByteString.copyFrom(id))).isEqualTo(hex);
        assertThat(Ids.bytes(hex)).isEqualTo(id);
        assertThat(Ids.byteString(hex)).isEqualTo(ByteString.copyFrom(id));
        assertThatThrownBy(() -> Ids.hex(new byte[15])).isInstanceOf(IllegalArgumentException.class);
        for (String bad : new String[] {"", hex.toUpperCase(), hex + "0", hex.substring(1), "g" + hex.substring(1)}) {
            assertThatThrownBy(() -> Ids.bytes(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiffe://a/b", "spiffe://a.b-c_9/X.y/...", "spiffe://127.0.0.1/node"})
    void spiffe_ids(String id) {
        assertThat(Spiffe.isId(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe://",
                "spiffe:///b",
                "spiffe://a",
                "spiffe://a/",
                "spiffe://a//b",
                "spiffe://a/b/",
                "Spiffe://a/b",
                "spiffe://A/b",
                "spiffe://a:1/b",
                "spiffe://u@a/b",
                "spiffe://a/b?c",
                "spiffe://a/b#c",
                "spiffe://a/%41",
                "spiffe://a/.",
                "spiffe://a/../b",
                "spiffe://a/b c",
                "spiffe://a/\u00e9",
                "spiffe://a/b\n",
                "http://a/b"
            })
    void no_spiffe_ids(String id) {
        assertThat(Spiffe.isId(id)).isFalse();
    }

    @Test
    void lengths_of_spiffe_ids_and_origins() {
        String head = "spiffe://a/";
        assertThat(Spiffe.isId(head + "b".repeat(2048 - head.length()))).isTrue();
        assertThat(Spiffe.isId(head + "b".repeat(2049 - head.length()))).isFalse();
        assertThat(Spiffe.isId(head + "b/".repeat(1 << 20) + "b")).isFalse();
        assertThat(Spiffe.isId("spiffe://" + "a".repeat(255) + "/b")).isTrue();
        assertThat(Spiffe.isId("spiffe://" + "a".repeat(256) + "/b")).isFalse();
        assertThat(Spiffe.isOrigin("o".repeat(255))).isTrue();
        assertThat(Spiffe.isOrigin("ledger.example.org/cluster-a/node-7")).isTrue();
        for (String bad : new String[] {"", "o".repeat(256), "a b", "a+b", "a\n", "\u00e9", "\u007f"}) {
            assertThat(Spiffe.isOrigin(bad)).isFalse();
        }
    }

    @Test
    void sentences_are_cut_between_characters() {
        assertThat(Sentences.clip("short")).isEqualTo("short");
        assertThat(Sentences.clip("x".repeat(1025))).isEqualTo("x".repeat(1024));
        String cut = Sentences.clip("xx" + "\ud83d\ude00".repeat(300));
        assertThat(cut).isEqualTo("xx" + "\ud83d\ude00".repeat(255));
        assertThat(cut.getBytes(UTF_8)).hasSize(1022);
        assertThat(Sentences.clip("a\ud83d")).isEqualTo("a?");
    }

    @Test
    void sentences_are_shown_without_what_controls_a_terminal() {
        assertThat(Sentences.shown("a\u001b[31mb\nc\u202ed\u0000\u00e9\ud83d\ude00"))
                .isEqualTo("a\ufffd[31mb\ufffdc\ufffdd\ufffd\u00e9\ud83d\ude00");
    }
}
