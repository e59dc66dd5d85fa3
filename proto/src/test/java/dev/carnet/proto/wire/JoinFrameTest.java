package dev.carnet.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.proto.ledger.RecordVectors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JoinFrameTest {
    private static final JsonNode VECTORS = RecordVectors.read("wire/joins.json");

    @Test
    void makes_reads_and_verifies_what_others_made() {
        assertThat(JoinFrame.greeting()).isEqualTo(hex(VECTORS, "greeting"));
        assertThat(VECTORS.get("valid")).hasSize(4);
        for (JsonNode v : VECTORS.get("valid")) {
            byte[] key = hex(v, "joinKey");
            byte[] exporter = hex(v, "exporter");
            byte[] frame = hex(v, "frame");
            int stream = v.get("stream").asInt();
            JoinFrame made = JoinFrame.make(key, hex(v, "session"), stream, exporter);
            assertThat(made.encode()).isEqualTo(frame).hasSize(JoinFrame.BYTES);
            JoinFrame read = JoinFrame.parse(frame);
            assertThat(read).isEqualTo(made).hasSameHashCodeAs(made);
            assertThat(read.stream()).isEqualTo(stream);
            assertThat(Ids.hex(read.sessionId())).isEqualTo(v.get("session").asText());
            assertThat(read.verify(key, exporter)).isTrue();
        }
    }

    @Test
    void any_bit_of_frame_key_or_exporter_counts() {
        JsonNode v = VECTORS.get("valid").get(0);
        byte[] key = hex(v, "joinKey");
        byte[] exporter = hex(v, "exporter");
        byte[] frame = hex(v, "frame");
        for (int bit = 0; bit < 8 * frame.length; bit++) {
            byte[] bent = flip(frame, bit);
            boolean verifies;
            try {
                verifies = JoinFrame.parse(bent).verify(key, exporter);
            } catch (ProtocolException e) {
                verifies = false;
            }
            assertThat(verifies).as("bit %d", bit).isFalse();
        }
        JoinFrame join = JoinFrame.parse(frame);
        for (int bit = 0; bit < 256; bit++) {
            assertThat(join.verify(flip(key, bit), exporter)).isFalse();
            assertThat(join.verify(key, flip(exporter, bit))).isFalse();
        }
    }

    @Test
    void refuses_what_is_no_join() {
        assertThat(VECTORS.get("invalid")).hasSize(4);
        for (JsonNode v : VECTORS.get("invalid")) {
            assertThatThrownBy(() -> JoinFrame.parse(hex(v, "frame")))
                    .as(v.get("name").asText())
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageStartingWith("join of ");
        }
        assertThatThrownBy(() -> JoinFrame.make(new byte[32], new byte[16], 0, new byte[32]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JoinFrame.make(new byte[31], new byte[16], 1, new byte[32]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void answers() {
        assertThat(JoinAnswer.ACCEPTED.encode()).containsExactly(1);
        assertThat(JoinAnswer.parse(ByteBuffer.wrap(new byte[] {1, 7}))).contains(JoinAnswer.ACCEPTED);
        assertThat(VECTORS.get("refusals")).hasSize(3);
        for (JsonNode v : VECTORS.get("refusals")) {
            byte[] bytes = hex(v, "bytes");
            JoinAnswer refusal = JoinAnswer.refused(v.get("sentence").asText());
            assertThat(refusal.encode()).isEqualTo(bytes);
            for (int arrived = 0; arrived < bytes.length; arrived++) {
                ByteBuffer some = ByteBuffer.wrap(bytes, 0, arrived);
                assertThat(JoinAnswer.parse(some)).isEmpty();
                assertThat(some.position()).isZero();
            }
            ByteBuffer all = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 3));
            assertThat(JoinAnswer.parse(all)).isEqualTo(Optional.of(refusal));
            assertThat(all.position()).isEqualTo(bytes.length);
        }
        for (JsonNode v : VECTORS.get("invalidAnswers")) {
            assertThatThrownBy(() -> JoinAnswer.parse(ByteBuffer.wrap(hex(v, "bytes"))))
                    .as(v.get("name").asText())
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void a_long_refusal_is_cut_between_characters() {
        JoinAnswer refusal = JoinAnswer.refused("x" + "\u00e9".repeat(1000));
        assertThat(refusal.encode()).hasSize(3 + 1023);
        assertThat(JoinAnswer.parse(ByteBuffer.wrap(refusal.encode()))).contains(refusal);
    }

    private static byte[] flip(byte[] bytes, int bit) {
        byte[] bent = bytes.clone();
        bent[bit / 8] ^= (byte) (1 << bit % 8);
        return bent;
    }

    private static byte[] hex(JsonNode vector, String member) {
        return HexFormat.of().parseHex(vector.get(member).asText());
    }
}
