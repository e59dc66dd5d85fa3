package dev.carnet.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.carnet.proto.ledger.RecordVectors;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.NeedStreams;
import dev.carnet.proto.wire.v1.OfferMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFramesTest {
    private static final JsonNode VECTORS = RecordVectors.read("wire/control.json");
    private static final int LIMIT = Limits.CONTROL_FRAME_BYTES_MAX;

    static Stream<Named<JsonNode>> valid() {
        return RecordVectors.cases(VECTORS.get("valid"));
    }

    static Stream<Named<JsonNode>> invalid() {
        return RecordVectors.cases(VECTORS.get("invalid"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void reads_and_writes(JsonNode vector) {
        byte[] frame = frame(vector);
        Control message = ControlFrames.parse(frame, LIMIT);
        assertThat(ControlFrames.encode(message)).isEqualTo(frame);
        ByteBuffer inside = ByteBuffer.allocateDirect(frame.length + 9)
                .put(5, frame)
                .position(5)
                .limit(5 + frame.length);
        assertThat(ControlFrames.parse(inside, LIMIT)).isEqualTo(message);
        assertThat(inside.position()).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses_and_names_message_and_field(JsonNode vector) throws IOException {
        byte[] frame = frame(vector);
        assertThatThrownBy(() -> ControlFrames.parse(frame, LIMIT))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        e -> assertThat(e.code().name())
                                .isEqualTo(vector.get("code").asText()))
                .hasMessageContaining(vector.get("names").asText())
                .message()
                .hasSizeBetween(10, 200);
        if (vector.get("names").asText().contains(".")) {
            Control message = Control.parseFrom(frame);
            assertThatThrownBy(() -> ControlFrames.encode(message))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(vector.get("names").asText());
        }
    }

    @Test
    void every_body_has_an_example_and_a_counterexample() {
        assertThat(valid().map(v -> ControlFrames.parse(frame(v.getPayload()), LIMIT)
                                .getBodyCase())
                        .distinct())
                .hasSize(Control.BodyCase.values().length - 1);
        assertThat(invalid()
                        .map(v -> v.getPayload().get("names").asText())
                        .filter(names -> names.contains("."))
                        .map(names -> names.substring(0, names.indexOf('.')))
                        .distinct())
                .as("every message but Heartbeat; Offer and Request beside their messages")
                .hasSize(Control.BodyCase.values().length);
    }

    @Test
    void an_unknown_field_is_ignored_and_kept_out_of_the_way() {
        JsonNode vector =
                RecordVectors.named(VECTORS.get("valid"), "Hello with a range, extensions and an unknown field");
        assertThat(ControlFrames.parse(frame(vector), LIMIT).getHello().getVersionMax())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 4097, 65536, Integer.MAX_VALUE})
    void a_length_is_checked_before_anything_is_allocated(int length) {
        assertThatThrownBy(() -> ControlFrames.checkLength(length, Limits.HELLO_BYTES_MAX))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(Integer.toUnsignedString(length));
        ControlFrames.checkLength(1, Limits.HELLO_BYTES_MAX);
        ControlFrames.checkLength(4096, Limits.HELLO_BYTES_MAX);
    }

    @Test
    void the_first_frame_has_a_limit_of_its_own() {
        byte[] hello = frame(RecordVectors.named(VECTORS.get("valid"), "Hello of an acceptor"));
        assertThat(ControlFrames.parse(hello, Limits.HELLO_BYTES_MAX).hasHello())
                .isTrue();
        byte[] page = frame(RecordVectors.named(VECTORS.get("valid"), "Held, as many ranges as there may be"));
        assertThatThrownBy(() -> ControlFrames.parse(page, Limits.HELLO_BYTES_MAX))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("the limit is 4096");
    }

    @Test
    void an_offer_alone() {
        Control offer = ControlFrames.parse(frame(RecordVectors.named(VECTORS.get("valid"), "Offer")), LIMIT);
        byte[] bytes = offer.getOffer().getOffer().toByteArray();
        assertThat(ControlFrames.parseOffer(bytes).getName()).isEqualTo("run-12/step 5000");
        assertThatThrownBy(() -> ControlFrames.parseOffer(new byte[0])).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> ControlFrames.parseOffer(new byte[LIMIT + 1])).isInstanceOf(ProtocolException.class);
    }

    @Test
    void what_is_too_large_is_not_sent() {
        KeyEvidence keys = KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(new byte[Limits.ENTRY_BYTES_MAX]))
                .setProof(ByteString.copyFrom(new byte[Limits.KEY_PROOF_BYTES_MAX]))
                .build();
        Control large = Control.newBuilder()
                .setOffer(OfferMessage.newBuilder()
                        .setOffer(ByteString.copyFrom(new byte[9 << 10]))
                        .setKeys(keys))
                .build();
        assertThatThrownBy(() -> ControlFrames.encode(large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536");
        assertThatThrownBy(() -> ControlFrames.encode(Control.newBuilder()
                        .setNeedStreams(NeedStreams.getDefaultInstance())
                        .build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new ProtocolException("x").code()).isEqualTo(Code.PROTOCOL);
    }

    static byte[] frame(JsonNode vector) {
        if (vector.has("frame")) {
            return HexFormat.of().parseHex(vector.get("frame").asText());
        }
        byte[] deflated = RecordVectors.base64(vector, "deflated");
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
